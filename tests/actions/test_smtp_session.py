"""The conversation with a mail server: who is called, encryption, time, the check."""

import contextlib
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from apps.actions.base import AttemptResult
from apps.actions.contract import CheckLevel
from tests.actions.mail_world import (
    LEAD,
    SMTP,
    MailWorld,
    letter_settings,
    mail_connection,
    mail_world,
)
from tests.actions.making import make_job
from tests.http.certificates import Authority, server_context
from tests.http.peers import Conversation, Peer

Encrypted = Callable[..., MailWorld]


@pytest.fixture
def world() -> Iterator[MailWorld]:
    """Return a mail server that does not encrypt."""
    with mail_world() as found:
        yield found


@pytest.fixture
def encrypted(tmp_path: Path, settings: Settings) -> Iterator[Encrypted]:
    """Return a function that starts a mail server with a certificate we trust."""
    authority = Authority()
    file = tmp_path / "authorities.pem"
    file.write_text(authority.own_pem())
    settings.OUTBOUND_CA_FILE = str(file)
    with contextlib.ExitStack() as worlds:

        def start(security: str, *, is_expired: bool = False) -> MailWorld:
            context = server_context(authority.issue(is_expired=is_expired), tmp_path)
            name = "starttls" if security == "starttls" else "tls"
            world = worlds.enter_context(mail_world(**{name: context}))
            world.connection["security"] = security
            return world

        yield start


def answers(*lines: bytes) -> Callable[[Conversation], None]:
    """Return a server that says one line for each it hears, the first unasked."""

    def behave(conversation: Conversation) -> None:
        for line in lines:
            conversation.sock.sendall(line + b"\r\n")
            conversation.sock.recv(4_096)

    return behave


def send_to(behaviour: Callable[[Conversation], None], **changes: Any) -> AttemptResult:
    """Return what comes of sending to a server that behaves as told."""
    given = {"username": "", "password": "", "timeout_seconds": 2, **changes}
    with Peer(behaviour) as peer:
        connection = mail_connection(peer.port, **given)
        return SMTP.run(make_job(letter_settings(), connection, LEAD))


def outcome_of(result: AttemptResult) -> tuple[str, str, int | None]:
    judgement = result.judgement
    return judgement.outcome, judgement.code, result.response_status


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_an_encrypted_message_arrives(encrypted: Encrypted, security: str) -> None:
    world = encrypted(security)

    assert outcome_of(world.send()) == ("success", "", 250)
    assert len(world.effects) == 1


@pytest.mark.parametrize("security", ["starttls", "ssl"])
def test_a_certificate_that_is_not_valid_stops_the_connection(
    encrypted: Encrypted, security: str
) -> None:
    world = encrypted(security, is_expired=True)

    result = world.send()

    assert outcome_of(result) == ("auth", "bad_certificate", None)
    assert "has expired" in result.judgement.message
    assert world.mounted.requests == deque()


def test_a_certificate_nobody_knows_stops_the_connection(
    encrypted: Encrypted, settings: Settings
) -> None:
    world = encrypted("starttls")
    settings.OUTBOUND_CA_FILE = ""

    assert outcome_of(world.send()) == ("auth", "bad_certificate", None)


def test_a_server_without_starttls_gets_neither_password_nor_message(
    world: MailWorld,
) -> None:
    world.connection["security"] = "starttls"

    result = world.send()

    assert outcome_of(result) == ("auth", "not_supported", None)
    assert "offers no STARTTLS" in result.judgement.message
    assert world.mounted.requests == deque()


