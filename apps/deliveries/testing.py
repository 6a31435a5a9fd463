"""Sending a postback once by hand, to see what its destination says (R214).

The request is the real one, made from something that happened; the attempt is logged
like any other. It is a delivery of its own kind: nothing is retried, nothing counts
for alerts, and the postback may still fire for the same thing.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.ids import uuid7, uuid7_from
from apps.deliveries import leasing
from apps.deliveries.acts import note_acts
from apps.deliveries.claiming import load_one
from apps.deliveries.destinations import destination_ids
from apps.deliveries.models import Delivery
from apps.deliveries.occasions import Happened, occasion_of
from apps.deliveries.recording import record
from apps.deliveries.sending import (
    attempt,
    load_connections,
    load_revisions,
    revision_of,
)
from apps.deliveries.states import DeliveryKind, DeliveryState
from apps.postbacks.models import PostbackRule

TESTS_A_MINUTE = 10


class TooManyTestsError(Exception):
    """Somebody tests faster than a partner should have to bear, with a sentence."""


def send_test(
    *,
    rule: PostbackRule,
    of: Happened,
    author: User | None,
    now: datetime,
) -> Delivery:
    """Send ``rule`` once about ``of`` and return the delivery with what came of it.

    Waits for the answer. Raises ``TooManyTestsError``.
    """
    delivery = _planned(rule, of, author, now)
    row = load_one(delivery.pk)
    if row is None:
        raise LookupError(f"Delivery {delivery.pk} is gone.")
    load_revisions([row.revision_id])
    leasing.extend([(row, revision_of(row.revision_id).action)], now)
    connection = load_connections([rule.connection_id]) if rule.connection_id else {}
    record([attempt(row, connection.get(rule.connection_id or 0, {}))])
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def _planned(
    rule: PostbackRule, of: Happened, author: User | None, now: datetime
) -> Delivery:
    """Store the delivery as one that is being sent already, so that no worker does."""
    locked = PostbackRule.objects.select_for_update(no_key=True).get(pk=rule.pk)
    _refuse_too_many(locked, now)
    revision = locked.revisions.get(number=locked.revision)
    key = revision.snapshot["destination"]
    delivery = Delivery.objects.create(
        rule=locked,
        revision=revision,
        kind=DeliveryKind.TEST,
        destination_id=destination_ids([key])[key],
        state=DeliveryState.SENDING,
        attempts=1,
        due_at=now,
        lease_until=now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS),
        lease_token=uuid7(),
        created_at=now,
        **occasion_of(of)._asdict(),
    )
    note_acts([delivery], "test", author)
    return delivery


def _refuse_too_many(rule: PostbackRule, now: datetime) -> None:
    recent = Delivery.objects.filter(
        rule=rule,
        kind=DeliveryKind.TEST,
        pk__gte=uuid7_from(now - timedelta(minutes=1)),
    )
    if recent[:TESTS_A_MINUTE].count() >= TESTS_A_MINUTE:
        raise TooManyTestsError(
            _(
                "This postback was tested %(count)d times within a minute. Wait a "
                "little: its destination is somebody's real server."
            )
            % {"count": TESTS_A_MINUTE}
        )
