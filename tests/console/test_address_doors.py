"""The address matrix, through every door by which a URL reaches the client."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from apps.actions.kinds.ping_url import PingRuleForm
from apps.console.alert_channels import AlertChannelForm
from apps.core.adminkit.addresses import page_url
from apps.deliveries import channels, sending
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import AlertChannel
from apps.deliveries.recording import Finished
from apps.deliveries.states import DeliveryKind
from apps.postbacks.models import PostbackRule, RuleRevision
from tests.actions.making import posted
from tests.console.test_flows import ADD, ping_values
from tests.factories import make_click, make_delivery, make_event, make_offer, make_rule
from tests.http.conftest import socket_address
from tests.http.observing import Observed, observed_network
from tests.http.peers import Peer, answer_ok
from tests.http.spellings import FORBIDDEN, HOSTS

REFUSALS = {"forbidden_target", "not_sendable"}


@pytest.fixture
def listener(settings: Settings) -> Iterator[Peer]:
    """Return what listens on 127.0.0.1, to which no request may go."""
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    with Peer(answer_ok) as peer:
        yield peer


@pytest.fixture
def network() -> Iterator[Observed]:
    """Return all attempts to connect or to look a name up."""
    with observed_network() as observed:
        yield observed


@pytest.fixture
def rule() -> PostbackRule:
    """Return a postback with an event to react to."""
    offer = make_offer()
    click = make_click(offer, "t-9")
    make_event(offer, click=click, transaction_id="t-9")
    return make_rule(offer, trigger="event", categories=["conversions"])


def store_url(rule: PostbackRule, url: str) -> None:
    """Put ``url`` where a worker reads it: no form has checked what is stored."""
    pk = RuleRevision.objects.get(rule=rule).pk
    sending.load_revisions([pk])
    loaded = sending.revision_of(pk)
    settings = {**loaded.settings, "url": url}
    sending._revisions[pk] = replace(loaded, settings=settings)


def add_page() -> str:
    return f"{reverse(ADD)}?trigger=conversion_done&action=ping_url"


def urls(listener: Peer, hosts: list[str] = HOSTS) -> list[str]:
    return [f"http://{host}:{listener.port}/pb" for host in hosts]


@pytest.mark.parametrize("host", HOSTS)
def test_the_form_refuses_the_url(host: str, listener: Peer, network: Observed) -> None:
    url = f"http://{host}:{listener.port}/pb"

    form = PingRuleForm(posted(PingRuleForm, url=url))

    assert list(form.errors) == ["url"]
    assert (network, listener.connections) == ([], 0)


@pytest.mark.django_db
def test_the_form_of_the_admin_refuses_the_url(
    staff: Client, listener: Peer, network: Observed
) -> None:
    values = ping_values(staff, add_page())
    form = type(staff.get(add_page()).context["adminform"].form)

    accepted = [
        url
        for url in urls(listener)
        if "cfg_url" not in form({**values, "cfg_url": url}).errors
    ]

    assert "cfg_url" not in form(values).errors
    assert accepted == []
    assert (network, listener.connections) == ([], 0)


@pytest.mark.django_db
@pytest.mark.parametrize("button", [{}, {"_try": "1"}])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "10.0.0.1 "])
def test_the_admin_neither_saves_nor_tries_the_url(
    host: str,
    button: dict[str, str],
    staff: Client,
    listener: Peer,
    network: Observed,
) -> None:
    url = f"http://{host}:{listener.port}/pb"
    values = ping_values(staff, add_page(), cfg_url=url, **button)

    answer = staff.post(add_page(), values)

    assert "cfg_url" in answer.context["adminform"].form.errors
    assert not PostbackRule.objects.exists()
    assert (network, listener.connections) == ([], 0)


@pytest.mark.django_db
def test_a_dry_run_says_that_the_stored_url_is_refused(
    rule: PostbackRule, staff: Client, listener: Peer, network: Observed
) -> None:
    unrefused = []
    for url in urls(listener):
        store_url(rule, url)
        page = staff.get(page_url(rule, "dry-run"))
        if list(page.context["what"]) != ["error"]:
            unrefused.append(url)

    assert unrefused == []
    assert (network, listener.connections) == ([], 0)


@pytest.fixture
def attempt(rule: PostbackRule, no_wake_ups: None) -> Callable[..., Finished]:
    """Return a function that makes a live attempt at a stored URL."""
    event = rule.offer.events.get() if rule.offer else None
    assert event is not None
    make_delivery(rule, event)
    (row,) = claim_due(limit=1, now=datetime.now(UTC))

    def attempt_at(url: str, kind: DeliveryKind = DeliveryKind.LIVE) -> Finished:
        store_url(rule, url)
        return sending.attempt(row._replace(kind=kind.value), {})

    return attempt_at


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [DeliveryKind.LIVE, DeliveryKind.TEST])
def test_a_live_attempt_and_a_test_send_nothing_to_the_stored_url(
    kind: DeliveryKind,
    attempt: Callable[..., Finished],
    listener: Peer,
    network: Observed,
) -> None:
    attempts = [attempt(url, kind) for url in urls(listener)]

    assert {found.outcome for found in attempts} == {"permanent"}
    assert {found.code for found in attempts} <= REFUSALS
    assert {found.step.state for found in attempts} == {"failed"}
    assert (network, listener.connections) == ([], 0)


@pytest.mark.django_db
def test_a_live_attempt_sends_nothing_to_a_name_that_leads_there(
    attempt: Callable[..., Finished],
    listener: Peer,
    network: Observed,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers: list[str] = []
    monkeypatch.setattr(
        "apps.core.resolving.look_up",
        lambda _, port: [socket_address(ip, port) for ip in answers],
    )
    found = []
    for ip in FORBIDDEN:
        answers[:] = ["1.1.1.1", ip]
        found.append(attempt(f"http://partner.example:{listener.port}/pb"))

    assert {attempted.code for attempted in found} == {"forbidden_target"}
    assert [attempted.address for attempted in found] == FORBIDDEN
    assert (network, listener.connections) == ([], 0)


@pytest.mark.django_db
def test_the_form_of_an_alert_channel_refuses_the_url(
    listener: Peer, network: Observed
) -> None:
    values = {"name": "Ops", "kind": "slack"}

    accepted = [
        url
        for url in urls(listener)
        if "webhook_url" not in AlertChannelForm({**values, "webhook_url": url}).errors
    ]

    assert accepted == []
    assert (network, listener.connections) == ([], 0)


def test_an_alert_sends_nothing_to_the_stored_url(
    listener: Peer, network: Observed
) -> None:
    for url in urls(listener):
        channel = AlertChannel(kind="slack", sealed_url=channels.sealed(url))
        with pytest.raises(channels.NotToldError):
            channels.send(channel, subject="A test", text="A test")

    assert (network, listener.connections) == ([], 0)