def test_a_private_address_is_not_called(world: MailWorld, settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = []

    result = world.send()

    assert outcome_of(result) == ("permanent", "forbidden_target", None)
    assert "this machine itself" in result.judgement.message
    assert "this machine itself" in SMTP.preview(world.job())["error"]


def test_a_server_that_is_not_there_got_nothing(world: MailWorld) -> None:
    world.connection["port"] = 59_999

    assert outcome_of(world.send()) == ("retry", "not_sent", None)


@pytest.mark.parametrize(
    ("lines", "outcome"),
    [
        ([b"554 5.7.1 You are on a list"], ("retry", "smtp_554", 554)),
        ([b"421 4.3.2 Busy"], ("retry", "smtp_421", 421)),
        ([b"HTTP/1.1 400 Bad Request"], ("retry", "bad_response", None)),
        ([b"220 Hi", b"501 No", b"502 No"], ("retry", "smtp_502", 502)),
        ([b"220 Hi", b"250 Hi", b"450 Wait"], ("retry", "smtp_450", 450)),
        ([b"220 Hi", b"250 Hi", b"550 No"], ("permanent", "smtp_550", 550)),
        ([b"220 Hi", b"250 Hi", b"535 Who?"], ("auth", "smtp_535", 535)),
        ([b"220 " + b"x" * 9_000], ("retry", "not_sent", None)),
        ([], ("retry", "not_sent", None)),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_whatever_a_server_says_before_the_message_is_judged(
    lines: list[bytes], outcome: tuple[str, str, int | None]
) -> None:
    assert outcome_of(send_to(answers(*lines))) == outcome


@pytest.mark.parametrize(
    ("last", "outcome"),
    [
        (b"gibberish", ("ambiguous", "bad_response", None)),
        (b"250-never ending", ("ambiguous", "maybe_sent", None)),
    ],
)
def test_what_is_no_answer_to_the_message_is_ambiguous(
    last: bytes, outcome: tuple[str, str, int | None]
) -> None:
    lines = [b"220 Hi", b"250 Hi", b"250 Ok", b"250 Ok", b"354 Go on", last]

    assert outcome_of(send_to(answers(*lines))) == outcome


@pytest.mark.parametrize(
    ("features", "login", "outcome"),
    [
        (b"AUTH PLAIN", b"454 4.7.0 Temporary", ("retry", "smtp_454", 454)),
        (b"AUTH PLAIN", b"535 5.7.8 Wrong", ("auth", "smtp_535", 535)),
        (b"AUTH PLAIN", b"534 5.7.9 Too weak", ("auth", "smtp_534", 534)),
        (b"AUTH XOAUTH2", b"", ("auth", "not_supported", None)),
        (b"8BITMIME", b"", ("auth", "not_supported", None)),
    ],
)
def test_the_answer_to_the_log_in_is_judged(
    features: bytes, login: bytes, outcome: tuple[str, str, int | None]
) -> None:
    server = answers(b"220 Hi", b"250-Hi\r\n250 " + features, login, b"221 Bye")

    result = send_to(server, username="me", password="canary-password")

    assert outcome_of(result) == outcome


def test_a_server_that_quotes_the_log_in_does_not_get_it_stored() -> None:
    def quoting(conversation: Conversation) -> None:
        conversation.sock.sendall(b"220 Hi\r\n")
        conversation.sock.recv(4_096)
        conversation.sock.sendall(b"250-Hi\r\n250 AUTH PLAIN\r\n")
        heard = conversation.sock.recv(4_096).strip()
        conversation.sock.sendall(b"535 " + heard + b" canary-password\r\n")

    result = send_to(quoting, username="me", password="canary-password")

    assert result.judgement.outcome == "auth"
    assert "canary" not in repr(result)
    assert "AG1lAGNhbmFyeS1wYXNzd29yZA" not in repr(result)
    assert "AUTH PLAIN ••••" in result.response_body


def test_the_deadline_holds_for_a_server_that_sends_a_byte_at_a_time() -> None:
    def dripping(conversation: Conversation) -> None:
        for _ in range(200):
            conversation.sock.sendall(b"2")
            time.sleep(0.05)

    started = time.monotonic()

    result = send_to(dripping, timeout_seconds=1)

    assert outcome_of(result) == ("retry", "not_sent", None)
    assert time.monotonic() - started < 3


def test_an_answer_without_end_is_cut_off() -> None:
    def flooding(conversation: Conversation) -> None:
        for _ in range(10_000):
            conversation.sock.sendall(b"220-more\r\n" * 100)

    started = time.monotonic()

    result = send_to(flooding, timeout_seconds=20)

    assert outcome_of(result) == ("retry", "not_sent", None)
    assert time.monotonic() - started < 10


def test_the_check_says_line_by_line_what_works(encrypted: Encrypted) -> None:
    world = encrypted("starttls")

    lines = SMTP.check(world.connection)

    assert [line.text for line in lines] == [
        "127.0.0.1 answers.",
        "The connection is encrypted (STARTTLS).",
        "The user name and the password are right.",
    ]
    assert {line.level for line in lines} == {CheckLevel.GOOD}
    assert world.effects == []


def test_the_check_warns_of_what_is_missing(world: MailWorld) -> None:
    world.connection |= {"username": "", "password": ""}

    lines = SMTP.check(world.connection)

    assert [line.level for line in lines] == ["good", "warning", "warning"]


def test_the_check_ends_at_the_first_error(world: MailWorld) -> None:
    world.connection["password"] = "canary-wrong"

    lines = SMTP.check(world.connection)

    assert [line.level for line in lines] == ["good", "warning", "error"]
    assert "refused the user name or the password: 535" in lines[-1].text
    assert "canary" not in lines[-1].text


def test_the_check_tells_when_the_server_goes_wrong_afterwards() -> None:
    with Peer(answers(b"220 Hi", b"250 Hi", b"421 Bye")) as peer:
        lines = SMTP.check(mail_connection(peer.port, username="", password=""))

    assert lines[-1].text == "Then it went wrong: 421 Bye."
