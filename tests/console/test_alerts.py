"""Alerts on screens, the channels that tell them, and who may see and change them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.deliveries.channels import url_of
from apps.deliveries.models import Alert, AlertChannel, RuleHealth
from apps.postbacks.models import PostbackRule
from tests.console.alarms import WEBHOOK, add_alerts
from tests.console.test_screens import every_url
from tests.factories import NOON, make_affiliate, make_offer, make_rule, make_user
from tests.sink import Sink, running_sink

pytestmark = pytest.mark.django_db

ALERTS = "admin:deliveries_alert_changelist"
CHANNELS = "admin:deliveries_alertchannel_changelist"
ADD = "admin:deliveries_alertchannel_add"
TEST = "admin:deliveries_alertchannel_test"
SLACK = {"name": "Ops", "kind": "slack", "is_enabled": "on"}
MAIL = {**SLACK, "kind": "email", "email": "ops@x.example"}


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Return a partner's server."""
    with running_sink() as found:
        yield found


@pytest.fixture
def rule() -> PostbackRule:
    """Return a rule with alerts, told on two channels."""
    found = make_rule(make_offer(), name="Tracker")
    add_alerts(found, NOON)
    return found


def page_of(channel: AlertChannel) -> str:
    """Return the address of a channel's page."""
    return reverse("admin:deliveries_alertchannel_change", args=[channel.pk])


def test_a_channel_of_e_mail_is_added(staff: Client) -> None:
    staff.post(reverse(ADD), MAIL)

    channel = AlertChannel.objects.get()
    assert (channel.kind, channel.email) == ("email", "ops@x.example")
    assert channel.is_enabled


def test_a_webhook_is_sealed_kept_when_blank_and_never_shown(staff: Client) -> None:
    """R 16 of reliability."""
    staff.post(reverse(ADD), {**SLACK, "webhook_url": WEBHOOK})
    channel = AlertChannel.objects.get()
    staff.post(page_of(channel), {**SLACK, "name": "Renamed", "webhook_url": ""})

    channel.refresh_from_db()
    assert (channel.name, url_of(channel)) == ("Renamed", WEBHOOK)
    assert "CANARY" not in channel.sealed_url
    assert channel.sealed_url not in staff.get(page_of(channel)).content.decode()


def test_no_page_shows_a_webhook(staff: Client, rule: PostbackRule) -> None:
    """R 16 of reliability: not in a list, a form, a history or the audit log."""
    sealed = AlertChannel.objects.get(kind="slack").sealed_url
    pages = [staff.get(url) for url in every_url()]

    shown = [page.content.decode() for page in pages if page.status_code == 200]

    assert len(shown) > 20
    assert not any("CANARY" in html or "x9canary" in html for html in shown)
    assert not any(sealed in html for html in shown)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({**MAIL, "email": ""}, "An e-mail channel needs an address."),
        (SLACK, "A Slack channel needs its webhook URL."),
        ({**SLACK, "webhook_url": "http://10.0.0.7/x"}, "public web address"),
        ({**SLACK, "webhook_url": "not an address"}, "public web address"),
    ],
)
def test_a_channel_needs_an_address_that_can_be_told(
    staff: Client, values: dict[str, Any], words: str
) -> None:
    page = staff.post(reverse(ADD), values)

    assert words in page.content.decode()
    assert not AlertChannel.objects.exists()


def test_a_channel_changes_its_kind_and_forgets_the_old_address(
    staff: Client, rule: PostbackRule
) -> None:
    channel = AlertChannel.objects.get(kind="slack")

    staff.post(page_of(channel), {**MAIL, "name": "Now by mail"})

    channel.refresh_from_db()
    assert (channel.kind, channel.sealed_url) == ("email", "")


def test_send_test_sends_a_real_message(staff: Client, sink: Sink) -> None:
    staff.post(reverse(ADD), {**SLACK, "webhook_url": f"{sink.url}/hook"})
    channel = AlertChannel.objects.get()

    asked = staff.get(reverse(TEST, args=[channel.pk]))
    nothing_yet = len(sink.received)
    sent = staff.post(reverse(TEST, args=[channel.pk]), follow=True)

    assert asked.status_code == 200
    assert nothing_yet == 0
    assert b"This is a test." in sink.bodies[0]
    assert "The test was sent to Ops." in sent.content.decode()


