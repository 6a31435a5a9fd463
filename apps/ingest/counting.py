"""What senders were told, counted for /metrics by result and reason."""

from collections.abc import Iterable

from apps.core import measures
from apps.core.measures import Count
from apps.ingest.refusals import Answer

REPORTS = Count(
    "postbacks_reports_total",
    "Reports by result (accepted, duplicate, refused) and reason, of batches each one.",
    ("result", "reason"),
)


def count_answers(answers: Iterable[Answer]) -> None:
    """Count what senders were told; of a reason only its code, never a name."""
    for answer in answers:
        reason = (answer.reason or "").partition(":")[0]
        measures.count(REPORTS, answer.result, reason)
