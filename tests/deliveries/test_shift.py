"""A shift sends what is due, records what happened and decides what follows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import OperationalError

from apps.deliveries import draining
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import Attempt, Delivery, WorkerShift
from apps.deliveries.recording import Finished, record
from apps.deliveries.sending import attempt, load_revisions
from apps.offers.models import (
    Offer,
)
from tests.deliveries.steps import make_due, one_attempt
from tests.factories import make_delivery
from tests.sink import Sink, running_sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


def test_a_due_delivery_reaches_the_partner_once(offer: Offer, sink: Sink) -> None:
    """R110: the partner gets one HTTP request about what happened."""
    delivery = make_due(offer, sink)

    draining.work_shift()

    delivery.refresh_from_db()
    tried = Attempt.objects.get()
    assert [path for _, path, _ in sink.received] == ["/pb?tid=tx-1&s=s-1&p=5.00"]
    assert sink.received[0][2]["X-Postback-Id"] == str(delivery.pk)
    assert (delivery.state, delivery.attempts, delivery.outcome) == (
        "delivered",
        1,
        "success",
    )
    assert (tried.number, tried.response_status, tried.response_body) == (1, 200, "OK")
    assert tried.request is not None
    assert tried.request["url"].endswith("/pb?tid=tx-1&s=s-1&p=5.00")
    assert WorkerShift.objects.get().ended_at is not None


def test_a_server_error_is_tried_again_in_five_seconds(
    offer: Offer, sink: Sink
) -> None:
    sink.answers = [(500, {})]
    delivery = make_due(offer, sink)

    one_attempt()

    delivery.refresh_from_db()
    tried = Attempt.objects.get()
    wait = delivery.due_at - tried.started_at
    assert (delivery.state, tried.outcome) == ("retrying", "retry")
    assert timedelta(seconds=5) <= wait <= timedelta(seconds=6.5)


def test_retry_after_is_a_floor(offer: Offer, sink: Sink) -> None:
    sink.answers = [(429, {"Retry-After": "60"})]
    delivery = make_due(offer, sink)

    one_attempt()

    delivery.refresh_from_db()
    assert delivery.state == "retrying"
    assert delivery.due_at >= Attempt.objects.get().started_at + timedelta(seconds=60)


def test_a_refusal_for_good_is_failed(offer: Offer, sink: Sink) -> None:
    sink.answers = [(404, {})]
    delivery = make_due(offer, sink)

    one_attempt()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.response_status) == ("failed", 404)
    assert delivery.finished_at is not None


def test_a_refused_connection_is_tried_again(offer: Offer, sink: Sink) -> None:
    delivery = make_due(offer, sink)
    with running_sink() as gone:
        nobody = gone.url
    revision = delivery.revision
    revision.snapshot["settings"]["url"] = f"{nobody}/pb"
    revision.save()

    one_attempt()

    delivery.refresh_from_db()
    assert (delivery.state, Attempt.objects.get().code) == ("retrying", "not_sent")


def test_a_result_that_cannot_be_stored_costs_the_others_nothing(
    offer: Offer, sink: Sink
) -> None:
    """DESIGN §4.3: an attempt is recorded for every claim."""
    first = make_due(offer, sink)
    assert first.event is not None
    make_delivery(first.rule, first.event, trigger_id=first.pk)
    rows = claim_due(limit=2, now=datetime.now(UTC))
    load_revisions({row.revision_id for row in rows})
    good, bad = (attempt(row, {}) for row in rows)

    record([replace(bad, response_body="half a character: \ud800\0"), good])

    bodies = dict(Attempt.objects.values_list("delivery", "response_body"))
    states = set(Delivery.objects.values_list("state", flat=True))
    assert bodies == {good.delivery_id: "OK", bad.delivery_id: ""}
    assert states == {"delivered"}


def test_answers_outlive_an_outage_of_the_database(offer: Offer, sink: Sink) -> None:
    """A restarted PostgreSQL makes no attempt unknown: nobody is told twice."""
    delivery = make_due(offer, sink)
    gone = OperationalError("the connection was closed")
    outcomes = iter([gone, gone, None])

    def sometimes(finished: Sequence[Finished]) -> None:
        if (error := next(outcomes)) is not None:
            raise error
        record(finished)

    with patch.object(draining, "record", sometimes):
        draining.work_shift()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("delivered", 1)
    assert Attempt.objects.get().outcome == "success"
    assert len(sink.received) == 1
