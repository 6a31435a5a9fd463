"""What a URL leads to: its origin, read strictly, before anything is looked up."""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from apps.core.outbound_errors import ForbiddenTargetError
from apps.core.source_texts import gettext_noop

DEFAULT_PORTS = {"http": 80, "https": 443}

# Ports of other protocols, where the bytes of a request could be taken for commands.
# Source: Fetch standard, "port blocking", https://fetch.spec.whatwg.org/#port-blocking.
# fmt: off
FORBIDDEN_PORTS = frozenset((
    0, 1, 7, 9, 11, 13, 15, 17, 19, 20, 21, 22, 23, 25, 37, 42, 43, 53, 69, 77, 79,
    87, 95, 101, 102, 103, 104, 109, 110, 111, 113, 115, 117, 119, 123, 135, 137,
    139, 143, 161, 179, 389, 427, 465, 512, 513, 514, 515, 526, 530, 531, 532, 540,
    548, 554, 556, 563, 587, 601, 636, 989, 990, 993, 995, 1719, 1720, 1723, 2049,
    3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679,
    6697, 10080,
))
# fmt: on

_ORIGIN = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]+)")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_.-]+)(?::([0-9]{1,5}))?")
_VISIBLE_ASCII = re.compile(r"[!-~]*")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*")
_UNREADABLE = gettext_noop(
    "The URL cannot be read. It must look like https://partner.example/path."
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of a URL, in their one usual spelling."""

    scheme: str
    host: str
    port: int
    is_address: bool

    @property
    def bracketed_host(self) -> str:
        """Return the host as it stands in a URL."""
        return f"[{self.host}]" if ":" in self.host else self.host

    @property
    def host_header(self) -> str:
        """Return the value of the Host header (RFC 9110, section 7.2)."""
        if self.port == DEFAULT_PORTS[self.scheme]:
            return self.bracketed_host
        return f"{self.bracketed_host}:{self.port}"

    def __str__(self) -> str:
        """Return ``scheme://host:port``."""
        return f"{self.scheme}://{self.bracketed_host}:{self.port}"


def split_url(url: str) -> tuple[Origin, str]:
    """Return the origin of ``url`` and its path with query, without the fragment.

    Raises ``ForbiddenTargetError`` for whatever is not a plain, fully encoded http or
    https URL.
    """
    match = _ORIGIN.match(url)
    if match is None:
        raise ForbiddenTargetError(_UNREADABLE)
    path = url[match.end() :].partition("#")[0]
    if not _VISIBLE_ASCII.fullmatch(path):
        raise ForbiddenTargetError(
            gettext_noop("The URL contains a character that must be percent-encoded.")
        )
    return _parse_origin(match[0]), path if path.startswith("/") else f"/{path}"


@lru_cache(maxsize=4096)
def origin_of(scheme: str, host: str, port: int) -> Origin:
    """Return the origin of a server that is named without a URL, as for mail.

    Raises ``ForbiddenTargetError`` for a host that is no name and no usual address.
    """
    name, is_address = _parse_host(host.lower())
    return Origin(scheme, name, port, is_address)


@lru_cache(maxsize=4096)
def _parse_origin(text: str) -> Origin:
    scheme, _, authority = text.partition("://")
    scheme = scheme.lower()
    if scheme not in DEFAULT_PORTS:
        raise ForbiddenTargetError(
            gettext_noop("The URL must start with http:// or https://.")
        )
    if "@" in authority:
        raise ForbiddenTargetError(
            gettext_noop(
                "The URL contains a user name or password. Put credentials in a header."
            )
        )
    match = _AUTHORITY.fullmatch(authority)
    port = int(match[2] or DEFAULT_PORTS[scheme]) if match else 0
    if match is None or port > 65_535:
        raise ForbiddenTargetError(_UNREADABLE)
    host, is_address = _parse_host(match[1].lower())
    if port in FORBIDDEN_PORTS:
        raise ForbiddenTargetError(
            f"Port {port} is not allowed: it belongs to another protocol than HTTP."
        )
    return Origin(scheme, host, port, is_address)


def _parse_host(text: str) -> tuple[str, bool]:
    """Return the host and whether it is an IP address.

    Short, decimal, octal and hexadecimal spellings of IPv4 are refused: libraries
    disagree about what they mean.
    """
    try:
        if text.startswith("["):
            return str(IPv6Address(text[1:-1])), True
        labels = text.removesuffix(".").split(".")
        if _NUMERIC_LABEL.fullmatch(labels[-1]):
            return str(IPv4Address(text)), True
    except AddressValueError:
        raise ForbiddenTargetError(
            gettext_noop(
                "The URL contains an IP address in an unusual spelling. Write it like "
                "192.0.2.1 or [2001:db8::1]."
            )
        ) from None
    host = ".".join(labels)
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise ForbiddenTargetError(
            gettext_noop("The host name in the URL is not a valid name.")
        )
    return host, False
