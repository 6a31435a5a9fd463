"""Rows for tests: plain functions with constant defaults, never random ones."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.accounts.models import Advertiser, Affiliate, ApiToken, Role, TokenScope, User
from apps.deliveries.models import (
    Delivery,
    Destination,
)
from apps.event_lists.models import EventList
from apps.events.categories import (
    Category,
)
from apps.events.models import (
    EventType,
    OfferEvent,
)
from apps.offers.models import (
    Offer,
    OfferAffiliate,
    OfferStatus,
)
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.postbacks.services import record_revision
from apps.tracking.models import (
    Click,
    Conversion,
    Event,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET = "test-token-0123456789abcdefghijklmnopqrstuvw"
TRANSACTION = "tx-1"


def make_user(username: str = "manager", **fields: Any) -> User:
    """Return a staff user; ``affiliate`` makes it one of that affiliate."""
    role = Role.AFFILIATE if fields.get("affiliate") else Role.ACCOUNT_MANAGER
    fields.setdefault("role", role)
    found: User | None = User.objects.filter(username=username).first()
    if found is None:
        found = User(username=username, is_staff=True, **fields)
        found.set_password("secret")
        found.save()
    return found


def make_advertiser(name: str = "Acme") -> Advertiser:
    """Return the advertiser of that name."""
    return Advertiser.objects.get_or_create(name=name)[0]


def make_affiliate(name: str = "Bright") -> Affiliate:
    """Return the affiliate of that name."""
    return Affiliate.objects.get_or_create(name=name)[0]


def make_offer(name: str = "VPN Trial", **fields: Any) -> Offer:
    """Return an active offer that pays 5 of the 10 it earns."""
    defaults: dict[str, Any] = {
        "advertiser": fields.pop("advertiser", None) or make_advertiser(),
        "status": OfferStatus.ACTIVE,
        "revenue_value": Decimal(10),
        "payout_value": Decimal(5),
    }
    return Offer.objects.create(name=name, **{**defaults, **fields})


def make_token(offer: Offer, secret: str = SECRET, **fields: Any) -> ApiToken:
    """Return a token of the offer's advertiser."""
    defaults: dict[str, Any] = {
        "label": "test",
        "scope": TokenScope.ADVERTISER,
        "advertiser": offer.advertiser,
        "valid_from": NOON - timedelta(days=400),
    }
    token = ApiToken(**{**defaults, **fields})
    token.set_secret(secret)
    token.save()
    return token


def make_click(offer: Offer, transaction_id: str = TRANSACTION, **fields: Any) -> Click:
    """Return a click of an affiliate that is on the offer."""
    affiliate = fields.pop("affiliate", None) or make_affiliate()
    OfferAffiliate.objects.get_or_create(offer=offer, affiliate=affiliate)
    now = datetime.now(UTC)
    defaults: dict[str, Any] = {
        "clicked_at": now,
        "expires_at": now + timedelta(days=30),
        "params": {"sub1": "s-1"},
    }
    return Click.objects.create(
        offer=offer,
        transaction_id=transaction_id,
        affiliate=affiliate,
        **{**defaults, **fields},
    )


def make_event_type(name: str = "purchase", **fields: Any) -> EventType:
    """Return an event type of the category conversion."""
    fields.setdefault("category", Category.CONVERSION)
    return EventType.objects.create(name=name, **fields)


def make_offer_event(
    offer: Offer, event_type: EventType | None = None, **fields: Any
) -> OfferEvent:
    """Return an event of the offer that pays 2 of the 3 it earns."""
    defaults: dict[str, Any] = {
        "revenue_value": Decimal(3),
        "payout_value": Decimal(2),
    }
    return OfferEvent.objects.create(
        offer=offer,
        event_type=event_type or make_event_type(),
        **{**defaults, **fields},
    )


def make_event_list(*event_types: EventType, offers: list[Offer]) -> EventList:
    """Return a list of event types that is attached to ``offers``."""
    found = EventList.objects.create(name="List")
    found.event_types.set(event_types)
    found.offers.set(offers)
    return found


def make_rule(offer: Offer | None, **fields: Any) -> PostbackRule:
    """Return an active rule that pings a URL, with its revision."""
    settings = {
        "method": "GET",
        "url": fields.pop("url", "https://partner.example/pb?tid={transaction_id}"),
    }
    custom_events = fields.pop("custom_events", {})
    author = fields.pop("author", None) or make_user()
    defaults: dict[str, Any] = {
        "affiliate": author.affiliate,
        "trigger": TriggerKind.CONVERSION_DONE,
        "action": "ping_url",
        "settings": {**settings, **fields.pop("settings", {})},
    }
    rule = PostbackRule.objects.create(
        offer=offer,
        author=author,
        owner_affiliate=author.affiliate,
        **{**defaults, **fields},
    )
    for name, send_as in custom_events.items():
        rule.custom_events.create(name=name, send_as=send_as)
    record_revision(rule=rule, author=author, now=NOON)
    return rule


def make_conversion(offer: Offer, **fields: Any) -> Conversion:
    """Return an approved base conversion."""
    defaults: dict[str, Any] = {
        "transaction_id": TRANSACTION,
        "status": "approved",
        "occurred_at": NOON,
    }
    return Conversion.objects.create(offer=offer, **{**defaults, **fields})


def make_event(offer: Offer, **fields: Any) -> Event:
    """Return a base conversion event as it was accepted at noon."""
    defaults: dict[str, Any] = {
        "source": "url",
        "transaction_id": TRANSACTION,
        "category": "conversions",
        "occurred_at": NOON,
        "received_at": NOON,
    }
    return Event.objects.create(offer=offer, **{**defaults, **fields})


def make_delivery(rule: PostbackRule, event: Event, **fields: Any) -> Delivery:
    """Return a pending delivery of ``rule`` that is due at noon."""
    revision = rule.revisions.order_by("-number").first()
    if revision is None:
        raise ValueError("The rule has no revision.")
    key = revision.snapshot["destination"]
    defaults: dict[str, Any] = {
        "destination": Destination.objects.get_or_create(key=key)[0],
        "trigger_type": "event",
        "trigger_id": event.pk,
        "due_at": NOON,
        "created_at": NOON,
    }
    return Delivery.objects.create(
        rule=rule,
        revision=revision,
        event=event,
        offer=event.offer,
        click=event.click,
        conversion=event.conversion,
        affiliate=event.affiliate,
        **{**defaults, **fields},
    )
