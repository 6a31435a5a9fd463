"""E-mail: what arrives at a real mail server, and what becomes of refusals."""

from collections import deque
from collections.abc import Iterator
from typing import Any

import pytest

from apps.actions.base import Outcome
from tests.actions.mail_world import LEAD, SMTP, MailWorld, mail_world
from tests.fakes.mail_server import ACCEPTED


@pytest.fixture(scope="module")
def running() -> Iterator[MailWorld]:
    """Return a mail server for all tests of this file."""
    with mail_world() as world:
        yield world


@pytest.fixture
def world(running: MailWorld) -> MailWorld:
    """Return the mail server as if nothing had ever happened."""
    running.mounted.reset()
    return running


def test_the_message_arrives_as_it_was_written(world: MailWorld) -> None:
    """R79."""
    result = world.send(
        cc="{sub1}, sales@shop.example", bcc="log@shop.example", reply_to="{lead:email}"
    )

    assert result.judgement.outcome is Outcome.SUCCESS, result.judgement
    (effect,) = world.effects
    assert effect["from"] == "offers@shop.example"
    assert effect["to"] == [
        "ann@lead.example",
        "sales@shop.example",
        "log@shop.example",
    ]
    assert effect["text"].strip() == "Ann asks."
    assert effect["headers"] == {
        "Content-Type": 'text/plain; charset="utf-8"',
        "MIME-Version": "1.0",
        "Content-Transfer-Encoding": "7bit",
        "Subject": "Lead T-9001",
        "From": "Offers <offers@shop.example>",
        "To": "ann@lead.example",
        "Cc": "sales@shop.example",
        "Reply-To": "ann@lead.example",
        "Date": "Fri, 20 Nov 2026 20:53:34 +0000",
        "Message-ID": "<9001.7@shop.example>",
        "Auto-Submitted": "auto-generated",
        "X-Postback-Id": "9001:7",
    }


def test_the_attempt_tells_what_was_sent_and_said(world: MailWorld) -> None:
    result = world.send(bcc="log@shop.example")

    port = world.connection["port"]
    assert result.request == {
        "method": "SMTP",
        "url": f"smtp://127.0.0.1:{port}",
        "headers": {
            "From": "Offers <offers@shop.example>",
            "To": "ann@lead.example",
            "Bcc": "log@shop.example",
            "Subject": "Lead T-9001",
            "Message-ID": "<9001.7@shop.example>",
        },
        "body": "Ann asks.",
    }
    assert (result.response_status, result.response_body) == (250, ACCEPTED[4:])
    assert result.judgement.findings == {"answer": ACCEPTED[4:]}
    assert (result.address, result.response_headers) == ("127.0.0.1", {})
    assert result.request == SMTP.preview(world.job(bcc="log@shop.example"))


def test_each_attempt_has_the_same_message_id(world: MailWorld) -> None:
    world.send()
    world.send()

    ids = {effect["headers"]["Message-ID"] for effect in world.effects}
    assert (len(world.effects), len(ids)) == (2, 1)


def test_values_are_escaped_in_html_and_nowhere_else(world: MailWorld) -> None:
    values = {**LEAD, "lead:first_name": "<b>Zoë & Co</b>"}

    world.send(values, body_html="<p>{lead:first_name}</p>")

    (effect,) = world.effects
    assert effect["text"].strip() == "<b>Zoë & Co</b> asks."
    assert effect["html"].strip() == "<p>&lt;b&gt;Zoë &amp; Co&lt;/b&gt;</p>"


@pytest.mark.parametrize(
    "value", ["Hi\r\nBcc: evil@x.example", "Hi\nX-Evil: 1", "Hi\u2028there"]
)
def test_no_value_adds_a_header(world: MailWorld, value: str) -> None:
    world.send({**LEAD, "sub1": value}, subject="{sub1}")

    (effect,) = world.effects
    assert effect["to"] == ["ann@lead.example"]
    assert set(effect["headers"]) & {"Bcc", "X-Evil"} == set()
    assert effect["headers"]["Subject"].startswith("Hi ")


