"""The status machine of a conversion, and where things come from."""

from django.db import models


class ConversionStatus(models.TextChoices):
    """The states of a conversion (domain: pending → approved | rejected | hold …)."""

    PENDING = "pending", "Pending"
    HOLD = "hold", "On hold"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


STATUS_MOVES: dict[str, frozenset[str]] = {
    ConversionStatus.PENDING: frozenset({"approved", "rejected", "hold"}),
    ConversionStatus.HOLD: frozenset({"approved", "rejected"}),
    ConversionStatus.APPROVED: frozenset({"rejected"}),
    ConversionStatus.REJECTED: frozenset({"approved"}),
}
"""Where a conversion may go from each status."""


class Operation(models.TextChoices):
    """What a change did to the conversion."""

    CREATE = "create", "Created"
    UPDATE = "update", "Updated"
    DELETE = "delete", "Deleted"


class Source(models.TextChoices):
    """By which door something came in."""

    URL = "url", "Postback URL"
    API = "api", "API"
    MANUAL = "manual", "By hand"
    IMPORT = "import", "Import"
    SYSTEM = "system", "System"
