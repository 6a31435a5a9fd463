"""Telling alerts: each notice is sent once, or twice after a crash, never not at all.

A notice is claimed for a while, sent without a transaction, and then marked. It is no
delivery and has no alerts of its own, so a channel that fails cannot start a loop.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef

from apps.deliveries import channels
from apps.deliveries.models import AlertNotice
from apps.deliveries.states import NoticeState

logger = logging.getLogger(__name__)

OVER = 0
"""The level of a notice that something is over."""

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 20, 60))
"""How long to wait after the first, second … try; after the last, it has failed."""

LEASE = timedelta(minutes=3)
"""How long a claimed notice is nobody else's: longer than a task of the queue lives."""

TELL_SECONDS = 30.0
"""A sweep tells for so long; what is left is told a minute later."""

DIED = "It could not be sent: the worker ended each time."
NOT_BEGUN = "Not told that it is over: that it began had not been told either."
DISABLED = "The channel was disabled."


def tell_due(*, now: datetime) -> int:
    """Send the notices that are due; returns how many were told."""
    ends_at = time.monotonic() + TELL_SECONDS
    count = 0
    while time.monotonic() < ends_at:
        notice = claim(now=now)
        if notice is None:
            break
        count += tell(notice, now=now)
    return count


@transaction.atomic
def claim(*, now: datetime) -> AlertNotice | None:
    """Take the notice that is due first, so that nobody else sends it for a while.

    A channel is never told that something is over before that it began.
    """
    earlier = AlertNotice.objects.filter(
        alert=OuterRef("alert"),
        channel=OuterRef("channel"),
        state=NoticeState.PENDING,
        pk__lt=OuterRef("pk"),
    )
    notice = (
        AlertNotice.objects.select_related("alert", "channel")
        .filter(~Exists(earlier), state=NoticeState.PENDING, due_at__lte=now)
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("due_at", "pk")
        .first()
    )
    if notice is None:
        return None
    AlertNotice.objects.filter(pk=notice.pk).update(
        attempts=F("attempts") + 1, due_at=now + LEASE
    )
    notice.attempts += 1
    return notice


def tell(notice: AlertNotice, *, now: datetime) -> bool:
    """Send a claimed notice; False when it was not told, now or for good."""
    obstacle = _obstacle(notice)
    if obstacle:
        _put_off(notice, obstacle, None)
        return False
    try:
        channels.send(notice.channel, subject=subject_of(notice), text=notice.text)
    except channels.NotToldError as error:
        is_last = notice.attempts > len(WAITS)
        due_at = None if is_last else now + WAITS[notice.attempts - 1]
        _put_off(notice, str(error), due_at)
        return False
    AlertNotice.objects.filter(pk=notice.pk).update(
        state=NoticeState.SENT, sent_at=now, error=""
    )
    return True


def subject_of(notice: AlertNotice) -> str:
    """Return the subject of the e-mail."""
    return f"Over: {notice.alert}" if notice.level == OVER else str(notice.alert)


def _obstacle(notice: AlertNotice) -> str:
    """Return why a notice is not sent at all; "" when it is."""
    if notice.attempts > len(WAITS) + 1:
        return DIED
    if not notice.channel.is_enabled:
        return DISABLED
    if notice.level == OVER and not _was_begun(notice):
        return NOT_BEGUN
    return ""


def _was_begun(notice: AlertNotice) -> bool:
    return AlertNotice.objects.filter(
        alert=notice.alert, channel=notice.channel, state=NoticeState.SENT
    ).exists()


def _put_off(notice: AlertNotice, error: str, due_at: datetime | None) -> None:
    """Try again at ``due_at``, or never; unless somebody else took it meanwhile."""
    logger.warning(
        "The alert %s was not told on channel %s (try %s): %s",
        notice.alert_id,
        notice.channel_id,
        notice.attempts,
        error,
    )
    mine = AlertNotice.objects.filter(
        pk=notice.pk, state=NoticeState.PENDING, attempts=notice.attempts
    )
    if due_at is None:
        mine.update(state=NoticeState.FAILED, error=error[:300])
    else:
        mine.update(due_at=due_at, error=error[:300])
