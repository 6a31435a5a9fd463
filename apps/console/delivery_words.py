"""Deliveries in words and colours."""

from django.utils.safestring import SafeString

from apps.core.adminkit.showing import badge
from apps.deliveries.models import Delivery
from apps.deliveries.states import (
    AttemptOutcome,
    DeliveryState,
    HeldReason,
    SuppressedReason,
)
from apps.tracking.personal import BY_FORM

STATE_COLOURS: dict[str, str] = {
    DeliveryState.DELIVERED: "ok",
    DeliveryState.FAILED: "bad",
    DeliveryState.HELD: "bad",
    DeliveryState.RETRYING: "wait",
    DeliveryState.PENDING: "wait",
    DeliveryState.SENDING: "wait",
}
OUTCOME_COLOURS: dict[str, str] = {
    AttemptOutcome.SUCCESS: "ok",
    AttemptOutcome.SKIPPED: "off",
    AttemptOutcome.RETRY: "wait",
    AttemptOutcome.AMBIGUOUS: "wait",
    AttemptOutcome.PERMANENT: "bad",
    AttemptOutcome.AUTH: "bad",
    AttemptOutcome.UNKNOWN: "bad",
    AttemptOutcome.UNDERWAY: "wait",
}


def state_badge(delivery: Delivery) -> SafeString:
    """Return the state as a badge; its title is the reason, without persons."""
    return badge(
        _state_in_words(delivery),
        STATE_COLOURS.get(delivery.state, "off"),
        BY_FORM.sentence(reason_in_words(delivery)),
    )


def _state_in_words(delivery: Delivery) -> str:
    """Return the state; what a replay planned waits among retries, yet is none."""
    if delivery.state == DeliveryState.RETRYING and not delivery.attempts:
        return str(DeliveryState.PENDING.label)
    return delivery.get_state_display()


def reason_in_words(delivery: Delivery) -> str:
    """Return why a delivery waits or was not sent, else what happened last."""
    if delivery.reason in HeldReason.values:
        return str(HeldReason(delivery.reason).label)
    if delivery.reason in SuppressedReason.values:
        return str(SuppressedReason(delivery.reason).label)
    return delivery.reason.replace("_", " ").capitalize() or delivery.message


def transaction_of(delivery: Delivery) -> str:
    """Return the transaction of the event or the conversion."""
    source = delivery.event or delivery.conversion
    return source.transaction_id if source else ""
