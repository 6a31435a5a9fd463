"""Data and clients for the tests of the admin."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import Affiliate, User
from apps.accounts.roles import sync_roles
from apps.connections.models import Connection
from apps.console.session_age import BEGUN, SEEN
from apps.deliveries.models import Attempt, Delivery, Replay
from apps.event_lists.models import EventList
from apps.events.models import SeenEventName
from apps.goals.models import Goal
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import ConversionChange, Event, Lead
from tests.console.alarms import add_alerts
from tests.console.browsing import browser_page
from tests.factories import (
    NOON,
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
from tests.imports.making import make_import
from tests.lists.making import make_value_list

MARKER = "Zanzibar"


@pytest.fixture(autouse=True)
def _no_wake_ups() -> Iterator[None]:
    """Keep the wake-up thread out: it would open its own connection."""
    with patch("apps.deliveries.waking.request_wake_up"):
        yield


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """Return a function that gives a signed-in client."""
    sync_roles()

    def enter(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="apps.accounts.roles.RoleBackend")
        session = client.session
        session[BEGUN] = session[SEEN] = timezone.now().timestamp()
        session.save()
        return client

    return enter


@pytest.fixture
def staff(sign_in: Callable[[User], Client]) -> Client:
    """Return the client of an administrator."""
    return sign_in(make_user("root", role="admin", is_superuser=True))


@pytest.fixture
def page(live_server: LiveServer, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """Return a browser's page signed in as an administrator; its errors fail."""
    # Playwright's loop runs in this thread; Django would call that asynchronous.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    client = Client()
    user = make_user("root", role="admin", is_superuser=True)
    client.force_login(user, backend="apps.accounts.roles.RoleBackend")
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    with browser_page(live_server.url, session) as opened:
        yield opened


@pytest.fixture
def everything() -> Event:
    """Make one row of everything, named with the marker; return the event."""
    owner = make_affiliate(f"{MARKER} partner")
    author = make_user(f"{MARKER}-user", affiliate=owner)
    offer = make_offer(f"{MARKER} offer", enable_goals=True)
    make_token(offer, label=f"{MARKER} token")
    goal = Goal.objects.create(offer=offer, name=f"{MARKER} goal")
    event_type = make_event_type("purchase")
    make_offer_event(offer, event_type, advertiser_event_name=MARKER)
    make_event_list(event_type, offers=[offer])
    EventList.objects.update(name=f"{MARKER} list")
    rule = make_rule(offer, author=author, name=f"{MARKER} rule", goal=goal)
    make_rule(offer, name=f"{MARKER} staff rule")
    click = make_click(offer, f"{MARKER}-tx", affiliate=owner)
    conversion = make_conversion(
        offer, click=click, transaction_id=f"{MARKER}-tx", affiliate=owner
    )
    event = make_event(
        offer,
        click=click,
        conversion=conversion,
        transaction_id=f"{MARKER}-tx",
        affiliate=owner,
        params={"note": MARKER},
    )
    change = ConversionChange.objects.create(
        conversion=conversion,
        number=1,
        operation="create",
        new_status="approved",
        source="url",
        event=event,
        changed_at=NOON,
    )
    delivery = make_delivery(
        rule, event, trigger_type="conversion_change", trigger_id=change.pk
    )
    _add_log(offer, owner, delivery)
    add_alerts(PostbackRule.objects.get(name=f"{MARKER} staff rule"), NOON)
    return event


def _add_log(offer: Offer, owner: Affiliate, delivery: Delivery) -> None:
    """Add what happened around the event."""
    Attempt.objects.create(
        delivery=delivery,
        number=1,
        started_at=NOON,
        outcome="retry",
        message=MARKER,
        request={"method": "GET", "url": f"https://x.example/{MARKER}", "headers": {}},
        response_status=500,
        response_body=MARKER,
    )
    Connection.objects.create(name=f"{MARKER} connection", kind="ping_url")
    make_value_list(f"{MARKER} value", offer=offer, name=f"{MARKER} values")
    Replay.objects.create(
        kind="resend",
        rule=delivery.rule,
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=1),
        comment=MARKER,
    )
    Lead.objects.create(
        public_id=f"{MARKER}-lead",
        offer=offer,
        transaction_id=f"{MARKER}-tx",
        affiliate=owner,
        submitted_at=NOON,
    )
    SeenEventName.objects.create(offer=offer, name=MARKER, first_at=NOON, last_at=NOON)
    make_import(f"transaction_id,{MARKER}\n{MARKER}-tx,{MARKER}\n", author=make_user())
    RefusedRequest.objects.create(
        received_at=datetime.now(UTC),
        result="refused",
        reason="bad_amount",
        detail=MARKER,
        offer=offer,
        transaction_id=f"{MARKER}-tx",
    )
