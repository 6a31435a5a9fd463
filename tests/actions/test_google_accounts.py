"""Service accounts of Google: what the field refuses, and tokens for their keys."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.exceptions import ValidationError

from apps.actions import google_accounts
from apps.actions.base import JudgedError, Outcome
from apps.actions.google_accounts import ServiceAccountField, access_token
from apps.actions.redaction import Redactor
from apps.core.http import MaybeSentError, NotSentError, Response
from tests.actions.google_making import KEY, Google
from tests.actions.making import Partner, make_response
from tests.fakes.providers.google_token import (
    CLIENT_EMAIL,
    STRANGER_EMAIL,
    service_account,
    token_for,
)

SCOPE = "https://www.googleapis.com/auth/spreadsheets"


@pytest.fixture
def google(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> Google:
    return Google(partner, monkeypatch)


def key_with(**changes: Any) -> str:
    return json.dumps({**json.loads(KEY), **changes})


def elliptic_key() -> str:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return pem.decode()


def test_the_field_takes_the_file_as_google_gives_it() -> None:
    field = ServiceAccountField()

    assert field.clean(f"  {KEY}\n") == KEY
    assert field.hint(KEY) == CLIENT_EMAIL


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not json", "not the key of a service account"),
        ("[1]", "not the key of a service account"),
        (key_with(type="authorized_user"), "not the key of a service account"),
        (key_with(client_email=None), "no client_email"),
        (key_with(private_key="-----BEGIN x"), "private_key in this file cannot"),
        (key_with(private_key=elliptic_key()), "no RSA key"),
        (key_with(token_uri="https://evil.example/token"), "token_uri"),
        (key_with(token_uri="http://oauth2.googleapis.com/token"), "token_uri"),
        (key_with(token_uri="https://192.168.0.1/token"), "token_uri"),
        (key_with(token_uri="ftp://x"), "token_uri"),
        ("", "required"),
    ],
)
def test_the_field_says_what_is_wrong_with_a_key(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ServiceAccountField().clean(text)


def test_an_address_that_this_installation_allows_may_give_tokens() -> None:
    local = key_with(token_uri="http://127.0.0.1:8002/google_token/token")

    assert ServiceAccountField().clean(local) == local


def test_no_line_of_the_private_key_can_be_stored() -> None:
    redact = Redactor(ServiceAccountField().secret_values(KEY)).text
    private_key = json.loads(KEY)["private_key"]
    lines = private_key.splitlines()[1:-2]

    assert lines[0] not in redact(f"Echo: {lines[0]}")
    assert lines[5] not in redact(KEY)
    assert lines[5] not in redact(private_key.replace("\n", ""))
    assert ServiceAccountField().secret_values("not json") == {"not json"}


def test_a_key_is_exchanged_for_a_token_which_is_kept(google: Google) -> None:
    first, second = access_token(KEY, SCOPE), access_token(KEY, SCOPE)

    assert first == second == token_for(SCOPE)
    (request,) = google.token_requests
    assert (request.method, request.url) == ("POST", google_accounts.TOKEN_URI)
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert google.requests == []


def test_each_scope_and_each_key_has_a_token_of_its_own(google: Google) -> None:
    access_token(KEY, SCOPE)
    access_token(KEY, "other")
    access_token(key_with(project_id="other"), SCOPE)

    assert len(google.token_requests) == 3


@pytest.mark.parametrize("expires_in", [59, 0])
def test_a_token_about_to_expire_is_not_used_again(
    google: Google, expires_in: int
) -> None:
    answer = {"access_token": "ya29.x", "expires_in": expires_in}
    google.token_answers.append(make_response(200, json.dumps(answer)))

    access_token(KEY, SCOPE)
    access_token(KEY, SCOPE)

    assert len(google.token_requests) == 2


def test_threads_may_ask_at_once(google: Google) -> None:
    with ThreadPoolExecutor(4) as pool:
        tokens = set(pool.map(lambda _: access_token(KEY, SCOPE), range(16)))

    assert tokens == {token_for(SCOPE)}
    assert len(google.token_requests) <= 4


def error_answer(status: int, error: Any) -> Response:
    return make_response(status, json.dumps({"error": error}))


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (error_answer(400, "invalid_grant"), Outcome.AUTH),
        (error_answer(401, "invalid_client"), Outcome.AUTH),
        (error_answer(403, "access_denied"), Outcome.AUTH),
        (error_answer(400, "temporarily_unavailable"), Outcome.RETRY),
        (error_answer(429, "rate_limit_exceeded"), Outcome.RETRY),
        (error_answer(500, "internal_failure"), Outcome.RETRY),
        (make_response(503, ""), Outcome.RETRY),
        (make_response(403, "<html>Our proxy</html>"), Outcome.RETRY),
        (make_response(302, ""), Outcome.RETRY),
        (make_response(200, "<html>Welcome</html>"), Outcome.RETRY),
        (make_response(200, '{"access_token": 1, "expires_in": 9}'), Outcome.RETRY),
        (make_response(200, '{"access_token": "x"}'), Outcome.RETRY),
        (NotSentError("The connection was refused."), Outcome.RETRY),
        (MaybeSentError("Timed out waiting for the server."), Outcome.RETRY),
    ],
)
def test_only_google_s_own_verdict_is_about_the_key(
    google: Google, answer: Response | Exception, outcome: Outcome
) -> None:
    google.token_answers.append(answer)

    with pytest.raises(JudgedError) as raised:
        access_token(KEY, SCOPE)

    assert raised.value.judgement.outcome is outcome
    assert len(google.token_requests) == 1


def test_a_stranger_s_key_is_refused_in_google_s_words(google: Google) -> None:
    stranger = service_account(google_accounts.TOKEN_URI, STRANGER_EMAIL)

    with pytest.raises(JudgedError, match=r"stranger@.*account not found"):
        access_token(stranger, SCOPE)


def test_a_stored_key_that_cannot_be_read_is_refused(google: Google) -> None:
    with pytest.raises(JudgedError) as raised:
        access_token(key_with(private_key="gone"), SCOPE)

    assert raised.value.judgement.outcome is Outcome.AUTH
    assert google.token_requests == []
