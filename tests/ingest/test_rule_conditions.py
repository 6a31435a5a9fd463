"""What conditions do to deliveries when a postback is reported."""

from collections import Counter
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.deliveries.models import Delivery
from apps.offers.models import Offer
from apps.postbacks.explain import explain_event
from apps.postbacks.models import PostbackRule, RuleCapCount
from apps.postbacks.services import record_revision
from apps.tracking.models import Event
from tests.factories import NOON, SECRET, make_click, make_rule, make_user
from tests.ingest.postbacks import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


def rule_with(offer: Offer, **fields: Any) -> PostbackRule:
    """Return a rule on Conversion Done; ``caps`` are periods and maxima."""
    caps = fields.pop("caps", {})
    rule = make_rule(offer, **fields)
    for period, maximum in caps.items():
        rule.caps.create(period=period, maximum=maximum)
    record_revision(rule=rule, author=make_user(), now=NOON)
    return rule


def report(client: Client, offer: Offer, count: int, **fields: str) -> None:
    """Report so many conversions, each of a click of its own."""
    for number in range(count):
        make_click(offer, transaction_id=f"c-{number}")
        answer = send(client, transaction_id=f"c-{number}", **fields)
        assert answer.json()["result"] == "accepted"


def fates() -> Counter[tuple[str, str]]:
    """Return how many deliveries are in each state, for which reason."""
    return Counter(Delivery.objects.values_list("state", "reason"))


def test_what_comes_over_a_cap_is_suppressed_and_seen(
    client: Client, offer: Offer
) -> None:
    rule_with(offer, caps={"day": 2, "total": 100})

    report(client, offer, 4)

    assert fates() == {("pending", ""): 2, ("suppressed", "cap:day"): 2}
    counts = dict(RuleCapCount.objects.values_list("period", "count"))
    assert counts == {"day": 2, "total": 2}


def test_a_duplicate_does_not_use_up_a_cap(client: Client, offer: Offer) -> None:
    rule_with(offer, caps={"day": 2})

    for _ in range(3):
        send(client)

    assert fates() == {("pending", ""): 1}
    assert RuleCapCount.objects.get().count == 1


def test_a_change_of_status_counts_for_the_cap_too(
    client: Client, offer: Offer
) -> None:
    rule_with(offer, caps={"total": 1})
    report(client, offer, 2, status="pending")

    for number in range(2):
        send(client, transaction_id=f"c-{number}", status="approved")

    assert fates() == {("pending", ""): 1, ("suppressed", "cap:total"): 1}


def test_a_batch_keeps_to_the_cap(client: Client, offer: Offer) -> None:
    rule_with(offer, caps={"hour": 3})
    for number in range(5):
        make_click(offer, transaction_id=f"c-{number}")
    events = [{"transaction_id": f"c-{number}"} for number in range(5)]

    client.post(
        "/api/v1/events/batch",
        {"events": events},
        content_type="application/json",
        headers={"authorization": f"Bearer {SECRET}"},
    )

    assert fates() == {("pending", ""): 3, ("suppressed", "cap:hour"): 2}


def test_a_delay_moves_the_first_attempt(client: Client, offer: Offer) -> None:
    rule_with(offer, delay_seconds=3_600)
    before = timezone.now()

    send(client)

    due_at = Delivery.objects.get().due_at
    assert due_at is not None
    assert due_at >= before + timedelta(hours=1)


def test_outside_its_hours_a_postback_waits_for_them(
    client: Client, offer: Offer
) -> None:
    rule = make_rule(offer)
    tomorrow = timezone.now() + timedelta(days=1)
    rule.windows.create(
        weekday=tomorrow.weekday(), opens_at=time(0), closes_at=time(23, 59)
    )
    record_revision(rule=rule, author=make_user(), now=NOON)

    send(client)

    delivery = Delivery.objects.get()
    assert delivery.state == "pending"
    assert delivery.due_at is not None
    assert delivery.due_at.date() == tomorrow.date()


def test_the_clicks_parameters_can_be_asked_for(client: Client, offer: Offer) -> None:
    rule = make_rule(offer)
    rule.field_conditions.create(field="country", operator="in", value="UA,PL")
    record_revision(rule=rule, author=make_user(), now=NOON)

    for transaction, country in (("c-ua", "UA"), ("c-us", "US")):
        make_click(offer, transaction_id=transaction, params={"country": country})
        send(client, transaction_id=transaction)

    (delivery,) = Delivery.objects.select_related("event")
    assert delivery.event is not None
    assert delivery.event.transaction_id == "c-ua"


def test_without_consent_it_is_suppressed(client: Client, offer: Offer) -> None:
    rule_with(offer, requires_consent=True)

    send(client)

    assert fates() == {("suppressed", "consent"): 1}


def test_the_explanation_asks_the_same_as_planning_did(
    client: Client, offer: Offer
) -> None:
    """Of events and of conversions: what fired is explained as having fired."""
    asked = {"is_payable": "present", "order_id": "present", "note": "present"}
    only = {"event": "category", "conversion_done": "status"}
    for trigger, field in only.items():
        categories = ["conversions"] if trigger == "event" else []
        rule = make_rule(offer, trigger=trigger, categories=categories)
        for name in (*asked, field):
            rule.field_conditions.create(field=name, operator="present")
        other = make_rule(offer, trigger=trigger, categories=categories)
        foreign = {"event": "status", "conversion_done": "category"}[trigger]
        other.field_conditions.create(field=foreign, operator="present")
        for one in (rule, other):
            record_revision(rule=one, author=make_user(), now=NOON)

    send(client, order_id="o-1", note="n")

    planned = set(Delivery.objects.values_list("rule_id", "trigger_id"))
    explained = {
        (explanation.rule.pk, explanation.trigger.id)
        for explanation in explain_event(Event.objects.get())
        if explanation.verdict.fired
    }
    assert len(planned) == 2
    assert planned == explained
