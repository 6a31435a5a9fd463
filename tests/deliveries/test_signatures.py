"""What stays and what changes in the signature from one attempt to the next."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from standardwebhooks import Webhook

from apps.deliveries import sending
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import Delivery
from apps.deliveries.recording import record
from apps.offers.models import Offer
from tests.deliveries.steps import make_due
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]

SECRET = "whsec_" + "c2VjcmV0" * 4


def attempt_at(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the one attempt that is due, with a connection that signs, at ``now``."""
    Delivery.objects.update(due_at=now)
    (row,) = claim_due(limit=10, now=datetime.now(UTC))
    sending.load_revisions({row.revision_id})
    with monkeypatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now)
        finished = sending.attempt(row, {"webhook_secret": SECRET})
    record([finished])


def timestamp_of(headers: Mapping[str, str]) -> int:
    Webhook(SECRET).verify(b"", dict(headers), json_parse=False)
    return int(headers["webhook-timestamp"])


def test_the_id_is_that_of_the_delivery_and_the_timestamp_that_of_the_attempt(
    offer: Offer, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    sink.answers = [(503, {}), (200, {})]
    delivery = make_due(offer, sink)
    second_at = datetime.now(UTC)
    first_at = second_at - timedelta(minutes=2)

    attempt_at(first_at, monkeypatch)
    attempt_at(second_at, monkeypatch)

    first, second = (headers for _, _, headers in sink.received)
    assert first["webhook-id"] == second["webhook-id"] == str(delivery.pk)
    assert timestamp_of(first) == int(first_at.timestamp())
    assert timestamp_of(second) == int(second_at.timestamp())
    assert first["webhook-signature"] != second["webhook-signature"]
