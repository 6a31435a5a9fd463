"""What kinds of events there are, and how often they may happen."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """The category of an event type, in funnel order (R9).

    ``CONVERSION`` splits into Conversions and Partial conversions per event, by
    payability (R15); see ``EffectiveCategory``.
    """

    VIEWS = "views", _("Views")
    ENGAGEMENT = "engagement", _("Engagement")
    PROGRESS = "progress", _("Progress")
    CONVERSION = "conversion", _("Conversion")
    UNCATEGORIZED = "uncategorized", _("Uncategorized")


class EffectiveCategory(models.TextChoices):
    """The category an accepted event has, which postbacks choose from."""

    VIEWS = "views", _("Views")
    ENGAGEMENT = "engagement", _("Engagement")
    PROGRESS = "progress", _("Progress")
    CONVERSIONS = "conversions", _("Conversions")
    PARTIAL_CONVERSIONS = "partial_conversions", _("Partial conversions")
    UNCATEGORIZED = "uncategorized", _("Uncategorized")


class RepeatPolicy(models.TextChoices):
    """How often the same event may happen (R56, R153, R177, R210).

    A report without the id that its policy asks for counts once per transaction.
    """

    ONCE_PER_TRANSACTION = "once_per_transaction", _("Once per transaction")
    ONCE_PER_DEVICE = "once_per_device", _("Once per device (device_id)")
    ONCE_PER_USER = "once_per_user", _("Once per user (user_id)")
    UNLIMITED = "unlimited", _("As often as it is reported")


class ConversionOutcome(models.TextChoices):
    """What an event may do to the conversion of its transaction (R211)."""

    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")
    REJECTED = "rejected", _("Rejected")


class FieldType(models.TextChoices):
    """What a custom field holds."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Number")
    DATE = "date", _("Date (YYYY-MM-DD)")


class StandardKind(models.TextChoices):
    """What an event means to attribution; of any other kind it is a custom event."""

    INSTALL = "install", _("Install")
    LAUNCH = "launch", _("Launch")
    VISIT = "visit", _("Website visit")
    IMPRESSION = "impression", _("In-app impression")
    REGISTRATION = "registration", _("Registration")
    AUTHORIZATION = "authorization", _("Authorization (login)")
    PURCHASE = "purchase", _("Purchase")
    CUSTOM_REVENUE = "custom_revenue", _("Custom revenue")
    INVITE = "invite", _("Invite")
    LEVEL_UP = "level_up", _("Level-up")


NO_ACTIVITY = frozenset({StandardKind.INVITE, StandardKind.LEVEL_UP})
"""The standard kinds that, like custom events, are no activity (R126)."""
