"""A configuration with everything, an empty database, and files for tests."""

from datetime import time
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

from django.db import connection

from apps.accounts.models import Advertiser, Affiliate, Role, User
from apps.actions import registry
from apps.actions.storing import stored_values
from apps.configfile.importing import Report, import_file
from apps.configfile.shapes import every_shape
from apps.connections.models import Connection
from apps.core import secret_box
from apps.event_lists.models import EventList
from apps.events.models import EventLimit, OfferEvent, OfferEventField, OfferEventPayout
from apps.goals.models import Goal
from apps.offers.models import Offer, OfferAffiliate, Project
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import archive_rule, record_revision
from apps.value_lists.models import ValueList
from tests.conformance import cases
from tests.conformance.case import load_cases, placed
from tests.factories import NOON, make_event_type, make_rule, make_user
from tests.lists.making import make_value_list

CANARY = "canary-"
PROJECT: dict[str, Any] = {
    "name": "Subscriptions",
    "inactivity_window_days": 45,
    "reattribution_to_organic": False,
    "click_lookback_days": 14,
    "settle_seconds": 3_600,
    "max_lateness_days": 10,
    "web_last_visit": False,
}
OFFER: dict[str, Any] = {
    "kind": "app",
    "platform": "ios",
    "vertical": "Software",
    "status": "active",
    "landing_url": "https://vpn.example/?cid={transaction_id}",
    "currency": "EUR",
    "revenue_type": "cps",
    "revenue_value": Decimal("12.5"),
    "payout_type": "fixed",
    "payout_value": Decimal("0.000001"),
    "percent_of": "revenue",
    "enable_goals": True,
    "conversion_default_status": "pending",
    "hold_days": 7,
    "click_lifespan_days": 90,
    "accept_unknown_events": True,
    "ip_allowlist": ["203.0.113.0/24", "198.51.100.7"],
}
OFFER_EVENT: dict[str, Any] = {
    "source": "list",
    "is_enabled": False,
    "advertiser_event_name": " Trial started ",
    "category": "views",
    "is_affiliate_conversion": False,
    "repeat_policy": "once_per_user",
    "maps_to_status": "pending",
    "revenue_value": Decimal("1.10"),
    "payout_value": Decimal(1000),
    "param_map": {"sum": "amount", "n": "1"},
}
CONDITIONS: dict[str, Any] = {
    "operations": ["update", "create"],
    "rejection_reasons": ["fraud, proven", "no: reason"],
    "sending_mode": "attributed",
    "maximum_click_age_hours": 48,
    "sample_percent": Decimal("12.5"),
    "requires_consent": True,
    "delay_seconds": 60,
    "schedule_timezone": "Europe/Kyiv",
    "retry_delays": [5, 300],
    "keeps_order": True,
    "disable_after": 3,
}
SETTINGS: dict[str, Any] = {
    "method": "POST",
    "payload": "a={payout}\n\nb= {status} \nc",
    "payload_type": "text",
    "treat_409_as_success": False,
}


def make_admin() -> User:
    """Return an administrator."""
    return make_user("root", role=Role.ADMIN, is_superuser=True)


def wipe() -> None:
    """Empty every table of the configuration, and all that refers to one."""
    tables = ", ".join(shape.model._meta.db_table for shape in every_shape())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {tables} CASCADE")


def imported(text: str, **fields: Any) -> Report:
    """Import a file as an administrator."""
    return import_file(content=text.encode(), author=make_admin(), now=NOON, **fields)


def problems(text: str) -> list[str]:
    """Return what is wrong with a file, with the lines, and that nothing was kept."""
    report = imported(text)
    assert not report.is_written
    return [str(problem) for problem in report.problems]


def build_everything() -> None:
    """Store a row of everything with no column at its default."""
    offer = _offer()
    _events(offer)
    _rules(offer)
    _every_kind(offer)


def _offer() -> Offer:
    project = Project.objects.create(**PROJECT)
    advertiser = Advertiser.objects.create(
        name="Acmé, Inc.",
        website="https://acme.example",
        contact_email="ads@acme.example",
        default_currency="EUR",
        status="paused",
    )
    bright = Affiliate.objects.create(name="Bright: #1", external_ref="0017")
    Affiliate.objects.create(name="yes", status="paused")
    offer = Offer.objects.create(
        name="VPN «Trial»", advertiser=advertiser, project=project, **OFFER
    )
    Goal.objects.create(offer=offer, name="Sale", alias="s", ref="R-1", is_private=True)
    Goal.objects.create(offer=offer, name="Old", status="archived")
    offer.default_goal = Goal.objects.get(name="Sale")
    offer.save()
    OfferAffiliate.objects.create(
        offer=offer,
        affiliate=bright,
        status="active",
        payout_type="cpa",
        payout_value=Decimal(3),
    )
    make_value_list(offer=offer, name="Opt-outs of all", hashing="sha256")
    make_value_list(name="Old list", reference="old", is_archived=True, allows_api=True)
    Offer.objects.create(name="Second", advertiser=advertiser)
    return offer


