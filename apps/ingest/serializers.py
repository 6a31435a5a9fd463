"""The shapes of the REST API, for its documentation and its clients."""

from typing import Any

from rest_framework import serializers

from apps.ingest.models import Result


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
    occurred_at = serializers.DateTimeField(required=False)
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
