"""The one way out: every HTTP request of this project is sent by ``send``.

Once, to a public address, within a deadline, without redirects, cookies, proxies or
netrc, and with a bounded answer. What is refused and why: docs/outbound.md.
"""

import codecs
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict

from apps.core.dialing import refuse_forbidden_address
from apps.core.outbound_errors import (
    ForbiddenTargetError,
    MaybeSentError,
    NotSentError,
    OutboundError,
)
from apps.core.pinned import PinnedAdapter
from apps.core.targets import split_url
from apps.core.tls import ClientIdentity

__all__ = [
    "ClientIdentity",
    "ForbiddenTargetError",
    "MaybeSentError",
    "NotSentError",
    "OutboundError",
    "OutboundRequest",
    "Response",
    "destination_of",
    "is_allowed_target",
    "refuse_forbidden_target",
    "send",
]

USER_AGENT = "postbacks/0.1.0"

# Headers that frame the message or belong to one connection are written by us alone.
# fmt: off
OWN_HEADERS = frozenset((
    "connection", "content-length", "expect", "host", "keep-alive",
    "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade",
))
# fmt: on
_METHOD = re.compile(r"[A-Z]+")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([A-Za-z0-9._-]+)", re.IGNORECASE)

# The peer names the charset, so only plain ones count: "unicode_escape", "idna" or
# "utf-7" would run more than a table.
# fmt: off
KNOWN_CHARSETS = frozenset((
    "ascii", "utf-8", "utf-16", "iso8859-1", "iso8859-2", "iso8859-15", "koi8-r",
    "cp1250", "cp1251", "cp1252", "shift_jis", "euc_jp", "euc_kr", "gb18030",
    "gbk", "gb2312", "big5",
))
# fmt: on


@dataclass(frozen=True, slots=True)
class OutboundRequest:
    """One HTTP request. ``url`` is complete and fully encoded.

    ``deadline_seconds`` covers everything from the name look-up to the last byte of
    the answer; None means ``settings.OUTBOUND_DEADLINE_SECONDS``.

    ``fresh_connection`` is for requests that must not be repeated blindly: a kept
    connection that the peer is just closing would leave it open whether they arrived.

    ``identity`` is shown to an https peer that asks for a client certificate.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    deadline_seconds: float | None = None
    fresh_connection: bool = False
    identity: ClientIdentity | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """What the peer answered: any status, also 3xx, which nobody follows.

    Names in ``headers`` match in any case. ``body`` holds at most 64 KiB, inflated;
    ``is_truncated`` tells that there was more. ``address`` is the IP address called.
    """

    status_code: int
    headers: Mapping[str, str]
    body: bytes
    is_truncated: bool
    address: str
    duration_ms: int

    def __post_init__(self) -> None:
        """Let header names match in any case, whoever made the response."""
        if not isinstance(self.headers, CaseInsensitiveDict):
            headers = CaseInsensitiveDict(self.headers)
            object.__setattr__(self, "headers", headers)

    @property
    def text(self) -> str:
        """Return the body as text a database accepts: no NUL, errors replaced."""
        match = _CHARSET.search(self.headers.get("Content-Type", ""))
        charset = _known_charset(match[1]) if match else "utf-8"
        return self.body.decode(charset, "replace").replace("\0", "")


def _known_charset(name: str) -> str:
    try:
        charset = codecs.lookup(name).name
    except LookupError:
        return "utf-8"
    return charset if charset in KNOWN_CHARSETS else "utf-8"


_adapter = PinnedAdapter()


def send(request: OutboundRequest) -> Response:
    """Send ``request`` once and return the answer. Thread-safe.

    Raises ``ForbiddenTargetError`` when the request is refused before anything is
    sent, ``NotSentError`` when nothing reached the peer, and ``MaybeSentError`` when
    it may have. Ends at the deadline, give or take half a second.
    """
    started = time.perf_counter()
    response = _adapter.send(
        _prepare(request), timeout=request.deadline_seconds, cert=request.identity
    )
    return Response(
        status_code=response.status_code,
        headers=response.headers,
        body=response.content,
        is_truncated=response.is_truncated,
        address=response.address,
        duration_ms=round((time.perf_counter() - started) * 1000),
    )


def _prepare(request: OutboundRequest) -> PreparedRequest:
    """Check the method and the headers; the adapter checks the URL.

    ``PreparedRequest.prepare`` would parse and encode the URL again, which is most of
    the cost of a request.
    """
    if not _METHOD.fullmatch(request.method):
        raise ForbiddenTargetError("The method of the request is not a valid one.")
    prepared = PreparedRequest()
    prepared.method = request.method
    prepared.url = request.url
    prepared.body = request.body
    prepared.headers = CaseInsensitiveDict(
        {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity"}
    )
    for name, value in request.headers.items():
        _refuse_bad_header(name, value)
        prepared.headers[name] = value
    if request.fresh_connection:
        prepared.headers["Connection"] = "close"
    return prepared


def _refuse_bad_header(name: str, value: str) -> None:
    """Raise ``ForbiddenTargetError``; neither the name nor the value is repeated."""
    if not _HEADER_NAME.fullmatch(name):
        raise ForbiddenTargetError(
            "A header name contains a character that is not allowed there."
        )
    if name.lower() in OWN_HEADERS:
        raise ForbiddenTargetError(f"The header {name} is set by the sender itself.")
    if not _HEADER_VALUE.fullmatch(value):
        raise ForbiddenTargetError(
            f"The value of the header {name} contains a line break or another "
            "character that is not allowed there."
        )


def destination_of(url: str) -> str:
    """Return ``scheme://host:port`` of ``url``, in lower case, always with the port.

    Raises ``ForbiddenTargetError`` when ``url`` is not a URL that ``send`` accepts.
    """
    origin, _ = split_url(url)
    return str(origin)


def is_allowed_target(url: str) -> bool:
    """Return whether ``refuse_forbidden_target`` accepts ``url``. For forms."""
    try:
        refuse_forbidden_target(url)
    except ForbiddenTargetError:
        return False
    return True


def refuse_forbidden_target(url: str) -> None:
    """Raise ``ForbiddenTargetError`` if ``url`` is refused, whatever names lead to.

    Nothing is looked up: a name may still lead to a forbidden address when it is sent
    to.
    """
    origin, _ = split_url(url)
    if origin.is_address:
        refuse_forbidden_address(origin, origin.host)