def _events(offer: Offer) -> None:
    trial = make_event_type(
        "trial_started",
        aliases=["Trial", "on"],
        description="Began: a trial",
        category="progress",
        is_conversion=True,
        is_affiliate_conversion=True,
        repeat_policy="unlimited",
        needs_conversion=False,
        standard_kind="registration",
        counts_as_activity=False,
    )
    listed = EventList.objects.create(name="List", description="Shared")
    listed.event_types.add(trial, make_event_type("2026-01-01"))
    listed.offers.add(offer)
    goal = Goal.objects.get(name="Sale")
    event = OfferEvent.objects.create(
        offer=offer, event_type=trial, goal=goal, **OFFER_EVENT
    )
    OfferEventField.objects.create(
        offer_event=event, name="plan", label="Plan", type="number", position=2
    )
    OfferEventField.objects.create(offer_event=event, name="age", is_required=True)
    OfferEventPayout.objects.create(
        offer_event=event,
        affiliate=Affiliate.objects.get(name="Bright: #1"),
        payout_type="cps",
        payout_value=Decimal("7.25"),
    )
    EventLimit.objects.create(offer=offer, maximum=100, period="hour")
    EventLimit.objects.create(offer=offer, event_type=trial, maximum=5, period="day")


def _rules(offer: Offer) -> None:
    author = make_admin()
    vault = _connection("Vault", "ping_url", {"auth": "bearer", "token": CANARY + "v"})
    rule = make_rule(
        offer,
        author=author,
        name="Tracker",
        trigger="conversion_reject",
        connection=vault,
        affiliate=Affiliate.objects.get(name="yes"),
        goal=Goal.objects.get(name="Old"),
        settings=SETTINGS,
        **CONDITIONS,
        sealed_secrets=secret_box.seal({"headers": f"X-Key: {CANARY}h"}),
    )
    rule.field_conditions.create(field="country", operator="in", value="DE, NO")
    rule.field_conditions.create(field="age", operator="present")
    rule.windows.create(weekday=6, opens_at=time(9), closes_at=time(23, 59))
    rule.windows.create(weekday=0, opens_at=time(9, 30, 15), closes_at=time(10))
    rule.caps.create(period="total", maximum=1000)
    rule.caps.create(period="hour", maximum=10)
    record_revision(rule=rule, author=author, now=NOON)
    _further_rules(offer, author)


def _further_rules(offer: Offer, author: User) -> None:
    make_rule(offer, author=author, name="Tracker", status="disabled")
    make_rule(offer, author=author, name="Tracker", status="auto_disabled")
    make_rule(
        None, author=author, trigger="event", custom_events={"Sale": "", "~": "x"}
    )
    make_rule(
        offer,
        author=author,
        name="Touched",
        trigger="event",
        use_case="touched",
        categories=["partial_conversions", "conversions"],
    )
    make_rule(
        offer,
        author=author,
        name="One event",
        trigger="event",
        event_type=make_event_type("page_view"),
    )
    make_rule(
        offer,
        author=author,
        name="Facts",
        trigger="attribution",
        facts=["re_engagement", "install"],
        subject_kind="device",
    )
    partner = Affiliate.objects.get(name="Bright: #1")
    own = make_user("paul", affiliate=partner)
    make_rule(offer, author=own, name="Tracker")
    Connection.objects.create(
        name="Vault", kind="ping_url", owner_affiliate=partner, state="disabled"
    )
    gone = make_rule(offer, author=author, name="Gone")
    archive_rule(rule=gone, author=author, now=NOON)


def _connection(name: str, kind: str, typed: dict[str, Any]) -> Connection:
    settings, secrets = stored_values(registry.get(kind).ConnectionForm, typed)
    return Connection.objects.create(
        name=name,
        kind=kind,
        settings=settings,
        sealed_secrets=secret_box.seal(secrets),
    )


def _every_kind(offer: Offer) -> None:
    """Store a connection and a rule of every kind, with canaries as secrets."""
    places = cast("Any", SimpleNamespace(url="http://127.0.0.1:8999", smtp_port=2525))
    ValueList.objects.get_or_create(
        reference="opt-outs", defaults={"name": "Opt-outs", "field": "email"}
    )
    for number, case in enumerate(load_cases(cases)):
        name = f"{case.kind} {number}"
        found = None
        if case.connection:
            found = _connection(name, case.kind, placed(case.connection, places))
        form = registry.get(case.kind).RuleForm
        settings, secrets = stored_values(form, placed(case.settings, places))
        rule = PostbackRule.objects.create(
            name=name,
            offer=offer,
            trigger="conversion_done",
            action=case.kind,
            connection=found,
            settings=settings,
            sealed_secrets=secret_box.seal(secrets),
            author=make_admin(),
        )
        record_revision(rule=rule, author=make_admin(), now=NOON)
