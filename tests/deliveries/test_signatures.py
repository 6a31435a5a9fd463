"""What stays and what changes in the signature from one attempt to the next."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
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


def make_attempt() -> range:
    """Make the one attempt that is due, with a connection that signs.

    Returns the Unix seconds during which it was made.
    """
    Delivery.objects.update(due_at=datetime.now(UTC))
    (row,) = claim_due(limit=10, now=datetime.now(UTC))
    sending.load_revisions({row.revision_id})
    started = int(time.time())
    record([sending.attempt(row, {"webhook_secret": SECRET})])
    return range(started, int(time.time()) + 1)


def timestamp_of(headers: Mapping[str, str]) -> int:
    Webhook(SECRET).verify(b"", dict(headers), json_parse=False)
    return int(headers["webhook-timestamp"])


def test_the_id_is_that_of_the_delivery_and_the_timestamp_that_of_the_attempt(
    offer: Offer, sink: Sink
) -> None:
    sink.answers = [(503, {}), (200, {})]
    delivery = make_due(offer, sink)

    first_seconds = make_attempt()
    time.sleep(1.1)  # The timestamp counts whole seconds.
    second_seconds = make_attempt()

    first, second = (headers for _, _, headers in sink.received)
    assert first["webhook-id"] == second["webhook-id"] == str(delivery.pk)
    assert timestamp_of(first) in first_seconds
    assert timestamp_of(second) in second_seconds
    assert timestamp_of(first) < timestamp_of(second)
    assert first["webhook-signature"] != second["webhook-signature"]
