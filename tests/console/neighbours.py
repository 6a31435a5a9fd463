"""Two affiliates side by side: marks on all that one of them must not see."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import DatabaseError, models, transaction

from apps.accounts.models import Affiliate, User
from apps.connections.models import Connection
from apps.core.visibility import PUBLIC
from apps.deliveries.models import Attempt, Delivery
from apps.goals.models import Goal
from apps.offers.models import Offer, OfferAffiliate
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import record_revision
from apps.tracking.models import ConversionChange, Event, Lead
from tests.console.conftest import MARKER
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

REVENUE, OTHERS_PAYOUT = Decimal("7777.77"), Decimal("5555.55")
HIDDEN = (MARKER, str(REVENUE), str(OTHERS_PAYOUT))
"""What must not appear on any screen of the affiliate."""
CODES = frozenset(("action", "kind", "subject", "password", "token_hash", "public_id"))
"""Columns that the code reads, or that addresses are made of."""


@dataclass(frozen=True)
class Own:
    """What belongs to the affiliate that looks."""

    user: User
    offer: Offer
    rule: PostbackRule
    delivery: Delivery
    event: Event
    connection: Connection


def mark_everything() -> int:
    """Put the marker into every text of every row; return how many texts took it."""
    marked = 0
    for model in apps.get_models():
        is_ours = model.__module__.startswith("apps.")
        if is_ours and getattr(model, "AFFILIATE_PATH", None) != PUBLIC:
            for field in model._meta.concrete_fields:
                marked += _mark(model, field) if _takes_text(field) else 0
    return marked


def _takes_text(field: Any) -> bool:
    is_text = isinstance(field, models.CharField | models.TextField)
    is_code = field.name in CODES or field.name.startswith("sealed")
    return is_text and not field.choices and not is_code


def _mark(model: Any, field: Any) -> int:
    marked = 0
    for pk in model._base_manager.values_list("pk", flat=True):
        text = f"{MARKER} {pk} {field.name}"[: field.max_length]
        try:
            with transaction.atomic():
                marked += model._base_manager.filter(pk=pk).update(**{field.name: text})
        except DatabaseError:  # it is frozen or has a format; its fixture marks it
            continue
    return marked


def make_own(foreign: Affiliate) -> Own:
    """Make rows of an affiliate that shares an offer with ``foreign`` and with staff."""
    affiliate = make_affiliate("Other")
    user = make_user("other", affiliate=affiliate)
    boss = make_user(f"{MARKER}-boss", role="admin")
    offer = make_offer(
        "Shared", revenue_value=REVENUE, payout_value=OTHERS_PAYOUT, enable_goals=True
    )
    for partner in (affiliate, foreign):
        OfferAffiliate.objects.get_or_create(offer=offer, affiliate=partner)
    event = _event(offer, affiliate, boss)
    rule = make_rule(offer, author=user, name="Mine")
    delivery = make_delivery(rule, event)
    _attempt(delivery, "own")
    _meddle(rule, event, boss)
    connection = Connection.objects.create(
        name="My login", kind="ping_url", owner_affiliate=affiliate
    )
    return Own(user, offer, rule, delivery, event, connection)


def _event(offer: Offer, affiliate: Affiliate, boss: User) -> Event:
    """Make what the affiliate's visitor did; how it came and what it earned is ours."""
    goal = Goal.objects.create(offer=offer, name=f"{MARKER} goal", is_private=True)
    shared: dict[str, Any] = {
        "click": make_click(offer, "own-tx", affiliate=affiliate),
        "transaction_id": "own-tx",
        "affiliate": affiliate,
        "goal": goal,
        "revenue": REVENUE,
        "payout": 2,
    }
    conversion = make_conversion(offer, **shared)
    event = make_event(
        offer,
        conversion=conversion,
        params={"note": MARKER},
        fields={"plan": MARKER},
        triggered_by=boss,
        **shared,
    )
    ConversionChange.objects.create(
        conversion=conversion,
        number=1,
        operation="create",
        new_status="approved",
        source="manual",
        actor=boss,
        changed_at=NOON,
    )
    Lead.objects.create(
        public_id=f"{MARKER}-own-lead",
        offer=offer,
        transaction_id="own-tx",
        affiliate=affiliate,
        submitted_at=NOON,
    )
    return event


def _meddle(rule: PostbackRule, event: Event, boss: User) -> None:
    """Let staff change the affiliate's postback, and have one of ours beside it."""
    rule.field_conditions.create(field="revenue", operator="above", value="7777.77")
    record_revision(rule=rule, author=boss, now=NOON, comment=f"{MARKER} note")
    LogEntry.objects.create(
        user=boss,
        content_type=ContentType.objects.get_for_model(rule),
        object_id=str(rule.pk),
        object_repr="Mine",
        action_flag=CHANGE,
        change_message=f"Added field condition {MARKER}.",
    )
    ours = make_rule(rule.offer, author=boss, name=f"{MARKER} of staff")
    _attempt(make_delivery(ours, event), MARKER)


def _attempt(delivery: Delivery, text: str) -> None:
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        started_at=NOON,
        outcome="retry",
        message=text,
        request={"method": "GET", "url": f"https://x.example/{text}", "headers": {}},
        response_status=500,
        response_headers={"X-Text": text},
        response_body=text,
    )
