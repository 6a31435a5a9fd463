"""Companies that take part: advertisers and affiliates."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet


class PartyStatus(models.TextChoices):
    """Whether an advertiser or affiliate takes part."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")


class Advertiser(TimeStamped):
    """A company that reports events and pays revenue."""

    name = models.CharField(_("name"), max_length=120)
    website = models.URLField(_("website"), blank=True)
    contact_email = models.EmailField(_("contact email"), blank=True)
    default_currency = models.CharField(
        _("default currency"),
        max_length=3,
        default="USD",
        help_text=_("ISO 4217 code, e.g. USD."),
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=PartyStatus.choices,
        default=PartyStatus.ACTIVE,
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("advertiser")
        verbose_name_plural = _("advertisers")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="advertiser_name_unique",
                violation_error_message=_("An advertiser of this name exists already."),
            ),
            models.CheckConstraint(
                condition=Q(default_currency__regex=r"^[A-Z]{3}$"),
                name="advertiser_currency_is_iso_code",
                violation_error_message=_("Three capital letters, e.g. USD."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Affiliate(TimeStamped):
    """A partner who brings traffic and is paid payout."""

    AFFILIATE_PATH: ClassVar = "pk"

    name = models.CharField(_("name"), max_length=120)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=PartyStatus.choices,
        default=PartyStatus.ACTIVE,
    )
    external_ref = models.CharField(
        _("external reference"),
        max_length=120,
        blank=True,
        help_text=_("The affiliate's id in another system."),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliate")
        verbose_name_plural = _("affiliates")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="affiliate_name_unique",
                violation_error_message=_("An affiliate of this name exists already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
