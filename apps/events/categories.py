"""What kinds of events there are, and how often they may happen."""

from django.db import models


class Category(models.TextChoices):
    """The category of an event type, in funnel order (R9).

    ``CONVERSION`` splits into Conversions and Partial conversions per event, by
    payability (R15); see ``EffectiveCategory``.
    """

    VIEWS = "views", "Views"
    ENGAGEMENT = "engagement", "Engagement"
    PROGRESS = "progress", "Progress"
    CONVERSION = "conversion", "Conversion"
    UNCATEGORIZED = "uncategorized", "Uncategorized"


class EffectiveCategory(models.TextChoices):
    """The category an accepted event has, which postbacks choose from."""

    VIEWS = "views", "Views"
    ENGAGEMENT = "engagement", "Engagement"
    PROGRESS = "progress", "Progress"
    CONVERSIONS = "conversions", "Conversions"
    PARTIAL_CONVERSIONS = "partial_conversions", "Partial conversions"
    UNCATEGORIZED = "uncategorized", "Uncategorized"


class RepeatPolicy(models.TextChoices):
    """How often the same event may happen on one transaction (R56, R177, R210)."""

    ONCE_PER_TRANSACTION = "once_per_transaction", "Once per transaction"
    UNLIMITED = "unlimited", "As often as it is reported"


class FieldType(models.TextChoices):
    """What a custom field holds."""

    TEXT = "text", "Text"
    NUMBER = "number", "Number"
    DATE = "date", "Date (YYYY-MM-DD)"
