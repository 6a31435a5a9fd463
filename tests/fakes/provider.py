"""What a fake provider is: requests in, the provider's own answers out, effects kept.

A fake verifies method, path, credentials, content type and required fields, answers
mistakes in the provider's own words, and keeps what would have happened in the world,
so that tests count effects and not calls.
"""

import json
from abc import ABC, abstractmethod
from base64 import b64decode
from binascii import Error as Base64Error
from dataclasses import dataclass, field
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from requests.structures import CaseInsensitiveDict


@dataclass(frozen=True)
class Asked:
    """One request; ``path`` starts after the provider's name: "/v1/messages"."""

    method: str
    path: str
    query: dict[str, str]
    headers: CaseInsensitiveDict[str]
    body: bytes

    @property
    def content_type(self) -> str:
        """Return the media type without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    def json(self) -> Any:
        """Return the JSON body, None when it is none."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    def form(self) -> dict[str, str]:
        """Return the fields of a form body; the last of equal names wins."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    def basic(self) -> tuple[str, str] | None:
        """Return user and password of Basic authorization."""
        scheme, _, value = self.headers.get("Authorization", "").partition(" ")
        try:
            user, colon, password = b64decode(value).decode().partition(":")
        except (Base64Error, UnicodeDecodeError):
            return None
        return (user, password) if scheme == "Basic" and colon else None

    def bearer(self) -> str:
        """Return the token of Bearer authorization, or ""."""
        scheme, _, token = self.headers.get("Authorization", "").partition(" ")
        return token if scheme == "Bearer" else ""


@dataclass(frozen=True)
class Answer:
    """What goes back."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


def json_answer(document: Any, status: int = 200) -> Answer:
    """Return an answer in JSON."""
    return Answer(status, json.dumps(document).encode())


def text_answer(
    text: str, status: int = 200, content_type: str = "text/plain"
) -> Answer:
    """Return an answer in text."""
    return Answer(status, text.encode(), f"{content_type}; charset=utf-8")


class FakeProvider(ABC):
    """One provider; the server calls ``answer`` for one request at a time."""

    # The first part of the path, and what the control plane calls it.
    name: ClassVar[str]
    # What it accepts; ``configure`` changes single values.
    accepts: ClassVar[dict[str, Any]] = {}

    def __init__(self) -> None:
        self.config: dict[str, Any] = dict(self.accepts)
        self.effects: list[Any] = []
        self.reset()

    def reset(self) -> None:
        """Forget everything that happened; subclasses clear what they keep besides."""
        self.config = dict(self.accepts)
        self.effects = []

    @abstractmethod
    def answer(self, asked: Asked) -> Answer:
        """Do what the provider does, and answer as it does.

        Whatever really happens (a message sent, a row added) is appended to
        ``effects`` as something that JSON can hold.
        """

    def state(self) -> dict[str, Any]:
        """Return what the provider holds, for tests and for the demo's page."""
        return {"effects": self.effects}
