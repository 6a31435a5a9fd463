"""The demo's rules for every kind of action, with the fake providers as receivers.

The fakes say themselves what they accept (``GET /__control/demo``). Their addresses and
keys change with every start, so the connections are written anew each time.
"""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import override

from apps.accounts.models import Role, User
from apps.actions import registry
from apps.actions.storing import stored_values
from apps.connections.models import Connection, ConnectionState
from apps.core import secret_box
from apps.core.http import OutboundRequest, send
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.postbacks.services import record_revision

OFFER = "Every action"
OFFER_TOKEN = "demo000000000009"  # noqa: S105 - public, and told to everybody
ADVERTISER_ID = 1
LEAD = {
    "offer": OFFER_TOKEN,
    "email": "john.smith@example.com",
    "phone": "+14155552671",
    "first_name": "John",
    "last_name": "Smith",
    "zip": "10001",
    "gclid": "Cj0KCQ",
    "ga_client_id": "709808103.1671720316",
    "landing_url": "https://offer.example/lp",
    "trustedform_url": "https://cert.trustedform.com/"
    "2605ec3a321e1b3a41addf0bba1213505ef57985",
}
"""A lead that every kind of action can make something of."""


def ask_fakes(url: str) -> list[dict[str, Any]]:
    """Return what the fakes at ``url`` want to be set up. Raises ``OutboundError``."""
    answer = send(OutboundRequest("GET", f"{url}/__control/demo"))
    found: list[dict[str, Any]] = json.loads(answer.body)
    return found


@transaction.atomic
def load_demo_providers(*, wanted: list[dict[str, Any]], now: datetime) -> None:
    """Store a connection and a rule for each wanted kind, or put them right."""
    offer, _ = Offer.objects.get_or_create(
        name=OFFER,
        defaults={
            "advertiser_id": ADVERTISER_ID,
            "status": "active",
            "public_token": OFFER_TOKEN,
            "revenue_value": "20",
            "payout_value": "12",
            "kind": "leadgen",
        },
    )
    author = User.objects.filter(role=Role.ACCOUNT_MANAGER).earliest("pk")
    for one in wanted:
        connection = _connection(one)
        _rule(one, connection, offer, author, now)


@override(None)
def _name(one: dict[str, Any]) -> str:
    # Stored, so in the source language whatever the installation speaks.
    label = registry.get(one["kind"]).label
    mode = one["connection"].get("mode") or one["settings"].get("backend") or ""
    return f"Demo: {label} {mode}".strip()


def _connection(one: dict[str, Any]) -> Connection | None:
    if not one["connection"]:
        return None
    form = registry.get(one["kind"]).ConnectionForm
    settings, secrets = stored_values(form, one["connection"])
    return Connection.objects.update_or_create(
        name=_name(one),
        defaults={
            "kind": one["kind"],
            "settings": settings,
            "sealed_secrets": secret_box.seal(secrets),
            "state": ConnectionState.OK,
        },
    )[0]


def _rule(
    one: dict[str, Any],
    connection: Connection | None,
    offer: Offer,
    author: User,
    now: datetime,
) -> None:
    form = registry.get(one["kind"]).RuleForm
    settings, secrets = stored_values(form, one["settings"])
    rule, is_new = PostbackRule.objects.get_or_create(
        name=_name(one),
        offer=offer,
        defaults={
            "trigger": TriggerKind.CONVERSION_DONE,
            "action": one["kind"],
            "author": author,
        },
    )
    if not is_new and rule.settings == settings:
        return
    rule.settings, rule.sealed_secrets = settings, secret_box.seal(secrets)
    rule.connection = connection
    rule.save()
    record_revision(rule=rule, author=author, now=now, comment="demo data")
