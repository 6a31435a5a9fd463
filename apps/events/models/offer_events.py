"""Event types on offers: their terms, overrides and custom fields."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.events.categories import Category, ConversionOutcome, FieldType, RepeatPolicy
from apps.events.models.vocabulary import EVENT_NAME_MAX_LENGTH, EventType
from apps.goals.models import Goal
from apps.offers.models import Offer
from apps.offers.terms import RateType, Terms, terms_constraints


class OfferEventSource(models.TextChoices):
    """Why an offer has an event: overriding a list's event adds none by itself."""

    DIRECT = "direct", _("Added to the offer")
    LIST = "list", _("Customizes an event of an attached list")


class OfferEvent(Terms, TimeStamped):
    """An event type on one offer: its terms, overrides, fields and dedicated URL."""

    offer = models.ForeignKey(
        Offer,
        on_delete=models.CASCADE,
        related_name="offer_events",
        verbose_name=_("offer"),
    )
    event_type = models.ForeignKey(
        EventType,
        on_delete=models.PROTECT,
        related_name="offer_events",
        verbose_name=_("event type"),
    )
    source = models.CharField(
        _("source"),
        max_length=6,
        choices=OfferEventSource.choices,
        default=OfferEventSource.DIRECT,
    )
    is_enabled = models.BooleanField(
        _("enabled"),
        default=True,
        help_text=_("Off: reports of this event are refused."),
    )
    advertiser_event_name = models.CharField(
        _("advertiser event name"),
        max_length=EVENT_NAME_MAX_LENGTH,
        blank=True,
        help_text=_(
            "The exact name the advertiser sends, if it is another (e.g. the "
            "AppsFlyer event name, spaces and capitals included)."
        ),
    )
    goal = models.ForeignKey(
        Goal,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("goal"),
    )
    category = models.CharField(
        _("category"),
        max_length=15,
        choices=Category.choices,
        blank=True,
        help_text=_("Empty: as the event type says."),
    )
    is_affiliate_conversion = models.BooleanField(
        _("affiliate conversion event"),
        null=True,
        blank=True,
        help_text=_("Unknown: as the event type says."),
    )
    repeat_policy = models.CharField(
        _("allow multiple events with the same click ID"),
        max_length=20,
        choices=RepeatPolicy.choices,
        blank=True,
        help_text=_("Empty: as the event type says."),
    )
    maps_to_status = models.CharField(
        _("maps to status"),
        max_length=10,
        choices=ConversionOutcome.choices,
        blank=True,
        help_text=_(
            "What this event does to the conversion of its transaction, e.g. an "
            "event «rejected» rejects it. Empty: nothing."
        ),
    )
    param_map = models.JSONField(
        _("mapped parameters"),
        default=dict,
        blank=True,
        help_text=_(
            'The advertiser\'s parameter names and ours, e.g. {"sum": "amount"}.'
        ),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer event")
        verbose_name_plural = _("offer events")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "event_type"],
                name="offer_event_unique",
                violation_error_message=_("This offer has this event already."),
            ),
            models.UniqueConstraint(
                fields=["offer", "advertiser_event_name"],
                condition=~Q(advertiser_event_name=""),
                name="offer_event_advertiser_name_unique",
                violation_error_message=_(
                    "Another event of this offer has this advertiser event name."
                ),
            ),
            models.CheckConstraint(
                condition=Q(maps_to_status__in=["", *ConversionOutcome.values]),
                name="offer_event_maps_to_known_status",
            ),
            *terms_constraints("offer_event"),
        ]

    def __str__(self) -> str:
        return f"{self.offer} / {self.event_type}"


class OfferEventField(TimeStamped):
    """A custom field that is submitted alongside an event of one offer (R189)."""

    offer_event = models.ForeignKey(
        OfferEvent,
        on_delete=models.CASCADE,
        related_name="fields",
        verbose_name=_("offer event"),
    )
    name = models.SlugField(
        _("name"),
        max_length=60,
        help_text=_("The parameter's name; macro {field:name}."),
    )
    label = models.CharField(_("label"), max_length=120, blank=True)
    type = models.CharField(
        _("type"), max_length=6, choices=FieldType.choices, default=FieldType.TEXT
    )
    is_required = models.BooleanField(_("required"), default=False)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer event field")
        verbose_name_plural = _("offer event fields")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer_event", "name"],
                name="offer_event_field_name_unique",
                violation_error_message=_("This event has a field of this name."),
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.name


class OfferEventPayout(TimeStamped):
    """What one affiliate is paid for one event of an offer: the most specific terms."""

    offer_event = models.ForeignKey(
        OfferEvent,
        on_delete=models.CASCADE,
        related_name="payouts",
        verbose_name=_("offer event"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.CASCADE,
        related_name="event_payouts",
        verbose_name=_("affiliate"),
    )
    payout_type = models.CharField(
        _("payout type"), max_length=5, choices=RateType.choices
    )
    payout_value = models.DecimalField(
        _("payout value"),
        max_digits=18,
        decimal_places=6,
        help_text=_("An amount in the offer's currency, or a percentage for CPS."),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("payout of an affiliate")
        verbose_name_plural = _("payouts of affiliates")
        constraints = [
            models.UniqueConstraint(
                fields=["offer_event", "affiliate"],
                name="offer_event_payout_unique",
                violation_error_message=_(
                    "This affiliate has a payout for this event."
                ),
            ),
            models.CheckConstraint(
                condition=Q(payout_value__gte=0)
                & (~Q(payout_type=RateType.CPS) | Q(payout_value__lte=100)),
                name="offer_event_payout_in_range",
                violation_error_message=_(
                    "A payout cannot be negative, a percentage cannot exceed 100."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_event} / {self.affiliate}"
