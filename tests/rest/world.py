"""Two advertisers with their rows, and everybody who may look at them."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from apps.accounts.models import Advertiser, Affiliate, ApiToken, Role
from apps.accounts.roles import sync_roles
from apps.goals.models import Goal
from apps.ingest.preparing import KEY_SEPARATOR
from apps.offers.models import Offer
from apps.tracking.models import Conversion, Event, Lead
from tests.factories import (
    NOON,
    make_advertiser,
    make_affiliate,
    make_click,
    make_conversion,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
    make_token,
    make_user,
)


def secret(name: str) -> str:
    """Return the token of ``name``."""
    return f"token-of-{name}-".ljust(43, "0")


@dataclass
class Side:
    """What belongs to one advertiser and the affiliate that works for it."""

    offer: Offer
    affiliate: Affiliate
    event: Event
    conversion: Conversion
    lead: Lead
    rule: Any
    delivery: Any


def make_side(advertiser: Advertiser, name: str) -> Side:
    """Return rows that carry ``name`` wherever they can."""
    offer = make_offer(f"{name} offer", advertiser=advertiser, enable_goals=True)
    affiliate = make_affiliate(f"{name} partner")
    goal = Goal.objects.create(offer=offer, name=f"{name} goal", is_private=True)
    click = make_click(offer, f"{name}-tx", affiliate=affiliate)
    shared = {
        "transaction_id": click.transaction_id,
        "click": click,
        "affiliate": affiliate,
        "goal": goal,
        "revenue": 10,
        "payout": 5,
    }
    conversion = make_conversion(offer, **shared)
    event = make_event(
        offer,
        conversion=conversion,
        params={"note": name},
        dedupe_key=KEY_SEPARATOR.join((str(offer.pk), "base", "t", f"{name}-tx")),
        **shared,
    )
    lead = Lead.objects.create(
        offer=offer,
        click=click,
        transaction_id=click.transaction_id,
        affiliate=affiliate,
        sealed_contact=f"{name} sealed",
        submitted_at=NOON,
    )
    author = make_user(f"{name} author", affiliate=affiliate)
    rule = make_rule(offer, author=author, url=f"https://{name}.example/pb")
    return Side(
        offer, affiliate, event, conversion, lead, rule, make_delivery(rule, event)
    )


def make_world() -> tuple[Side, Side]:
    """Return our side and a stranger's; tokens for all who may ask."""
    sync_roles()
    ours = make_side(make_advertiser("Acme"), "ours")
    theirs = make_side(make_advertiser("Rival"), "theirs")
    make_token(ours.offer, secret=secret("advertiser"))
    for scope, offer in (("offer", ours.offer), ("account", None)):
        token = ApiToken(label=scope, scope=scope, offer=offer, valid_from=NOON)
        token.set_secret(secret(scope))
        token.save()
    make_user("vera", role=Role.VIEWER)
    make_user("anna", role=Role.ADMIN)
    for name, user in (("affiliate", "ours author"), ("viewer", "vera")):
        token = ApiToken(
            label=name, scope="user", user=make_user(user), valid_from=NOON
        )
        token.set_secret(secret(name))
        token.save()
    return ours, theirs


def read(client: Client, path: str, who: str, **query: Any) -> Any:
    """Read ``/api/v1/<path>`` with the token of ``who``."""
    return client.get(
        f"/api/v1/{path}", query, headers={"authorization": f"Bearer {secret(who)}"}
    )
