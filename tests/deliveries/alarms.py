"""Troubles made on purpose, and what is told of them."""

from datetime import datetime, timedelta
from typing import Any

from apps.deliveries import alerting
from apps.deliveries.channels import sealed
from apps.deliveries.models import (
    AlertChannel,
    AlertNotice,
    Delivery,
    Destination,
    RuleHealth,
    WorkerShift,
)
from apps.postbacks.models import PostbackRule
from tests.factories import NOON, make_delivery, make_event, make_offer, make_rule

MINUTE = timedelta(minutes=1)


def make_mail(name: str = "ops", **fields: Any) -> AlertChannel:
    """Return a channel of e-mail."""
    email = fields.pop("email", f"{name}@ops.example")
    return AlertChannel.objects.create(name=name, kind="email", email=email, **fields)


def make_slack(url: str, name: str = "slack") -> AlertChannel:
    """Return a channel of Slack."""
    return AlertChannel.objects.create(name=name, kind="slack", sealed_url=sealed(url))


def make_watched_rule(**fields: Any) -> PostbackRule:
    """Return a rule that is disabled after 100 failures."""
    offer = make_offer(f"Offer {PostbackRule.objects.count()}")
    return make_rule(offer, **{"name": "Tracker", "disable_after": 100, **fields})


def fail(rule: PostbackRule, failures: int, message: str = "Timed out.") -> None:
    """Let a rule have failed so often in a row; 0 is a success."""
    RuleHealth.objects.update_or_create(
        rule=rule,
        defaults={
            "failures": failures,
            "failing_since": NOON if failures else None,
            "last_message": message,
        },
    )


def make_waiting(**fields: Any) -> Delivery:
    """Return a delivery that is due at noon."""
    offer = make_offer()
    return make_delivery(make_rule(offer), make_event(offer), **fields)


def make_shift(worker: str, seen_at: datetime, **fields: Any) -> WorkerShift:
    """Return the shift of a worker that was last seen at ``seen_at``."""
    return WorkerShift.objects.create(
        worker=worker,
        started_at=seen_at - MINUTE,
        seen_at=seen_at,
        accepting_until=seen_at,
        **fields,
    )


def stop_answering(key: str, *, trips: int) -> Destination:
    """Return a destination whose breaker has opened so often."""
    return Destination.objects.create(
        key=key, breaker="open", failures=9 + trips, trips=trips, retry_at=NOON
    )


def look(minutes: float = 0) -> list[str]:
    """Look so long after noon; return the texts of the new notices."""
    last = AlertNotice.objects.order_by("-pk").values_list("pk", flat=True).first()
    alerting.reconcile(now=NOON + minutes * MINUTE)
    new = AlertNotice.objects.filter(pk__gt=last or 0).order_by("pk")
    return list(new.values_list("text", flat=True))


def watch(minutes: float = 0) -> None:
    """Look so long after noon, and tell."""
    alerting.watch(now=NOON + minutes * MINUTE)
