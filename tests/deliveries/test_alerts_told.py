"""Telling alerts: real messages, in order, once."""

import json
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from unittest.mock import patch

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection

from apps.core import secret_box
from apps.deliveries import alerting, notifying, sweeping
from apps.deliveries.models import (
    Alert,
    AlertNotice,
)
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from tests.deliveries.alarms import (
    MINUTE,
    fail,
    look,
    make_mail,
    make_slack,
    make_watched_rule,
    watch,
)
from tests.deliveries.steps import make_due, one_attempt
from tests.deliveries.test_policies import revised
from tests.factories import NOON
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("no_wake_ups"),
]

SEND = "django.core.mail.EmailMessage.send"


def test_an_e_mail_is_really_sent(alert: Alert) -> None:
    """R 19 of reliability: one message for each recipient."""
    make_mail("ann")
    make_mail("bob")

    watch()

    assert sorted(message.to for message in mail.outbox) == [
        ["ann@ops.example"],
        ["bob@ops.example"],
    ]
    assert mail.outbox[0].subject == f"A postback fails: {alert.name}"
    assert mail.outbox[0].body == alert.message
    assert set(AlertNotice.objects.values_list("state", "sent_at")) == {("sent", NOON)}


def test_the_subject_says_that_it_is_over(alert: Alert) -> None:
    make_mail()
    watch()
    fail(PostbackRule.objects.get(), 0)

    watch(1)

    assert mail.outbox[1].subject == f"Over: A postback fails: {alert.name}"


def test_slack_really_gets_the_text_and_no_mention(alert: Alert, sink: Sink) -> None:
    """R 19 of reliability: over HTTP, a partner's words escaped."""
    make_slack(f"{sink.url}/services/T0/B0/x9")

    watch()

    [(method, path, headers)] = sink.received
    assert (method, path) == ("POST", "/services/T0/B0/x9")
    assert headers["Content-Type"] == "application/json"
    [text] = json.loads(sink.bodies[0]).values()
    assert "«&lt;!channel&gt; a &amp; b»" in text
    assert AlertNotice.objects.get().state == "sent"


def test_a_channel_disabled_meanwhile_is_not_told(alert: Alert) -> None:
    channel = make_mail()
    look()
    channel.is_enabled = False
    channel.save()

    watch(1)

    notice = AlertNotice.objects.get()
    assert (notice.state, notice.error) == ("failed", "The channel was disabled.")
    assert mail.outbox == []


def waiting_over() -> tuple[AlertNotice, AlertNotice]:
    """Let an alert begin and be over while no mail goes out; return both notices."""
    make_mail()
    with patch(SEND, side_effect=TimeoutError):
        watch()
        fail(PostbackRule.objects.get(), 0)
        watch(0.5)
    begun, over = AlertNotice.objects.order_by("pk")
    return begun, over


def test_that_it_is_over_is_told_after_that_it_began(alert: Alert) -> None:
    begun, over = waiting_over()

    watch(1)

    assert (begun.attempts, over.attempts) == (1, 0)
    assert [message.subject for message in mail.outbox] == [
        f"A postback fails: {alert.name}",
        f"Over: A postback fails: {alert.name}",
    ]


def test_that_it_is_over_is_not_told_when_its_beginning_was_given_up(
    alert: Alert,
) -> None:
    begun, over = waiting_over()
    AlertNotice.objects.filter(pk=begun.pk).update(state="failed")

    watch(1)

    over.refresh_from_db()
    assert (over.state, over.error) == ("failed", notifying.NOT_BEGUN)
    assert mail.outbox == []


def test_what_a_dead_worker_was_telling_is_told_again(alert: Alert) -> None:
    """Perhaps twice, never not at all; and not for ever."""
    make_mail()
    look()
    taken = notifying.claim(now=NOON)
    too_early = notifying.tell_due(now=NOON + MINUTE)

    again = notifying.tell_due(now=NOON + 4 * MINUTE)

    assert taken is not None
    assert (too_early, again) == (0, 1)
    AlertNotice.objects.update(state="pending", attempts=5, sent_at=None)
    notifying.tell_due(now=NOON + timedelta(hours=1))
    assert AlertNotice.objects.get().error == notifying.DIED


def test_the_sweep_looks_and_tells(alert: Alert) -> None:
    make_mail()

    sweeping.sweep(now=NOON)

    assert len(mail.outbox) == 1


def test_a_command_tells_while_no_worker_runs(alert: Alert) -> None:
    make_mail()

    call_command("alerts")

    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_attempts_that_really_fail_end_in_a_message(offer: Offer, sink: Sink) -> None:
    """R 19 of reliability: from the partner's answer to the person, no secret on it."""
    sink.answers = [(404, {})]
    delivery = make_due(offer, sink)
    secrets = secret_box.seal({"headers": "Authorization: Bearer very-secret-1"})
    revised(delivery, disable_after=1, sealed_secrets=secrets)
    make_mail()

    one_attempt()
    sweeping.sweep(now=datetime.now(UTC))

    [message] = mail.outbox
    [(_, _, headers)] = sink.received
    assert headers["Authorization"] == "Bearer very-secret-1"
    assert message.subject.startswith("A postback was disabled: Postback #")
    assert "404" in str(message.body)
    assert "very-secret" not in str(message.body)


@pytest.mark.django_db(transaction=True)
def test_senders_at_the_same_moment_tell_once(sink: Sink) -> None:
    """R 19 of reliability: also when two hosts look at the same moment."""
    make_slack(f"{sink.url}/hook")
    fail(make_watched_rule(), 60)
    sink.seconds = 0.2
    together = Barrier(6)

    def work() -> None:
        together.wait()
        alerting.watch(now=NOON)
        connection.close()

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    alerting.watch(now=NOON)

    assert Alert.objects.count() == 1
    assert AlertNotice.objects.count() == 1
    assert len(sink.received) == 1
