"""What actions report beside their outcome: changes of lists, and findings."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django import forms
from django.db import connections

from apps.actions import registry
from apps.actions.base import Action, AttemptResult, Group, Idempotency, Job
from apps.actions.contract import Judgement, ListChange, Outcome
from apps.core.ids import uuid7
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.recording import record
from apps.deliveries.sending import attempt, load_revisions
from apps.offers.models import Offer
from apps.value_lists.models import ListedValue
from tests.deliveries.steps import one_attempt
from tests.factories import make_delivery, make_event, make_rule
from tests.lists.making import listed, make_value_list

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]
SENT = {"method": "POST", "url": "https://partner.example/sms", "headers": {}}


class Telling(Action):
    """An action that ends as it is told and sends nothing to anybody."""

    kind, label, group = "telling", "Tell", Group.LISTS
    help, idempotency = "", Idempotency.SAFE
    RuleForm = forms.Form

    def __init__(self) -> None:
        self.judgement = Judgement(Outcome.SUCCESS)
        self.request: dict[str, Any] | None = None

    def run(self, job: Job) -> AttemptResult:
        return AttemptResult(self.judgement, request=self.request)

    def preview(self, job: Job) -> dict[str, Any]:
        return {}

    def summary(self, settings: Mapping[str, Any]) -> str:
        return ""

    def destination(
        self, settings: Mapping[str, Any], connection: Mapping[str, Any]
    ) -> str:
        return "lists"


@pytest.fixture
def telling(monkeypatch: pytest.MonkeyPatch) -> Telling:
    """Return an action that exists in this test only."""
    action = Telling()
    monkeypatch.setitem(registry._actions, action.kind, action)
    return action


@pytest.fixture
def delivery(offer: Offer, telling: Telling) -> Delivery:
    """Return a due delivery of the action."""
    return make_delivery(make_rule(offer, action=telling.kind), make_event(offer))


def change(value: str = "Jane@X.example", **fields: Any) -> ListChange:
    return ListChange(**{"list_name": "opt-outs", "value": value, **fields})


def test_a_value_is_listed_together_with_the_attempt(
    telling: Telling, delivery: Delivery
) -> None:
    found = make_value_list()
    telling.judgement = Judgement(
        Outcome.PERMANENT, "They answered STOP.", "opted_out", list_change=change()
    )

    one_attempt()

    delivery.refresh_from_db()
    assert listed(found) == ["jane@x.example"]
    assert ListedValue.objects.get().source == "postback"
    assert (delivery.state, delivery.message) == ("failed", "They answered STOP.")


def test_a_value_is_removed(telling: Telling, delivery: Delivery) -> None:
    found = make_value_list("jane@x.example", "joe@x.example")
    telling.judgement = Judgement(Outcome.SUCCESS, list_change=change(is_removal=True))

    one_attempt()

    delivery.refresh_from_db()
    assert (delivery.state, listed(found)) == ("delivered", ["joe@x.example"])


def test_both_happen_or_neither(telling: Telling, delivery: Delivery) -> None:
    found = make_value_list()
    telling.judgement = Judgement(Outcome.SUCCESS, list_change=change())

    with (
        patch("apps.deliveries.recording.note", side_effect=RuntimeError),
        pytest.raises(RuntimeError),
    ):
        one_attempt()

    assert (listed(found), Attempt.objects.count()) == ([], 0)


@pytest.mark.parametrize("value", ["Jane@X.example", " "])
def test_what_only_was_to_change_a_list_fails_when_it_cannot(
    telling: Telling, delivery: Delivery, value: str
) -> None:
    if not value.strip():
        make_value_list()
    telling.judgement = Judgement(Outcome.SUCCESS, "Added.", list_change=change(value))

    one_attempt()

    delivery.refresh_from_db()
    tried = Attempt.objects.get()
    assert (delivery.state, tried.code) == ("failed", "list_unchanged")
    assert "Added. The list «opt-outs» was not changed:" in delivery.message
    assert "Jane" not in delivery.message
    assert not ListedValue.objects.exists()


def test_what_was_sent_stays_sent_when_its_list_is_gone(
    telling: Telling, delivery: Delivery
) -> None:
    telling.request = SENT
    telling.judgement = Judgement(
        Outcome.SUCCESS, "m" * 600, "ok", list_change=change()
    )

    one_attempt()

    delivery.refresh_from_db()
    assert (delivery.state, Attempt.objects.get().code) == ("delivered", "ok")
    assert "There is no such list" in delivery.message
    assert len(delivery.message) <= 500


def test_findings_are_kept_within_bounds(telling: Telling, delivery: Delivery) -> None:
    many = {f"n{number}": "x" * 600 for number in range(30)}
    telling.judgement = Judgement(Outcome.SUCCESS, findings={"sid": "SM1", **many})

    one_attempt()

    findings = Attempt.objects.get().findings
    assert findings["sid"] == "SM1"
    assert len(findings) == 20
    assert {len(text) for text in findings.values()} == {3, 500}


def test_findings_that_cannot_be_stored_cost_the_result_nothing(
    telling: Telling, delivery: Delivery
) -> None:
    found = make_value_list()
    telling.judgement = Judgement(
        Outcome.SUCCESS, findings={"sid": "a\x00b"}, list_change=change()
    )

    one_attempt()

    delivery.refresh_from_db()
    assert (delivery.state, Attempt.objects.get().findings) == ("delivered", {})
    assert listed(found) == ["jane@x.example"]


def test_two_workers_that_list_the_same_values_list_each_once(
    telling: Telling, delivery: Delivery
) -> None:
    """Each writes its results in one transaction, in whatever order they ended."""
    found = make_value_list()
    assert delivery.event is not None
    for _ in range(39):
        make_delivery(delivery.rule, delivery.event, trigger_id=uuid7())
    rows = claim_due(limit=40, now=datetime.now(UTC))
    load_revisions({row.revision_id for row in rows})
    finished = []
    for number, row in enumerate(rows):
        value = change(f"{number % 20}@x.example")
        telling.judgement = Judgement(Outcome.SUCCESS, list_change=value)
        finished.append(attempt(row, {}))

    def work(mine: Any) -> None:
        try:
            record(mine)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(work, (finished[:20], finished[:19:-1])))

    assert len(rows) == 40
    assert len(listed(found)) == 20
    assert Delivery.objects.filter(state="delivered").count() == 40
