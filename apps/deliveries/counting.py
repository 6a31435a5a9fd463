"""What workers count for /metrics: attempts, how long they took, how late they were."""

from contextlib import suppress
from typing import Any

from apps.core import measures
from apps.core.measures import Count, Timing
from apps.core.sql import DATABASE_TROUBLE
from apps.deliveries.recording import Finished
from apps.deliveries.sending import revision_of

ATTEMPTS = Count(
    "postbacks_attempts_total",
    "Attempts by kind of action, outcome, and the state of the delivery after it.",
    ("action", "outcome", "state"),
)
DURATIONS = Timing(
    "postbacks_attempt_seconds",
    "How long attempts took, from the call to the end of the partner's answer.",
    ("action",),
    (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0),
)
LATENESS = Timing(
    "postbacks_delivery_lateness_seconds",
    "How long after it was due an attempt began. Pauses, limits and breakers count.",
    (),
    (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 1_800.0, 7_200.0),
)


def count_attempt(row: Any, finished: Finished) -> None:
    """Count an attempt of the claimed delivery ``row``."""
    kind = revision_of(row.revision_id).action.kind
    measures.count(ATTEMPTS, kind, finished.outcome, finished.step.state)
    measures.time(DURATIONS, finished.duration_ms / 1_000, kind)
    late = (finished.started_at - row.due_at).total_seconds()
    measures.time(LATENESS, max(late, 0.0))


def count_unknown(revision_id: int, finished: Finished) -> None:
    """Count an attempt whose worker died: nobody knows how long it took."""
    kind = revision_of(revision_id).action.kind
    measures.count(ATTEMPTS, kind, finished.outcome, finished.step.state)


def write_counts() -> None:
    """Write what was counted; after an outage the next write does."""
    with suppress(*DATABASE_TROUBLE):
        measures.write()
