"""How rows look in the REST API; who may not see a field does not get it."""

from typing import Any, ClassVar

from rest_framework import serializers

from apps.deliveries.attempt_log import load_attempts
from apps.deliveries.models import Attempt, Delivery
from apps.events.models import EventType
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Conversion, Event, Lead
from apps.tracking.personal import BY_FORM

AMOUNTS = ("sale_amount", "sale_currency", "currency", "revenue", "payout")


class Shape(serializers.ModelSerializer[Any]):
    """A row without the fields that its reader may not see."""

    # Fields by what a principal must be able to see.
    guarded: ClassVar[dict[str, tuple[str, ...]]] = {}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the row, narrowed to what the principal may see."""
        found: dict[str, Any] = super().to_representation(instance)
        principal = self.context["principal"]
        for right, names in self.guarded.items():
            if not getattr(principal, right):
                for name in names:
                    del found[name]
        if "goal" in found and not principal.sees_private_goals:
            goal = instance.goal
            found["goal"] = None if goal and goal.is_private else found["goal"]
        return found


class EventOut(Shape):
    """An accepted event."""

    guarded = {
        "sees_revenue": ("revenue", "params", "custom_fields"),
        "sees_payout": ("payout",),
    }
    # A serializer's ``fields`` is its own, so this column needs another name.
    custom_fields = serializers.JSONField(source="fields", read_only=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the event; what looks personal is masked for who may not see it."""
        found = super().to_representation(instance)
        if not self.context["principal"].sees_people:
            for name in {"params", "custom_fields"} & found.keys():
                found[name] = BY_FORM.document(found[name])
        return found

    class Meta:
        model = Event
        fields = (
            *("id", "source", "offer", "event_type", "name", "transaction_id"),
            *("conversion", "affiliate", "goal", "category", "is_payable"),
            *("order_id", "occurred_at", "received_at", "params", "custom_fields"),
            *AMOUNTS,
        )


class ConversionOut(Shape):
    """A conversion with its present status."""

    guarded = {"sees_revenue": ("revenue",), "sees_payout": ("payout",)}

    class Meta:
        model = Conversion
        fields = (
            *("id", "offer", "transaction_id", "event_type", "affiliate", "goal"),
            *("status", "status_reason", "hold_until", "is_payable", "order_id"),
            *("occurred_at", "created_at", "version"),
            *AMOUNTS,
        )


class LeadOut(Shape):
    """A lead without its contact data, which never leaves."""

    class Meta:
        model = Lead
        fields = (
            *("public_id", "offer", "transaction_id", "affiliate", "status"),
            "submitted_at",
        )


class DeliveryOut(Shape):
    """A delivery: one rule told of one trigger."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        """Return the delivery; answers of partners may name the person."""
        found = super().to_representation(instance)
        if not self.context["principal"].sees_people:
            found["message"] = BY_FORM.sentence(found["message"])
            for tried in found.get("attempt_log", ()):
                tried["message"] = BY_FORM.sentence(tried["message"])
                tried["findings"] = BY_FORM.document(tried["findings"])
        return found

    class Meta:
        model = Delivery
        fields = (
            *("id", "rule", "kind", "trigger_type", "trigger_id", "event"),
            *("conversion", "offer", "affiliate", "state", "reason", "attempts"),
            *("due_at", "outcome", "response_status", "message", "created_at"),
            "finished_at",
        )


class AttemptOut(serializers.ModelSerializer[Attempt]):
    """One try of a delivery; what was sent and answered, the admin shows."""

    class Meta:
        model = Attempt
        fields = (
            *("number", "started_at", "duration_ms", "outcome", "code", "message"),
            *("response_status", "findings"),
        )


class DeliveryWithAttemptsOut(DeliveryOut):
    """A delivery with its tries."""

    attempt_log = AttemptOut(many=True, read_only=True)

    def to_representation(self, instance: Delivery) -> dict[str, Any]:
        """Return the delivery and its tries, oldest first."""
        load_attempts([instance])
        return super().to_representation(instance)

    class Meta(DeliveryOut.Meta):
        fields = (*DeliveryOut.Meta.fields, "attempt_log")  # type: ignore[assignment]


class OfferOut(Shape):
    """An offer; its public token stands in its URLs."""

    guarded = {
        "sees_revenue": ("advertiser", "revenue_type", "revenue_value", "ip_allowlist"),
        "sees_terms": ("payout_type", "payout_value", "percent_of"),
    }

    class Meta:
        model = Offer
        fields = (
            *("id", "name", "advertiser", "kind", "platform", "vertical", "status"),
            *("public_token", "landing_url", "currency", "enable_goals"),
            *("conversion_default_status", "hold_days", "click_lifespan_days"),
            *("accept_unknown_events", "ip_allowlist", "revenue_type"),
            *("revenue_value", "payout_type", "payout_value", "percent_of"),
        )


class EventTypeOut(Shape):
    """An entry of the vocabulary; ``id`` is the public event id."""

    class Meta:
        model = EventType
        fields = (
            *("id", "name", "aliases", "description", "category", "is_conversion"),
            *("is_affiliate_conversion", "repeat_policy", "needs_conversion"),
        )


class RuleOut(Shape):
    """A postback rule, without what it sends and its secrets."""

    class Meta:
        model = PostbackRule
        fields = (
            *("id", "name", "offer", "trigger", "use_case", "categories"),
            *("event_type", "affiliate", "goal", "action", "status"),
            *("status_reason", "revision", "created_at", "updated_at"),
        )
