"""The vocabulary of events, and what each means on one offer."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from apps.core.models import TimeStamped
from apps.core.visibility import PUBLIC, ScopedQuerySet
from apps.events.categories import Category, FieldType, RepeatPolicy
from apps.goals.models import Goal
from apps.offers.models import (
    Offer,
)
from apps.offers.terms import (
    Terms,
    terms_constraints,
)

EVENT_NAME_MAX_LENGTH = 200


class EventType(TimeStamped):
    """An entry of the organization's vocabulary; its id is the public ``event_id``."""

    AFFILIATE_PATH: ClassVar = PUBLIC

    name = models.CharField(
        max_length=100,
        help_text="Exactly what senders report, case included. Short, lower case, "
        "underscores: sale, sign_up.",
    )
    aliases = ArrayField(
        models.CharField(max_length=100),
        verbose_name="former names",
        default=list,
        blank=True,
        help_text="Names that are still accepted, separated by commas.",
    )
    description = models.CharField(max_length=300, blank=True)
    category = models.CharField(
        max_length=15, choices=Category.choices, default=Category.UNCATEGORIZED
    )
    is_conversion = models.BooleanField(
        "conversion event",
        default=False,
        help_text="Counts as the primary conversion in reports.",
    )
    is_affiliate_conversion = models.BooleanField(
        "affiliate conversion event",
        default=False,
        help_text="Creates a conversion, so that postbacks on conversions fire.",
    )
    repeat_policy = models.CharField(
        max_length=20,
        choices=RepeatPolicy.choices,
        default=RepeatPolicy.ONCE_PER_TRANSACTION,
        help_text="Also called Multi-Trigger.",
    )
    needs_conversion = models.BooleanField(
        default=True,
        help_text="Accepted only after a conversion of the same transaction that is "
        "not rejected. Switch it off for what happens earlier, e.g. page views.",
    )
    is_system = models.BooleanField(default=False, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="event_type_name_unique",
                violation_error_message="An event type of this name exists already.",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="event_type_has_a_name",
                violation_error_message="An event type needs a name.",
            ),
        ]
        indexes = [
            # The warning about a name that differs only in case.
            models.Index(Lower("name"), name="event_type_by_lower_name"),
        ]

    def __str__(self) -> str:
        return self.name


class OfferEventSource(models.TextChoices):
    """Why an offer has an event: overriding a list's event adds none by itself."""

    DIRECT = "direct", "Added to the offer"
    LIST = "list", "Customizes an event of an attached list"


class OfferEvent(Terms, TimeStamped):
    """An event type on one offer: its terms, overrides, fields and dedicated URL."""

    offer = models.ForeignKey(
        Offer, on_delete=models.CASCADE, related_name="offer_events"
    )
    event_type = models.ForeignKey(
        EventType, on_delete=models.PROTECT, related_name="offer_events"
    )
    source = models.CharField(
        max_length=6,
        choices=OfferEventSource.choices,
        default=OfferEventSource.DIRECT,
    )
    is_enabled = models.BooleanField(
        "enabled", default=True, help_text="Off: reports of this event are refused."
    )
    advertiser_event_name = models.CharField(
        max_length=EVENT_NAME_MAX_LENGTH,
        blank=True,
        help_text="The exact name the advertiser sends, if it is another (e.g. the "
        "AppsFlyer event name, spaces and capitals included).",
    )
    goal = models.ForeignKey(
        Goal, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    category = models.CharField(
        max_length=15,
        choices=Category.choices,
        blank=True,
        help_text="Empty: as the event type says.",
    )
    is_affiliate_conversion = models.BooleanField(
        "affiliate conversion event",
        null=True,
        blank=True,
        help_text="Unknown: as the event type says.",
    )
    repeat_policy = models.CharField(
        "allow multiple events with the same click ID",
        max_length=20,
        choices=RepeatPolicy.choices,
        blank=True,
        help_text="Empty: as the event type says.",
    )
    param_map = models.JSONField(
        "mapped parameters",
        default=dict,
        blank=True,
        help_text='The advertiser\'s parameter names and ours, e.g. {"sum": "amount"}.',
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "event_type"],
                name="offer_event_unique",
                violation_error_message="This offer has this event already.",
            ),
            models.UniqueConstraint(
                fields=["offer", "advertiser_event_name"],
                condition=~Q(advertiser_event_name=""),
                name="offer_event_advertiser_name_unique",
                violation_error_message="Another event of this offer has this "
                "advertiser event name.",
            ),
            *terms_constraints("offer_event"),
        ]

    def __str__(self) -> str:
        return f"{self.offer} / {self.event_type}"


class OfferEventField(TimeStamped):
    """A custom field that is submitted alongside an event of one offer (R189)."""

    offer_event = models.ForeignKey(
        OfferEvent, on_delete=models.CASCADE, related_name="fields"
    )
    name = models.SlugField(
        max_length=60, help_text="The parameter's name; macro {field:name}."
    )
    label = models.CharField(max_length=120, blank=True)
    type = models.CharField(
        max_length=6, choices=FieldType.choices, default=FieldType.TEXT
    )
    is_required = models.BooleanField("required", default=False)
    position = models.PositiveSmallIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["offer_event", "name"],
                name="offer_event_field_name_unique",
                violation_error_message="This event has a field of this name.",
            ),
        ]

    def __str__(self) -> str:
        return self.label or self.name


class SeenEventName(models.Model):
    """How often an offer received an event name, whether it is defined or not."""

    offer = models.ForeignKey(
        Offer, on_delete=models.CASCADE, related_name="seen_names"
    )
    name = models.CharField(max_length=EVENT_NAME_MAX_LENGTH)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    accepted_count = models.PositiveBigIntegerField(default=0)
    filtered_count = models.PositiveBigIntegerField(default=0)
    refused_count = models.PositiveBigIntegerField(default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "name"], name="seen_event_name_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name
