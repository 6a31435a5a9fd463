"""The shapes of the REST API, for its documentation and its clients."""

from typing import Any

from rest_framework import serializers

from apps.deliveries.models import Replay
from apps.deliveries.states import DeliveryState, ReplayKind
from apps.ingest.models import Result
from apps.tracking.statuses import ConversionStatus


class EventIn(serializers.Serializer[Any]):
    """The body of ``POST /api/v1/events``. Other members are kept as they are."""

    transaction_id = serializers.CharField(max_length=64)
    event = serializers.CharField(
        required=False, help_text="Name or number of the event type."
    )
    event_id = serializers.IntegerField(required=False)
    event_name = serializers.CharField(required=False)
    amount = serializers.DecimalField(
        max_digits=18, decimal_places=6, required=False, help_text="Sale amount."
    )
    currency = serializers.CharField(max_length=3, required=False)
    status = serializers.CharField(required=False)
    goal = serializers.CharField(required=False)
    order_id = serializers.CharField(max_length=120, required=False)
    device_id = serializers.CharField(
        max_length=120, required=False, help_text="The device it happened on."
    )
    user_id = serializers.CharField(
        max_length=120, required=False, help_text="The user, across devices."
    )
    occurred_at = serializers.DateTimeField(
        required=False, help_text="ISO 8601 with a time zone; now unless told."
    )
    fields = serializers.DictField(  # type: ignore[assignment]
        required=False, help_text="Custom fields of the offer's event."
    )


class AnswerOut(serializers.Serializer[Any]):
    """What became of a report (DESIGN §5)."""

    result = serializers.ChoiceField(choices=Result.choices)
    reason = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    event = serializers.UUIDField(allow_null=True)
    conversion = serializers.UUIDField(allow_null=True)


class BatchIn(serializers.Serializer[Any]):
    """The body of ``POST /api/v1/events/batch``."""

    events = EventIn(many=True, help_text="1 to 1,000 events.")
    history = serializers.BooleanField(
        default=False,
        help_text="Import what happened long ago: it is stored and attributed, and "
        "no postback is sent.",
    )


class ItemOut(AnswerOut):
    """What became of one item."""

    status = serializers.IntegerField(help_text="The HTTP status it would have had.")


class BatchOut(serializers.Serializer[Any]):
    """How many items were accepted, repeated and refused; each in its place."""

    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    refused = serializers.IntegerField()
    results = ItemOut(many=True)


class ClickIn(serializers.Serializer[Any]):
    """The body of ``POST /api/v1/clicks``. Other members are kept as they are."""

    offer = serializers.CharField(help_text="The offer's public token.")
    affiliate = serializers.CharField(required=False, help_text="Affiliate's number.")
    sub1 = serializers.CharField(required=False, help_text="Up to sub10.")
    device_id = serializers.CharField(
        max_length=120, required=False, help_text="The device that was touched."
    )
    user_id = serializers.CharField(
        max_length=120, required=False, help_text="The user that was touched."
    )
    occurred_at = serializers.DateTimeField(
        required=False, help_text="When it was clicked; now unless told."
    )
    ip = serializers.IPAddressField(required=False)
    user_agent = serializers.CharField(required=False, max_length=500)
    referrer = serializers.CharField(required=False, max_length=2_000)


class ClickOut(serializers.Serializer[Any]):
    """The new click; reports name its transaction id."""

    id = serializers.UUIDField()
    transaction_id = serializers.CharField()
    expires_at = serializers.DateTimeField()


class LeadIn(serializers.Serializer[Any]):
    """The body of ``POST /api/v1/leads``. Contact data is sealed."""

    transaction_id = serializers.CharField(
        required=False, help_text="Of a click. Without it, name the offer."
    )
    offer = serializers.CharField(required=False, help_text="Public token.")
    affiliate = serializers.CharField(required=False, help_text="Affiliate's number.")
    email = serializers.CharField(required=False, max_length=254)
    phone = serializers.CharField(required=False, max_length=254)
    first_name = serializers.CharField(required=False, max_length=254)
    last_name = serializers.CharField(required=False, max_length=254)
    address = serializers.CharField(required=False, max_length=254)
    city = serializers.CharField(required=False, max_length=254)
    state = serializers.CharField(required=False, max_length=254)
    zip = serializers.CharField(required=False, max_length=254)
    dob = serializers.CharField(required=False, max_length=254, help_text="1985-01-31")
    gender = serializers.CharField(required=False, max_length=254)


class LeadAnswerOut(AnswerOut):
    """What became of a lead."""

    lead = serializers.CharField()
    transaction_id = serializers.CharField()


class TriggerIn(serializers.Serializer[Any]):
    """The body of a manual trigger."""

    event = serializers.CharField(help_text="Name or number of the event type.")
    fields = serializers.DictField(  # type: ignore[assignment]
        required=False, help_text="Custom fields of the offer's event."
    )


class StatusIn(serializers.Serializer[Any]):
    """The body of ``PATCH /api/v1/conversions/<id>``."""

    status = serializers.ChoiceField(choices=ConversionStatus.choices)
    reason = serializers.CharField(required=False, max_length=200)
    fire_postbacks = serializers.BooleanField(default=True)


class ResentOut(serializers.Serializer[Any]):
    """What became of a delivery that was to be sent again."""

    id = serializers.UUIDField()
    state = serializers.ChoiceField(choices=DeliveryState.choices)


class ReplayIn(serializers.Serializer[Any]):
    """The body of ``POST /api/v1/replays``."""

    kind = serializers.ChoiceField(
        choices=ReplayKind.choices,
        help_text="resend: deliveries go out again. backfill: a rule is told what "
        "happened in the range and it was not told yet.",
    )
    rule = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    states = serializers.ListField(
        child=serializers.ChoiceField(choices=DeliveryState.choices),
        required=False,
        max_length=len(DeliveryState),
        help_text="Which deliveries are sent again: failed (unless told), held, "
        "retrying, cancelled, delivered.",
    )
    starts_at = serializers.DateTimeField(
        help_text="ISO 8601 with a time zone, inclusive."
    )
    ends_at = serializers.DateTimeField(
        help_text="ISO 8601 with a time zone, exclusive."
    )
    uses_current = serializers.BooleanField(
        default=False, help_text="Send as the rule is now, not as it was planned."
    )
    per_minute = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=1_000_000
    )
    comment = serializers.CharField(required=False, allow_blank=True, max_length=300)


class ReplayOut(serializers.ModelSerializer[Replay]):
    """A replay: what it is to do, and how far it is."""

    class Meta:
        model = Replay
        fields = (
            *("id", "kind", "state", "rule", "states", "starts_at", "ends_at"),
            *("uses_current", "per_minute", "comment", "total", "examined", "planned"),
            *("skipped", "created_at", "started_at", "finished_at"),
        )
        extra_kwargs = {
            "total": {"help_text": "How many the preview counted."},
            "planned": {"help_text": "How many were handed over so far."},
        }


class ListedIn(serializers.Serializer[Any]):
    """The body of ``POST /api/v1/lists/<reference>/values``."""

    value = serializers.CharField(
        help_text="In any spelling; the list normalizes and hashes it."
    )


class ListedOut(serializers.Serializer[Any]):
    """Where the value is now, or what was done."""

    status = serializers.ChoiceField(
        choices=("added", "present", "removed", "absent"),
    )


class StatusOut(serializers.Serializer[Any]):
    """Where the conversion is now."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=ConversionStatus.choices)
    reason = serializers.CharField(allow_blank=True)
    version = serializers.IntegerField(help_text="Counts the changes.")
    changed = serializers.BooleanField()
