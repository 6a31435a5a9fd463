"""The log: ids in, secrets and people out."""

import json
import logging
import re
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.test import Client

from apps.core import logs
from apps.core.logs import JsonFormatter, LineFormatter, hide, log_settings
from tests.factories import SECRET, make_click, make_offer, make_token

CANARIES = {
    "?secure=Canary-1&x=1": "GET /postback?secure=Canary-1&x=1 failed",
    "secure": "secure=Canary-1",
    "json": '{"secure": "Canary-1", "a": 1}',
    "repr": "{'api_key': 'Canary-1'}",
    "header": "Authorization: Bearer Canary-1",
    "header in a dict": "{'Authorization': 'Token Canary-1', 'X': 'y'}",
    "cookie": "Cookie: sessionid=Canary-1; a=b",
    "bearer": "sent bearer Canary-1aaaaaa",
    "user info": "redis://:Canary-1@redis.example:6379/0",
    "password": "password=Canary-1",
    "access token": "access_token=Canary-1",
    "slack": "https://hooks.slack.com/services/T/B/Canary-1",
    "e-mail": "no such person: Canary-1@mail.example",
    "e-mail in a URL": "mail=Canary-1%40mail.example",
    "field of a person": "first_name=Canary-1",
    "detail": "duplicate key\nDETAIL:  Key (email)=(Canary-1) already exists.",
    "statement": "syntax error\nLINE 1: SELECT 'Canary-1'\n               ^",
    "value": 'invalid input syntax for type integer: "Canary-1"',
}


def record(message: str, *, raised: BaseException | None = None) -> logging.LogRecord:
    """Return a line that is to be logged."""
    info = (type(raised), raised, raised.__traceback__) if raised else None
    return logging.LogRecord("apps.x", logging.ERROR, "x.py", 1, message, (), info)


@pytest.mark.parametrize("name", CANARIES)
def test_secrets_and_people_are_hidden(name: str) -> None:
    assert "Canary-1" not in hide(CANARIES[name])


def test_a_telephone_number_is_hidden() -> None:
    assert hide("Called +49 30 5550 1234 twice") == "Called •••• twice"


@pytest.mark.parametrize(
    "text",
    [
        "The cluster ended (-9); starting it again.",
        "Result of 0199f3a1-7c00-7000-8000-0123456789ab stored in part.",
        "https://partner.example/pb did not answer within 15 seconds.",
        "Is it there? Yes=1",
        "2026-11-21 20:55:45 took 12.5 ms",
        "keys: 3, order_key=A-1",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert hide(text) == text


def crash_with(message: str) -> None:
    """Raise with ``message``, and with a secret in a local variable."""
    body = "Canary-1"
    raise KeyError(message, len(body))


@pytest.mark.parametrize("formatter", [LineFormatter(), JsonFormatter()])
@pytest.mark.parametrize("name", CANARIES)
def test_a_traceback_hides_them_and_shows_no_locals(
    formatter: logging.Formatter, name: str
) -> None:
    with pytest.raises(KeyError) as caught:
        crash_with(CANARIES[name])

    text = formatter.format(record("Failed", raised=caught.value))

    assert "Canary-1" not in text
    assert "KeyError" in text
    assert "test_logs.py" in text


def test_a_json_line_is_one_object_with_the_ids() -> None:
    with logs.about(delivery="d-1", attempt=2):
        text = JsonFormatter().format(record("Action crashed"))
    after = json.loads(JsonFormatter().format(record("After")))

    told = json.loads(text)
    assert "\n" not in text
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", told.pop("time")
    )
    assert told == {
        "level": "ERROR",
        "logger": "apps.x",
        "message": "Action crashed",
        "delivery": "d-1",
        "attempt": "2",
    }
    assert "delivery" not in after


def test_a_plain_line_ends_with_the_ids() -> None:
    with logs.about(request="r-1"):
        text = LineFormatter().format(record("Slow"))

    assert text.endswith(" ERROR apps.x: Slow [request=r-1]")


@pytest.mark.django_db
def test_values_in_errors_of_the_database_are_hidden() -> None:
    """A real error of PostgreSQL quotes the statement and the value."""
    bird = "anary"  # The lines of this file are in the traceback, too.
    with connection.cursor() as cursor, pytest.raises(DatabaseError) as caught:
        cursor.execute("SELECT %s::int, %s", [f"{bird}-1", f"{bird}-2"])

    text = JsonFormatter().format(record("Failed", raised=caught.value))

    assert "anary-2" in str(caught.value)
    assert "anary-" not in text
    assert "invalid input syntax" in text


@pytest.fixture
def crashing(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError("The disk is on fire for Canary-1@mail.example")

    monkeypatch.setattr("apps.ingest.storage.write_events", crash)


@pytest.mark.django_db
@pytest.mark.usefixtures("crashing", "no_wake_ups")
def test_a_crash_is_logged_with_request_and_event_and_nothing_of_the_sender(
    client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    offer = make_offer()
    make_token(offer)
    make_click(offer, "tx-1")
    client.raise_request_exception = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.getLogger("django.request").addHandler(handler)
    try:
        answer = client.post(
            f"/postback?secure={SECRET}&transaction_id=tx-1",
            {"first_name": "Canary-1", "note": "Canary-3"},
            HTTP_X_REQUEST_ID="req-77",
        )
    finally:
        logging.getLogger("django.request").removeHandler(handler)

    [line] = [one for one in capsys.readouterr().err.splitlines() if one[:1] == "{"]
    told = json.loads(line)
    assert answer.status_code == 500
    assert answer["X-Request-ID"] == told["request"] == "req-77"
    assert re.fullmatch(r"[0-9a-f-]{36}", told["event"])
    assert "The disk is on fire" in told["exception"]
    assert "Canary" not in line
    assert SECRET not in line


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, "a\nb", "<script>", "é"])
def test_an_insane_request_id_is_replaced(client: Client, given: str) -> None:
    answer = client.get("/healthz", HTTP_X_REQUEST_ID=given)

    assert re.fullmatch(r"[0-9a-f]{32}", answer["X-Request-ID"])


def test_every_request_has_an_id_of_its_own(client: Client) -> None:
    first, second = client.get("/healthz"), client.get("/healthz")

    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_a_sane_request_id_is_taken_over(client: Client) -> None:
    answer = client.get("/healthz", HTTP_X_REQUEST_ID="0a:b.c-D_9")

    assert answer["X-Request-ID"] == "0a:b.c-D_9"


def test_a_format_that_does_not_exist_is_refused_by_name() -> None:
    with pytest.raises(
        ImproperlyConfigured, match=r"LOG_FORMAT is 'xml'.*line or json"
    ):
        log_settings("INFO", "xml")
