"""Steps of the tests of replays."""

from datetime import UTC, datetime, timedelta
from typing import Any

from apps.core.ids import uuid7
from apps.deliveries import replaying
from apps.deliveries.models import Delivery, Replay
from apps.deliveries.replay_tasks import replay as replay_task
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from tests.deliveries.steps import make_due
from tests.factories import NOON, make_delivery
from tests.sink import Sink

DAY = timedelta(days=1)


def now() -> datetime:
    return datetime.now(UTC)


def make_replay(rule: PostbackRule, **fields: Any) -> Replay:
    given = {
        "kind": "resend",
        "rule": rule,
        "states": ["failed"],
        "starts_at": now() - 300 * DAY,
        "ends_at": now() + DAY,
        "author": rule.author,
        **fields,
    }
    replay = Replay(**given)
    replaying.preview(replay)
    return replay


def run(replay: Replay) -> Replay:
    replaying.start(replay_id=replay.pk, now=now())
    replay_task(str(replay.pk))
    replay.refresh_from_db()
    return replay


def make_failed(offer: Offer, sink: Sink, count: int) -> PostbackRule:
    """Return a rule with ``count`` failed deliveries and one of each other state."""
    first = make_due(offer, sink)
    assert first.event is not None
    for _ in range(count - 1):
        make_delivery(first.rule, first.event, trigger_id=uuid7())
    Delivery.objects.update(
        state="failed", finished_at=NOON, attempts=10, created_at=now()
    )
    for state in ("delivered", "suppressed", "cancelled", "held", "pending"):
        is_over = state not in ("held", "pending")
        make_delivery(
            first.rule,
            first.event,
            trigger_id=uuid7(),
            state=state,
            reason="x" if state in ("held", "suppressed") else "",
            finished_at=NOON if is_over else None,
            created_at=now(),
        )
    return first.rule
