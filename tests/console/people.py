"""A lead with personal data in every place that can hold them."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

from apps.core.secret_box import seal
from apps.deliveries.models import Attempt, Delivery
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.tracking.models import Click, Conversion, ConversionChange, Event, Lead
from apps.tracking.personal import email_hash, phone_hash
from tests.factories import (
    NOON,
    make_affiliate,
    make_click,
    make_conversion,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
    make_user,
)

EMAIL = "Zoe.Quill@mail.example"
PHONE = "+49 30 5550 1234"
FIRST_NAME = "Zoefirst"
IP = "198.51.100.23"
BROWSER = "Quillbrowser/7"
DEVICE = "device-quill-1"
TRACES = (EMAIL, "zoe.quill", "5550 1234", FIRST_NAME, IP, BROWSER, DEVICE)
"""What must be found nowhere once it is erased, or by who may not see it."""


class Person(NamedTuple):
    """The rows of one person."""

    lead: Lead
    event: Event
    conversion: Conversion
    delivery: Delivery
    refused: RefusedRequest


def make_person(transaction_id: str = "tx-q", **event: Any) -> Person:
    """Store a lead whose data went everywhere they can go."""
    offer = Offer.objects.filter(name="Solar").first() or make_offer(
        "Solar", kind="leadgen"
    )
    click = _click(offer, transaction_id)
    conversion = make_conversion(
        offer,
        click=click,
        transaction_id=transaction_id,
        affiliate=click.affiliate,
        payout=5,
        currency="USD",
        status_reason=f"{FIRST_NAME} called",
    )
    stored = make_event(
        offer,
        click=click,
        conversion=conversion,
        transaction_id=transaction_id,
        affiliate=click.affiliate,
        params={"email": EMAIL, "note": f"call {PHONE}", "user": {"ip": IP}},
        fields={"first_name": FIRST_NAME, "plan": "gold"},
        payout=5,
        currency="USD",
        order_id="A-1",
        **event,
    )
    lead = _lead(offer, stored)
    delivery = _told(offer, stored, conversion)
    return Person(lead, stored, conversion, delivery, _refused(offer, transaction_id))


def _click(offer: Offer, transaction_id: str) -> Click:
    return make_click(
        offer,
        transaction_id,
        params={
            "sub1": f"for {EMAIL}",
            "partner_click_id": "p-77",
            "email": EMAIL,
            "device_id": DEVICE,
            "landing_url": f"https://solar.example/?mail={EMAIL}",
        },
        ip=IP,
        user_agent=BROWSER,
        referrer=f"https://search.example/?q={FIRST_NAME}",
    )


def _lead(offer: Offer, event: Event) -> Lead:
    return Lead.objects.create(
        public_id=f"lead-{event.transaction_id}",
        offer=offer,
        click=event.click,
        transaction_id=event.transaction_id,
        affiliate=event.affiliate,
        sealed_contact=seal({"email": EMAIL, "phone": PHONE, "first_name": FIRST_NAME}),
        email_hash=email_hash(EMAIL),
        phone_hash=phone_hash(PHONE),
        submitted_at=NOON,
    )


def _told(offer: Offer, event: Event, conversion: Conversion) -> Delivery:
    """Store a change by hand, and what a partner was told of the event and of it."""
    change = ConversionChange.objects.create(
        conversion=conversion,
        number=1,
        operation="create",
        new_status="approved",
        reason=f"{FIRST_NAME} called",
        source="manual",
        changed_at=NOON,
    )
    owner = make_user("paul", affiliate=make_affiliate())
    rule = make_rule(offer, author=owner, name="Own")
    about_change = {"trigger_type": "conversion_change", "trigger_id": change.pk}
    tested = make_delivery(rule, event, kind="test", **about_change)
    Delivery.objects.filter(pk=tested.pk).update(event=None)
    told = make_delivery(
        rule,
        event,
        state="failed",
        finished_at=NOON,
        attempts=1,
        message=f"No such person: {PHONE}",
    )
    for delivery in (tested, told):
        _attempt(delivery)
    return told


def _attempt(delivery: Delivery) -> None:
    body = {"em": [email_hash(EMAIL)], "phone": PHONE, "text": f"Dear {FIRST_NAME}"}
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        started_at=NOON,
        outcome="permanent",
        message=f"No such person: {PHONE}",
        request={
            "method": "POST",
            "url": f"https://crm.example/in?mail={quote(EMAIL)}&ip={IP}&plan=gold",
            "headers": {"User-Agent": "Postbacks", "X-Device": DEVICE},
            "body": json.dumps(body),
        },
        response_status=422,
        response_headers={"Location": f"https://crm.example/{quote_plus(EMAIL)}"},
        findings={"refused": EMAIL},
        response_body=f"{EMAIL.lower()} is unknown, browser {BROWSER}",
    )


def _refused(offer: Offer, transaction_id: str) -> RefusedRequest:
    return RefusedRequest.objects.create(
        received_at=datetime.now(UTC),
        result="refused",
        reason="bad_amount",
        detail=f"«{EMAIL}» is no amount.",
        method="GET",
        path="/postback",
        fields={"amount": EMAIL, "first_name": FIRST_NAME},
        headers={"X-Forwarded-For": IP, "User-Agent": BROWSER},
        remote_address="203.0.113.9",
        offer=offer,
        transaction_id=transaction_id,
    )
