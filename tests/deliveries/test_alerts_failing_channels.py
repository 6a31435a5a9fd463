"""Channels that fail: tried again, given up, no secrets, and no loop."""

import logging
import smtplib
from unittest.mock import patch

import pytest
from django.core import mail
from pytest_django import Settings

from apps.core.http import Response
from apps.deliveries import channels
from apps.deliveries.models import (
    Alert,
    AlertChannel,
    AlertNotice,
    Attempt,
    Delivery,
)
from tests.deliveries.alarms import make_mail, make_slack, watch
from tests.sink import Sink

pytestmark = pytest.mark.django_db

CANARY = "T0CANARY/B0CANARY/x9canary"
SEND = "django.core.mail.EmailMessage.send"


def test_a_private_address_is_refused(alert: Alert, settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    make_slack("http://127.0.0.1:9/hook")

    watch()

    notice = AlertNotice.objects.get()
    assert notice.state == "pending"
    assert notice.error != ""


def test_a_channel_that_fails_is_tried_five_times_and_then_given_up(
    alert: Alert, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    """R 19 of reliability: with growing waits; logged; no alert comes of it."""
    sink.answers = [(404, {})]
    make_slack(f"{sink.url}/services/{CANARY}")
    minutes = [0, 0.5, 1, 5.9, 6, 25.9, 26, 85.9, 86, 200, 300]

    with caplog.at_level(logging.WARNING):
        counts = []
        for minute in minutes:
            watch(minute)
            counts.append(len(sink.received))

    notice = AlertNotice.objects.get()
    assert counts == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5]
    assert (notice.state, notice.attempts) == ("failed", 5)
    assert notice.error == "Slack answered 404."
    assert caplog.text.count("was not told on channel") == 5
    assert Alert.objects.count() == 1
    assert not Delivery.objects.exists()
    assert not Attempt.objects.exists()


def test_no_secret_is_in_an_error_or_the_log(
    alert: Alert, sink: Sink, caplog: pytest.LogCaptureFixture
) -> None:
    """R 16 of reliability: whatever goes wrong, the webhook's URL is not repeated."""
    sink.answers = [(302, {"Location": f"{sink.url}/{CANARY}"})]
    make_slack(f"{sink.url}/services/{CANARY}")
    make_slack(f"http://127.0.0.1:1/services/{CANARY}", "closed")
    make_slack(f"http://u:{CANARY}@127.0.0.1/", "forbidden")
    make_slack(f"{sink.url}/services/{CANARY}", "broken")
    AlertChannel.objects.filter(name="broken").update(sealed_url=f"x{CANARY}")

    with caplog.at_level(logging.DEBUG):
        watch()

    errors = list(AlertNotice.objects.values_list("error", flat=True))
    assert len(errors) == 4
    assert all(errors)
    assert "CANARY" not in " ".join(errors) + caplog.text
    assert "canary" not in " ".join(errors) + caplog.text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            smtplib.SMTPAuthenticationError(535, b"hunter2"),
            "The mail server refused the user name or the password of EMAIL_URL.",
        ),
        (
            smtplib.SMTPRecipientsRefused({"a@b.example": (550, b"hunter2")}),
            "The mail server refused the recipient (550).",
        ),
        (smtplib.SMTPDataError(552, b"hunter2"), "The mail server answered 552."),
        (
            smtplib.SMTPServerDisconnected("hunter2"),
            "The mail server broke off (SMTPServerDisconnected).",
        ),
        (
            TimeoutError("hunter2"),
            "The mail server could not be reached (TimeoutError).",
        ),
        (ValueError("hunter2"), "It could not be sent (ValueError)."),
    ],
)
def test_a_mail_server_s_own_words_are_not_repeated(
    alert: Alert, error: Exception, words: str
) -> None:
    make_mail()

    with patch(SEND, side_effect=error):
        watch()

    assert AlertNotice.objects.get().error == words


def test_without_a_mail_server_the_notice_says_so(
    alert: Alert, settings: Settings
) -> None:
    settings.EMAIL_URL = ""
    make_mail()

    watch()

    error = AlertNotice.objects.get().error
    assert error == "There is no mail server: EMAIL_URL is not set."
    assert mail.outbox == []


def test_a_failing_channel_keeps_no_other_from_being_told(
    alert: Alert, sink: Sink
) -> None:
    sink.answers = [(500, {})]
    make_slack(f"{sink.url}/x")
    make_mail()

    watch()

    states = AlertNotice.objects.order_by("state").values_list("state", flat=True)
    assert list(states) == ["pending", "sent"]
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"no_service", "Slack answered 404: no_service."),
        (b"<p>Not here</p>", "Slack answered 404."),
        (b"secret_part", "Slack answered 404."),
    ],
)
def test_slack_s_reason_is_repeated_and_nothing_else(body: bytes, error: str) -> None:
    channel = make_slack("https://hooks.slack.example/secret_part")
    answer = Response(404, {}, body, is_truncated=False, address="", duration_ms=1)

    with (
        patch("apps.core.http.send", return_value=answer),
        pytest.raises(channels.NotToldError) as told,
    ):
        channels.send(channel, subject="x", text="y")

    assert str(told.value) == error
