"""Several deliveries of one rule in one request, and attempts that may take long."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from django import forms

from apps.actions import registry
from apps.actions.base import Group, Idempotency, Job, SkipDeliveryError
from apps.actions.batching import BatchAction
from apps.actions.providers import BaseUrlField
from apps.core.http import OutboundRequest
from apps.deliveries import draining, leasing
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.sending import in_batches, load_revisions
from apps.offers.models import Offer
from tests.factories import make_click, make_delivery, make_event, make_rule
from tests.sink import Sink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


class Crate(BatchAction):
    """Posts the transaction ids of up to four events as one list."""

    kind: ClassVar = "crate"
    label: ClassVar = "Crate"
    group: ClassVar = Group.WEB
    help: ClassVar = "Only in this test"
    idempotency: ClassVar = Idempotency.SAFE
    batch_size: ClassVar = 4
    deadline_seconds: ClassVar = 120.0

    class RuleForm(forms.Form):
        """Where it goes."""

        base_url = BaseUrlField()

    def item(self, job: Job) -> str:
        transaction_id = str(job.values.get("transaction_id"))
        if transaction_id == "tx-skip":
            raise SkipDeliveryError("Nothing to send.")
        return transaction_id

    def envelope(self, items: Sequence[Any], job: Job) -> OutboundRequest:
        url = job.settings["base_url"]
        return OutboundRequest("POST", url, {}, json.dumps(items).encode())

    def summary(self, settings: Any) -> str:
        return "Crate"

    def destination(self, settings: Any, connection: Any) -> str:
        return str(settings["base_url"])


@pytest.fixture(autouse=True)
def _crate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry._actions, "crate", Crate())


def make_crates(offer: Offer, sink: Sink, *names: str) -> list[Delivery]:
    rule = make_rule(offer, action="crate", settings={"base_url": sink.url})
    found = []
    for name in names:
        click = make_click(offer, f"tx-{name}")
        event = make_event(offer, click=click, transaction_id=f"tx-{name}")
        found.append(make_delivery(rule, event))
    return found


def sent(sink: Sink) -> list[list[str]]:
    return [sorted(json.loads(body)) for body in sink.bodies]


def test_what_is_claimed_together_travels_together(offer: Offer, sink: Sink) -> None:
    """Each delivery has its own attempt, which shows its own part of the request."""
    make_crates(offer, sink, *"abcdef")

    draining.work_shift()

    together = [name for crate in sent(sink) for name in crate]
    assert sorted(together) == [f"tx-{name}" for name in "abcdef"]
    assert sorted(map(len, sent(sink))) == [2, 4]
    bodies = Attempt.objects.values_list("request__body", flat=True)
    assert sorted(bodies) == [f'["tx-{name}"]' for name in "abcdef"]
    assert Delivery.objects.filter(state="delivered").count() == 6
    messages = set(Attempt.objects.values_list("message", flat=True))
    assert messages == {
        "The server answered 200 OK. Sent together with 3 others.",
        "The server answered 200 OK. Sent together with 1 others.",
    }


def test_a_refused_batch_is_tried_one_by_one(offer: Offer, sink: Sink) -> None:
    """One bad event must not cost the others theirs."""
    make_crates(offer, sink, *"abc")
    sink.answers = [(400, {}), (400, {}), (200, {})]

    draining.work_shift()

    states = Delivery.objects.values_list("state", flat=True)
    assert sorted(states) == ["delivered", "delivered", "failed"]
    assert sent(sink)[0] == ["tx-a", "tx-b", "tx-c"]
    assert sorted(map(len, sent(sink))) == [1, 1, 1, 3]


def test_an_outage_puts_off_the_whole_batch_at_once(offer: Offer, sink: Sink) -> None:
    make_crates(offer, sink, *"abc")
    sink.answers = [(503, {"Retry-After": "60"})]

    draining.work_shift()

    states = Delivery.objects.values_list("state", flat=True)
    assert list(states) == ["retrying"] * 3
    assert len(sink.received) == 1


def test_what_has_nothing_to_send_does_not_go_along(offer: Offer, sink: Sink) -> None:
    make_crates(offer, sink, "a", "skip", "b")

    draining.work_shift()

    assert sent(sink) == [["tx-a", "tx-b"]]
    outcomes = Delivery.objects.values_list("outcome", flat=True)
    assert sorted(outcomes) == ["skipped", "success", "success"]


def test_rows_of_different_rules_never_share_a_request(
    offer: Offer, sink: Sink
) -> None:
    make_crates(offer, sink, "a", "b")
    make_crates(offer, sink, "c")
    rows = claim_due(limit=10, now=datetime.now(UTC))
    load_revisions({row.revision_id for row in rows})

    batches = in_batches(rows)

    assert sorted(len(batch) for batch in batches) == [1, 2]
    assert all(len({row.rule_id for row in batch}) == 1 for batch in batches)


def test_an_attempt_that_may_take_long_is_leased_for_long(
    offer: Offer, sink: Sink
) -> None:
    (delivery,) = make_crates(offer, sink, "a")
    now = datetime.now(UTC)
    rows = claim_due(limit=10, now=now)

    leasing.extend([(rows[0], Crate())], now)

    delivery.refresh_from_db()
    assert delivery.lease_until == now + timedelta(seconds=130)
    assert leasing.longest_lease_seconds() == 130
