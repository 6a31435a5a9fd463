"""What an offer and a partnership can be."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OfferKind(models.TextChoices):
    """What sort of thing is promoted."""

    CPA = "cpa", _("CPA offer")
    LEADGEN = "leadgen", _("Lead generation")
    APP = "app", _("App")
    PROGRAM = "program", _("Program")


class Platform(models.TextChoices):
    """Where the promoted thing lives."""

    WEB = "web", _("Web")
    IOS = "ios", _("iOS")
    ANDROID = "android", _("Android")
    OTHER = "other", _("Other")
    VK_MINI_APP = "vk_mini_app", _("VK Mini App")


class OfferStatus(models.TextChoices):
    """Whether an offer accepts events."""

    DRAFT = "draft", _("Draft")
    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")


class InitialStatus(models.TextChoices):
    """The status a new conversion begins with when the sender names none."""

    PENDING = "pending", _("Pending")
    APPROVED = "approved", _("Approved")


class PartnershipStatus(models.TextChoices):
    """Whether an affiliate may promote an offer."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