def test_send_test_shows_what_went_wrong(staff: Client, sink: Sink) -> None:
    sink.answers = [(500, {})]
    staff.post(reverse(ADD), {**SLACK, "webhook_url": f"{sink.url}/hook"})
    channel = AlertChannel.objects.get()

    page = staff.post(reverse(TEST, args=[channel.pk]), follow=True)

    assert "Ops was not told. Slack answered 500." in page.content.decode()


def test_a_test_by_e_mail_arrives(staff: Client) -> None:
    staff.post(reverse(ADD), MAIL)

    staff.post(reverse(TEST, args=[AlertChannel.objects.get().pk]))

    assert [message.to for message in mail.outbox] == [["ops@x.example"]]


def test_open_alerts_come_first_and_over_ones_are_filtered(
    staff: Client, rule: PostbackRule
) -> None:
    everything = staff.get(reverse(ALERTS)).content.decode()
    over = staff.get(reverse(ALERTS) + "?state=over").content.decode()

    assert everything.index("72 attempts") < everything.index("alarm: deliveries wait")
    assert "72 attempts" not in over
    assert "alarm: deliveries wait" in over


def test_an_alert_shows_what_it_is_about_and_who_was_told(
    staff: Client, rule: PostbackRule
) -> None:
    alert = Alert.objects.get(resolved_at=None)

    html = staff.get(alert_url(alert)).content.decode()

    assert reverse("admin:postbacks_postbackrule_change", args=[rule.pk]) in html
    assert "Slack answered 404: no_service." in html
    assert "70 %" in html


def alert_url(alert: Alert) -> str:
    """Return the address of an alert's page."""
    return reverse("admin:deliveries_alert_change", args=[alert.pk])


def test_the_overview_shows_open_alerts(staff: Client, rule: PostbackRule) -> None:
    html = staff.get(reverse("admin:index")).content.decode()

    assert alert_url(Alert.objects.get(resolved_at=None)) in html
    assert alert_url(Alert.objects.exclude(resolved_at=None).get()) not in html
    assert "Nobody is told" not in html


def test_the_overview_says_when_nobody_is_told(
    staff: Client, rule: PostbackRule
) -> None:
    AlertChannel.objects.update(is_enabled=False)

    assert "Nobody is told" in staff.get(reverse("admin:index")).content.decode()


def test_a_postback_shows_its_failures(staff: Client, rule: PostbackRule) -> None:
    listed = staff.get(reverse("admin:postbacks_postbackrule_changelist"))
    page = staff.get(reverse("admin:postbacks_postbackrule_change", args=[rule.pk]))

    assert RuleHealth.objects.get().failures == 72
    assert b"72 failures in a row" in listed.content
    assert b"72 failures in a row" in page.content


@pytest.mark.parametrize(
    ("role", "may_view", "may_change"),
    [
        (Role.ADMIN, True, True),
        (Role.ACCOUNT_MANAGER, True, True),
        (Role.OPERATOR, True, False),
        (Role.VIEWER, True, False),
        (Role.AFFILIATE, False, False),
    ],
)
def test_who_sees_alerts_and_who_changes_channels(
    sign_in: Callable[[User], Client],
    rule: PostbackRule,
    role: Role,
    may_view: bool,
    may_change: bool,
) -> None:
    """An affiliate sees neither, also not on the overview."""
    affiliate = make_affiliate("Other") if role == Role.AFFILIATE else None
    client = sign_in(make_user("someone", role=role, affiliate=affiliate))
    channel = AlertChannel.objects.get(kind="email")
    alert = Alert.objects.get(resolved_at=None)

    viewed = [
        client.get(url).status_code for url in (reverse(ALERTS), alert_url(alert))
    ]
    changed = client.post(reverse(TEST, args=[channel.pk])).status_code
    added = client.get(reverse(ADD)).status_code
    front = client.get(reverse("admin:index")).content.decode()

    assert (viewed == [200, 200]) is may_view
    assert (changed, added) == ((302, 200) if may_change else (changed, 403))
    assert len(mail.outbox) == int(may_change)
    assert ("72 attempts" in front) is may_view
    assert (client.get(reverse(CHANNELS)).status_code == 200) is may_view
