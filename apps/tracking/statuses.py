"""The status machine of a conversion, and where things come from."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ConversionStatus(models.TextChoices):
    """The states of a conversion (domain: pending → approved | rejected | hold …)."""

    PENDING = "pending", _("Pending")
    HOLD = "hold", _("On hold")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


STATUS_MOVES: dict[str, frozenset[str]] = {
    ConversionStatus.PENDING: frozenset({"approved", "rejected", "hold"}),
    ConversionStatus.HOLD: frozenset({"approved", "rejected"}),
    ConversionStatus.APPROVED: frozenset({"rejected"}),
    ConversionStatus.REJECTED: frozenset({"approved"}),
}
"""Where a conversion may go from each status."""


class Operation(models.TextChoices):
    """What a change did to the conversion."""

    CREATE = "create", _("Created")
    UPDATE = "update", _("Updated")
    DELETE = "delete", _("Deleted")


class Source(models.TextChoices):
    """By which door something came in."""

    URL = "url", _("Postback URL")
    API = "api", _("API")
    MANUAL = "manual", _("By hand")
    IMPORT = "import", _("Import")
    SYSTEM = "system", _("System")
