"""A small business with two weeks of history, for the tests that look at screens."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.accounts.models import ApiToken, Role, User
from apps.accounts.roles import sync_roles
from apps.connections.models import Connection
from apps.deliveries.models import Attempt, Delivery
from apps.events.models import EventType, OfferEventField
from apps.goals.models import Goal
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer, OfferAffiliate, Project
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.reports.rollups import roll_up
from apps.tracking.models import ConversionChange, Event, Lead
from tests.console.alarms import add_alerts
from tests.console.crew import add_workers
from tests.factories import (
    make_advertiser,
    make_affiliate,
    make_click,
    make_conversion,
    make_delivery,
    make_event,
    make_event_list,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
    make_token,
    make_user,
)
from tests.moments import id_at

PASSWORD = "secret"
DAYS = 14
ENDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("delivered", {"outcome": "success", "response_status": 200, "attempts": 1}),
    ("delivered", {"outcome": "success", "response_status": 200, "attempts": 1}),
    ("delivered", {"outcome": "success", "response_status": 204, "attempts": 2}),
    ("failed", {"outcome": "permanent", "response_status": 404, "attempts": 1}),
    ("retrying", {"outcome": "retry", "response_status": 503, "attempts": 2}),
    ("delivered", {"outcome": "success", "response_status": 200, "attempts": 1}),
    ("held", {"outcome": "ambiguous", "reason": "ambiguous", "attempts": 1}),
)
"""How the deliveries of the history end, in turn."""


@dataclass(frozen=True)
class World:
    """What the tests ask for by name."""

    admin: User
    offer: Offer
    rule: PostbackRule
    event: Event
    token: ApiToken
    project: Project
    connection: Connection
    lead: Lead
    refused: RefusedRequest


def build_world(now: datetime) -> World:
    """Store the business, its postbacks and its history up to ``now``."""
    sync_roles()
    admin = make_user("ada", role=Role.ADMIN, first_name="Ada")
    offer = _offers()
    rule = _rules(offer, admin)
    event = _history(offer, now)
    roll_up(now=now)
    add_alerts(rule, now)
    add_workers(now)
    return World(
        admin=admin,
        offer=offer,
        rule=rule,
        event=event,
        token=make_token(offer),
        project=Project.objects.get(),
        connection=Connection.objects.get(),
        lead=Lead.objects.get(),
        refused=_refused(offer, now),
    )


def _offers() -> Offer:
    offer = make_offer(
        "VPN Trial",
        project=Project.objects.create(name="Subscriptions"),
        landing_url="https://vpn.example/?cid={transaction_id}",
        enable_goals=True,
        vertical="Software",
    )
    make_offer("Solar Leads DE", advertiser=make_advertiser("Sunrise"), kind="leadgen")
    make_offer("Home Loans UK", advertiser=make_advertiser("Northbank"))
    for name in ("Bright", "Clickwave"):
        OfferAffiliate.objects.create(offer=offer, affiliate=make_affiliate(name))
    Goal.objects.create(offer=offer, name="Registration", alias="reg")
    sale, _ = EventType.objects.get_or_create(
        name="sale", defaults={"category": "conversion"}
    )
    first_sale = make_offer_event(offer, sale)
    OfferEventField.objects.create(
        offer_event=first_sale, name="plan", label="Plan", is_required=True
    )
    trial = make_event_type("trial_started", category="progress")
    make_offer_event(offer, trial, revenue_value=Decimal(0), payout_value=Decimal(0))
    make_event_list(trial, offers=[offer])
    return offer


def _rules(offer: Offer, admin: User) -> PostbackRule:
    Connection.objects.create(
        name="Partner credentials", kind="ping_url", settings={"auth": "none"}
    )
    rule = make_rule(
        offer,
        author=admin,
        name="Tracker",
        url="https://tracker.example/pb?cid={partner_click_id}&sum={payout}",
    )
    make_rule(
        offer,
        author=admin,
        trigger=TriggerKind.EVENT,
        use_case="touched",
        categories=["conversions", "partial_conversions"],
        custom_events={"sale": "Purchase", "trial_started": "StartTrial"},
        affiliate=make_affiliate(),
        goal=Goal.objects.get(),
    )
    make_rule(
        None,
        author=admin,
        name="Warehouse",
        trigger=TriggerKind.CONVERSION_ANY,
        url="https://warehouse.example/in?id={conversion_id}&status={status}",
    )
    make_rule(
        offer, author=admin, trigger=TriggerKind.CONVERSION_REJECT, status="disabled"
    )
    return rule


def _history(offer: Offer, now: datetime) -> Event:
    """Store some events for each day, the last of them just now; return the last."""
    sale = offer.offer_events.get(event_type__name="sale").event_type
    rules = list(PostbackRule.objects.order_by("id")[:3])
    event: Event | None = None
    for day in range(DAYS, -1, -1):
        for number in reversed(range(3 + (DAYS - day) % 5)):
            moment = now - timedelta(days=day, minutes=30 * number)
            transaction_id = f"tx_{day:02}{number:02}0dca1a2"
            click = make_click(
                offer, transaction_id, params={"sub1": "news", "partner_click_id": "p7"}
            )
            event = _sale(offer, click, sale, moment)
            for rule in rules[: 1 + number % 3]:
                _delivery(rule, event, (day + number + rule.pk) % len(ENDS), moment)
    if event is None:
        raise ValueError("The history is empty.")
    Lead.objects.create(
        public_id="L-1001",
        offer=offer,
        click=event.click,
        transaction_id=event.transaction_id,
        affiliate=event.affiliate,
        submitted_at=now,
    )
    return event


def _sale(offer: Offer, click: Any, sale: Any, moment: datetime) -> Event:
    shared: dict[str, Any] = {
        "click": click,
        "event_type": sale,
        "affiliate": click.affiliate,
        "transaction_id": click.transaction_id,
        "sale_amount": Decimal("49.9"),
        "sale_currency": "USD",
        "payout": Decimal(2),
        "revenue": Decimal(3),
        "currency": "USD",
        "order_id": "A-2982",
        "occurred_at": moment,
    }
    conversion = make_conversion(offer, **shared)
    event = make_event(
        offer,
        id=id_at(moment),
        name="sale",
        conversion=conversion,
        is_payable=True,
        params={"order_id": "A-2982", "utm": {"source": "news", "campaign": "spring"}},
        fields={"plan": "yearly"},
        received_at=moment,
        **shared,
    )
    ConversionChange.objects.create(
        conversion=conversion,
        number=1,
        operation="create",
        new_status="approved",
        source="url",
        event=event,
        changed_at=moment,
    )
    return event


def _delivery(rule: PostbackRule, event: Event, end: int, moment: datetime) -> None:
    state, fields = ENDS[end]
    is_over = state in ("delivered", "failed")
    change = event.changes.get()
    trigger = ("event", event.pk)
    if rule.trigger != TriggerKind.EVENT:
        trigger = ("conversion_change", change.pk)
    delivery = make_delivery(
        rule,
        event,
        id=id_at(moment),
        trigger_type=trigger[0],
        trigger_id=trigger[1],
        state=state,
        created_at=moment,
        # What is still open after days waits for a time to come.
        due_at=moment + timedelta(minutes=5, days=0 if is_over else DAYS + 1),
        finished_at=moment + timedelta(milliseconds=180) if is_over else None,
        message="" if state == "delivered" else "The server did not accept it.",
        **fields,
    )
    for number in range(1, fields["attempts"] + 1):
        _attempt(delivery, number, moment)


def _attempt(delivery: Delivery, number: int, moment: datetime) -> None:
    is_last = number == delivery.attempts
    status = delivery.response_status if is_last else 503
    Attempt.objects.create(
        delivery=delivery,
        number=number,
        started_at=moment + timedelta(seconds=5 * number),
        duration_ms=143,
        outcome=delivery.outcome if is_last else "retry",
        message=delivery.message if is_last else "The server answered 503.",
        request={
            "method": "GET",
            "url": "https://tracker.example/pb?cid=p7&sum=2.00",
            "headers": {"X-Postback-Id": str(delivery.pk), "Authorization": "••••"},
            "body": "",
        },
        response_status=status,
        response_headers={"Content-Type": "text/plain", "Server": "tracker"},
        response_body="OK" if status == 200 else "<b>not here</b>",
        address="203.0.113.9",
    )


def _refused(offer: Offer, now: datetime) -> RefusedRequest:
    RefusedRequest.objects.create(
        received_at=now,
        result="duplicate",
        reason="duplicate",
        detail="This event was accepted before.",
        method="GET",
        path="/postback",
        offer=offer,
        event_name="sale",
        transaction_id="tx_00000dca1a2",
    )
    return RefusedRequest.objects.create(
        received_at=now,
        result="refused",
        reason="bad_token",
        detail="The token is not known.",
        method="GET",
        path="/postback",
        fields={"transaction_id": "tx_9", "event_name": "sale"},
        headers={"User-Agent": "curl"},
        remote_address="203.0.113.77",
        token_prefix="abcd1234",
        transaction_id="tx_9",
    )