@pytest.mark.parametrize(
    "value",
    [
        "not an address",
        "a@x.example, b@x.example",
        "Ann <a@x.example>",
        "a@x.example\r\nRCPT TO:<b@x.example>",
        "a@x.example>",
        '"a\x0bX-Evil: 1"@x.example',
    ],
)
def test_what_is_no_address_is_not_sent(world: MailWorld, value: str) -> None:
    result = world.send({**LEAD, "lead:email": value}, bcc="log@shop.example")

    assert (result.judgement.outcome, result.judgement.code) == (
        Outcome.PERMANENT,
        "bad_address",
    )
    assert value not in result.judgement.message
    assert "“{lead:email}”" in result.judgement.message
    assert world.effects == []
    assert "error" in SMTP.preview(world.job({"lead:email": value}))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"to": "{sub1}", "bcc": "log@shop.example"}, "no recipient"),
        ({"body_text": "{sub1}"}, "text is empty"),
    ],
)
def test_without_recipient_or_text_nothing_is_sent(
    world: MailWorld, changes: dict[str, Any], why: str
) -> None:
    result = world.send(**changes)

    assert result.judgement.outcome is Outcome.SKIPPED
    assert why in result.judgement.message
    assert why in SMTP.preview(world.job(**changes))["skipped"]
    assert world.mounted.requests == deque()


@pytest.mark.parametrize(
    ("to", "outcome", "status"),
    [
        ("bad@x.example", "permanent", 550),
        ("grey@x.example", "retry", 451),
        ("grey@x.example, grey@y.example", "retry", 451),
        ("bad@x.example, full@x.example", "permanent", 552),
        ("bad@x.example, grey@x.example", "permanent", 550),
        ("bad@x.example, closing@x.example, ann@x.example", "retry", 550),
        ("ann@x.example, closing@x.example", "retry", 421),
    ],
)
def test_when_nobody_gets_it_the_codes_decide(
    world: MailWorld, to: str, outcome: str, status: int
) -> None:
    result = world.send(to=to)

    assert result.judgement.outcome == outcome
    assert result.response_status == status
    assert result.judgement.code == f"smtp_{status}"
    assert world.effects == []


def test_who_was_refused_is_named_when_others_got_it(world: MailWorld) -> None:
    """Django's backend loses them; they are not tried again, the others got it."""
    result = world.send(to="ann@x.example, bad@x.example, grey@x.example")

    judgement = result.judgement
    assert (judgement.outcome, judgement.code) == (Outcome.SUCCESS, "partly_refused")
    assert judgement.message == (
        "The mail server took the message for 1 of 3 recipients. Refused: 1 with 550 "
        "5.1.1 User unknown; 1 with 451 4.7.1 Greylisted, try again later."
    )
    assert judgement.findings["refused"] == (
        "bad@x.example (550 5.1.1 User unknown), "
        "grey@x.example (451 4.7.1 Greylisted, try again later)"
    )
    assert world.effects[0]["to"] == ["ann@x.example"]


@pytest.mark.parametrize(
    ("status", "text", "outcome"),
    [
        (552, "5.3.4 Message too big", "permanent"),
        (554, "5.7.1 Spam", "permanent"),
        (451, "4.3.0 Try later", "retry"),
        (421, "4.3.2 Service shutting down", "retry"),
    ],
)
def test_a_refused_message_is_judged_by_its_code(
    world: MailWorld, status: int, text: str, outcome: str
) -> None:
    world.mounted.script.append({"status": status, "text": text})

    result = world.send()

    assert result.judgement.outcome == outcome
    assert (result.response_status, result.response_body) == (status, text)
    assert f"{status} {text}" in result.judgement.message


def test_a_sender_that_may_not_send_stops_the_connection(world: MailWorld) -> None:
    result = world.send(from_email="nosend@shop.example")

    assert (result.judgement.outcome, result.judgement.code) == ("auth", "smtp_530")


def test_a_refused_password_stops_the_connection_and_is_not_told(
    world: MailWorld,
) -> None:
    world.mounted.provider.config["password"] = "another"

    result = world.send()

    assert (result.judgement.outcome, result.response_status) == ("auth", 535)
    assert "canary" not in repr(result)


@pytest.mark.parametrize(
    ("fault", "outcome", "effects"),
    [("drop_before_read", "retry", 0), ("drop_after_read", "ambiguous", 1)],
)
def test_a_broken_connection_is_ambiguous_once_the_message_was_sent(
    world: MailWorld, fault: str, outcome: str, effects: int
) -> None:
    world.mounted.script.append({"fault": fault})

    result = world.send()

    assert (result.judgement.outcome, result.response_status) == (outcome, None)
    assert len(world.effects) == effects


def test_a_long_text_with_dots_arrives_whole(world: MailWorld) -> None:
    text = "\n".join([".", "..x", "é" * 2_000] * 200)

    world.send({**LEAD, "sub1": text}, body_text="{sub1}")

    assert world.effects[0]["text"].strip().splitlines() == text.splitlines()
