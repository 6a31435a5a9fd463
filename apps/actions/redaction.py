"""What is stored of a request or an answer: everything but the secrets."""

import base64
import html
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus

from apps.core.encoding import json_text
from apps.core.secret_box import MASK

# A shorter secret would take half of every text with it.
MIN_LENGTH = 4
MAX_STORED_BYTES = 64 * 1024

_is_sensitive_header = re.compile(
    r"authori[sz]ation|cookie|api-?key|token|secret|passw|x-auth", re.IGNORECASE
).search
# Credentials somebody typed into a URL, where no field could mark them as secret.
_CREDENTIAL_PARAMETER = re.compile(
    r"([?&](?:[\w.-]*[_.-])?(?:api[_-]?secret|api[_-]?key|access[_-]?token"
    r"|auth[_-]?token|client[_-]?secret|secret|password|passwd)=)[^&#\s]+",
    re.IGNORECASE,
)
_HEX = re.compile(r"%[0-9A-F]{2}")
_STORED_HEADERS = frozenset(
    (
        *("content-type", "content-length", "date", "location", "retry-after"),
        *("server", "www-authenticate", "cf-ray", "x-correlation-id", "x-trace-id"),
        *("x-fb-trace-id", "x-business-use-case-usage", "x-amzn-requestid"),
    )
)


class Redactor:
    """Replaces known secrets, in every spelling a request or an echo may have."""

    def __init__(self, secrets: Iterable[str]) -> None:
        """Prepare the spellings of ``secrets``."""
        spellings = {
            spelling
            for secret in secrets
            if len(secret) >= MIN_LENGTH
            for spelling in _spellings(secret)
        }
        # The longest first, or the start of one secret would leave its end behind.
        self._spellings = sorted(spellings, key=len, reverse=True)

    def text(self, text: str) -> str:
        """Return ``text`` without secrets, as a database can store it."""
        for spelling in self._spellings:
            text = text.replace(spelling, MASK)
        return text.replace("\0", "\ufffd")

    def url(self, url: str) -> str:
        """Return ``url`` without secrets and without credentials in parameters."""
        return _CREDENTIAL_PARAMETER.sub(rf"\1{MASK}", self.text(url))

    def body(self, body: bytes | None) -> str:
        """Return the text of a request's body without secrets, at most 64 KiB."""
        text = self.text((body or b"").decode("utf-8", "replace"))
        return text.encode()[:MAX_STORED_BYTES].decode("utf-8", "ignore")

    def headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return ``headers``; those that carry credentials are masked whole."""
        return {
            name: MASK if _is_sensitive_header(name) else self.text(value)
            for name, value in headers.items()
        }

    def answer_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of an answer that help to understand it."""
        return {
            name: self.url(value)
            for name, value in headers.items()
            if name.lower() in _STORED_HEADERS or name.lower().endswith("request-id")
        }


@lru_cache(maxsize=512)
def redactor_of(secrets: frozenset[str]) -> Redactor:
    """Return the redactor of ``secrets``, kept for the next attempt."""
    return Redactor(secrets)


def credentials_in(headers: Mapping[str, str]) -> frozenset[str]:
    """Return what request headers disclose: "Basic x" gives itself and "x"."""
    values = [value for name, value in headers.items() if _is_sensitive_header(name)]
    tokens = [value.rpartition(" ")[2] for value in values]
    return frozenset(values + tokens)


def _spellings(secret: str) -> set[str]:
    encoded = quote(secret, safe="")
    return {
        secret,
        encoded,
        _HEX.sub(lambda found: found[0].lower(), encoded),
        quote_plus(secret),
        json_text(secret),
        html.escape(secret),
        base64.b64encode(secret.encode(errors="replace")).decode(),
    }
