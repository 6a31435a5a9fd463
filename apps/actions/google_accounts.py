"""Service accounts of Google: the field for their key, and access tokens.

A key signs a short text; Google's token endpoint gives a token for it, which is good
for an hour and kept in this process. Source:
https://developers.google.com/identity/protocols/oauth2/service-account (read
2026-11-20).
"""

import hashlib
import json
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from google.auth import transport
from google.auth.exceptions import GoogleAuthError, TransportError
from google.oauth2 import service_account

from apps.actions.answers import json_object
from apps.actions.contract import JudgedError, Judgement, Outcome
from apps.actions.fields import SecretField, SecretTextarea
from apps.actions.google_keys import refuse_unusable_private_key
from apps.actions.judging import status_text
from apps.actions.providers import is_our_own
from apps.core import http
from apps.core.http import OutboundRequest, Response

TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
# An attempt may need two tokens and two requests within one lease.
TOKEN_SECONDS: Final = 5.0
RENEWED_BEFORE_SECONDS: Final = 60.0
MIN_SECRET_LINE_LENGTH: Final = 16

_NEEDED = ("client_email", "private_key", "private_key_id", "token_uri")
# What else comes from the token endpoint says nothing about the key.
_VERDICTS = frozenset((400, 401, 403))
_PASSING = frozenset(("internal_failure", "server_error", "temporarily_unavailable"))
_NO_KEY = _(
    "This is not the key of a service account. In the Google Cloud console open IAM & "
    "Admin, Service accounts, the account, Keys, Add key, JSON; paste the whole file."
)


