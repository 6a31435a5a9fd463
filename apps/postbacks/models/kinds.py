"""What rules react to, whom they tell, and whether they fire: the choices."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.events.categories import EffectiveCategory


class TriggerKind(models.TextChoices):
    """What a rule reacts to."""

    CONVERSION_DONE = "conversion_done", _("Conversion Done")
    CONVERSION_PENDING = "conversion_pending", _("Conversion Pending")
    CONVERSION_REJECT = "conversion_reject", _("Conversion Reject")
    CONVERSION_ANY = "conversion_any", _("Conversion, any status")
    EVENT = "event", _("Event")
    ATTRIBUTION = "attribution", _("Attribution fact")


class UseCase(models.TextChoices):
    """Presets of categories (R2); the categories are the truth, this is a memory."""

    BILLABLE = "billable", _("Billable Conversions")
    TOUCHED = "touched", _("Touched Conversions")
    ALL = "all", _("All Events")


USE_CASE_CATEGORIES: dict[str, list[str]] = {
    UseCase.BILLABLE: [EffectiveCategory.CONVERSIONS],
    UseCase.TOUCHED: [
        EffectiveCategory.CONVERSIONS,
        EffectiveCategory.PARTIAL_CONVERSIONS,
    ],
    UseCase.ALL: list(EffectiveCategory),
}


class SendingMode(models.TextChoices):
    """Whose conversions are told (R221); off is a disabled rule."""

    ALL = "all", _("All")
    ATTRIBUTED = "attributed", _("Attributed to an affiliate only")


class RuleStatus(models.TextChoices):
    """Whether a rule fires."""

    ACTIVE = "active", _("Active")
    DISABLED = "disabled", _("Disabled")
    AUTO_DISABLED = "auto_disabled", _("Disabled after failures")