class ServiceAccountField(SecretField):
    """The JSON file with the private key of a service account."""

    widget = SecretTextarea

    def __init__(self, **kwargs: Any) -> None:
        """Take what a ``CharField`` takes."""
        kwargs.setdefault("label", _("Key of the service account (JSON)"))
        kwargs.setdefault(
            "help_text",
            _(
                "The whole file that the Google Cloud console gives: IAM & Admin, "
                "Service accounts, the account, Keys, Add key, JSON."
            ),
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return the text of the key.

        Raises ``ValidationError`` when it cannot be used, or when it would have us
        post to another address than Google's.
        """
        text = str(super().clean(value))
        if not text:
            return text
        key = _parsed(text)
        if key.get("type") != "service_account":
            raise ValidationError(_NO_KEY, code="key")
        missing = [name for name in _NEEDED if not isinstance(key.get(name), str)]
        if missing:
            raise ValidationError(
                gettext("The key has no %(name)s. Paste the whole file.")
                % {"name": missing[0]},
                code="key",
            )
        _refuse_other_token_uri(key["token_uri"])
        refuse_unusable_private_key(key["private_key"])
        return text

    def hint(self, value: str) -> str:
        """Return whose key it is."""
        return client_email(value)

    def secret_values(self, value: str) -> frozenset[str]:
        """Return the file, its private key, and each line of that."""
        private_key = str(_parsed_or_empty(value).get("private_key", ""))
        lines = [
            line
            for line in private_key.splitlines()
            if len(line) >= MIN_SECRET_LINE_LENGTH and not line.startswith("-----")
        ]
        return frozenset(text for text in (value, private_key, *lines) if text)


def client_email(key: str) -> str:
    """Return the address of the service account, which files are shared with."""
    return str(_parsed_or_empty(key).get("client_email", ""))


def access_token(key: str, scope: str) -> str:
    """Return a token for ``scope`` that is good for a minute at least. Thread-safe.

    Raises ``JudgedError``: AUTH when Google refuses the key, RETRY when the token
    endpoint gives no verdict.
    """
    return _tokens.get(_name_of(key, scope)) or _fetched(key, scope)


def forget_token(key: str, scope: str) -> None:
    """Have the next attempt ask for a new token: the one that is kept was refused."""
    _tokens.forget(_name_of(key, scope))


class TokenCache:
    """Tokens by name, until a minute before they expire. Thread-safe."""

    def __init__(self) -> None:
        """Begin without tokens."""
        self._kept: dict[str, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> str:
        """Return the token, or "" when there is none that is still good."""
        with self._lock:
            token, until = self._kept.get(name, ("", 0.0))
        return token if time.monotonic() < until else ""

    def keep(self, name: str, token: str, seconds: float) -> None:
        """Keep ``token``, which expires in ``seconds``; drop those that expired."""
        now = time.monotonic()
        with self._lock:
            self._kept = {n: kept for n, kept in self._kept.items() if kept[1] > now}
            self._kept[name] = (token, now + seconds - RENEWED_BEFORE_SECONDS)

    def forget(self, name: str) -> None:
        """Drop the token."""
        with self._lock:
            self._kept.pop(name, None)


_tokens = TokenCache()


def _name_of(key: str, scope: str) -> str:
    """The whole key counts: one that was corrected must not get the old token."""
    return hashlib.sha256(f"{scope}\n{key}".encode()).hexdigest()


def _fetched(key: str, scope: str) -> str:
    try:
        credentials = _credentials(_parsed_or_empty(key), scope)
        # Not ``before_request``: that one starts a thread which calls another host.
        credentials.refresh(_TokenRequest())  # type: ignore[no-untyped-call]
    except TransportError as error:
        raise JudgedError(
            Judgement(
                Outcome.RETRY, f"Google gave no access token: {error}", "no_token"
            )
        ) from error
    except (GoogleAuthError, ValueError) as error:
        raise JudgedError(
            Judgement(Outcome.AUTH, _refusal(key, error), "key_refused")
        ) from error
    token = str(credentials.token)
    _tokens.keep(_name_of(key, scope), token, _seconds_left(credentials.expiry))
    return token


def _credentials(key: Mapping[str, Any], scope: str) -> service_account.Credentials:
    """Take from the key only what a token needs; raises ``ValueError``."""
    known = {name: str(key.get(name, "")) for name in _NEEDED}
    made: service_account.Credentials = (
        service_account.Credentials.from_service_account_info(  # type: ignore[no-untyped-call]
            known, scopes=[scope]
        )
    )
    return made


def _seconds_left(expiry: datetime | None) -> float:
    """Return how long a token is good; google-auth writes UTC without a zone."""
    if expiry is None:
        return 0.0
    return (expiry.replace(tzinfo=UTC) - datetime.now(UTC)).total_seconds()


def _refusal(key: str, error: Exception) -> str:
    reason = str(error.args[0]) if isinstance(error, GoogleAuthError) else "unreadable"
    return (
        f"Google refused the key of {client_email(key)} ({reason}). Make a new key in "
        "the Google Cloud console and paste it into the connection."
    )


class _TokenResponse(NamedTuple):
    """An answer as google-auth reads it."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class _TokenRequest(transport.Request):
    """Has google-auth send through our own way out, once."""

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: int | None = None,
        **kwargs: Any,
    ) -> _TokenResponse:
        """Send one request; raises ``TransportError`` without a verdict on the key.

        google-auth would repeat after an error of the server and sleep in between;
        the delivery's own schedule does that.
        """
        request = OutboundRequest(
            method, url, headers or {}, body, deadline_seconds=TOKEN_SECONDS
        )
        try:
            answer = http.send(request)
        except http.OutboundError as error:
            raise TransportError(str(error)) from error  # type: ignore[no-untyped-call]
        if not _is_verdict(answer):
            said = status_text(answer.status_code)
            raise TransportError(  # type: ignore[no-untyped-call]
                f"the token endpoint answered {said}, but not as documented."
            )
        return _TokenResponse(answer.status_code, answer.headers, answer.body)


def _is_verdict(answer: Response) -> bool:
    document = json_object(answer)
    if answer.status_code == 200:
        seconds = document.get("expires_in")
        return isinstance(document.get("access_token"), str) and (type(seconds) is int)
    error = document.get("error")
    return answer.status_code in _VERDICTS and (
        isinstance(error, str) and error not in _PASSING
    )


def _parsed(text: str) -> dict[str, Any]:
    try:
        key = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValidationError(_NO_KEY, code="key") from error
    if not isinstance(key, dict):
        raise ValidationError(_NO_KEY, code="key")
    return key


def _parsed_or_empty(text: str) -> dict[str, Any]:
    try:
        return _parsed(text)
    except ValidationError:
        return {}


def _refuse_other_token_uri(token_uri: str) -> None:
    """Raise when the key's author chose where we post; our own addresses are fine."""
    if token_uri == TOKEN_URI:
        return
    try:
        is_ours = is_our_own(http.destination_of(token_uri))
    except http.ForbiddenTargetError:
        is_ours = False
    if not is_ours:
        raise ValidationError(
            gettext(
                "The token_uri of this key is not %(address)s. Download the key from "
                "the Google Cloud console again and paste it unchanged."
            )
            % {"address": TOKEN_URI},
            code="token_uri",
        )
