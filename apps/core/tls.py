"""TLS on a connected socket: certificate and name of the peer are always verified."""

import socket
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

import certifi
from django.conf import settings

from apps.core.deadlines import Deadline
from apps.core.outbound_errors import ForbiddenTargetError, NotSentError
from apps.core.targets import Origin

# A context holds all public authorities, so only the identities in use have one.
CONTEXTS_MAX = 64

_REFUSED = "did not accept the client certificate"
# What a peer says about our certificate (RFC 8446, section 6.2).
CERTIFICATE_ALERTS = {
    "BAD_CERTIFICATE": _REFUSED,
    "CERTIFICATE_EXPIRED": f"{_REFUSED}: it has expired",
    "CERTIFICATE_REQUIRED": "asks for a client certificate, and none was sent",
    "CERTIFICATE_REVOKED": f"{_REFUSED}: it was revoked",
    "CERTIFICATE_UNKNOWN": _REFUSED,
    "UNKNOWN_CA": f"{_REFUSED}: its issuer is not trusted there",
    "UNSUPPORTED_CERTIFICATE": f"{_REFUSED}: it is of the wrong kind",
}


@dataclass(frozen=True, slots=True)
class ClientIdentity:
    """A certificate chain, own certificate first, with its private key, both as PEM.

    Shown to https peers that ask for one. Neither text is ever printed; identities
    are compared by ``fingerprint``, a hash of both.
    """

    certificate: str = field(repr=False, compare=False)
    private_key: str = field(repr=False, compare=False)
    fingerprint: str = field(init=False)

    def __post_init__(self) -> None:
        """Take the fingerprint."""
        both = f"{self.certificate}\0{self.private_key}"
        object.__setattr__(self, "fingerprint", sha256(both.encode()).hexdigest())


def refuse_unusable_identity(identity: ClientIdentity) -> None:
    """Raise ``ForbiddenTargetError`` when TLS cannot work with ``identity``."""
    _load_identity(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), identity)


def tls_context(
    identity: ClientIdentity | None = None, protocol: str = "http/1.1"
) -> ssl.SSLContext:
    """Return the context of ``identity``; authorities are read once per process.

    ``protocol`` is the one to offer (ALPN, RFC 7301); "" offers none, as mail does.

    Raises ``NotSentError`` when ``settings.OUTBOUND_CA_FILE`` cannot be used, and
    ``ForbiddenTargetError`` when ``identity`` cannot.
    """
    return _context(settings.OUTBOUND_CA_FILE, identity, protocol)


@lru_cache(maxsize=CONTEXTS_MAX)
def _context(
    ca_file: str, identity: ClientIdentity | None, protocol: str
) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        try:
            context.load_verify_locations(cafile=ca_file)
        except OSError as error:  # ssl.SSLError is one.
            raise NotSentError(
                "The file that OUTBOUND_CA_FILE names cannot be used. Run “manage.py "
                "check” to see why."
            ) from error
    if identity is not None:
        _load_identity(context, identity)
    if protocol:
        context.set_alpn_protocols([protocol])
    return context


def _load_identity(context: ssl.SSLContext, identity: ClientIdentity) -> None:
    with (
        _as_file(identity.certificate) as certificate,
        _as_file(identity.private_key) as private_key,
    ):
        try:
            # Without a password at hand, OpenSSL would ask for one at the terminal.
            context.load_cert_chain(certificate, private_key, password="")
        except OSError as error:
            raise ForbiddenTargetError(
                "The client certificate and its private key cannot be used for TLS."
            ) from error


@contextmanager
def _as_file(text: str) -> Iterator[str]:
    """Yield the path of a file with ``text``: OpenSSL reads certificates from files.

    The file has mode 0600 and no name, so nothing of it stays, whatever ends us.
    """
    with tempfile.TemporaryFile(buffering=0) as file:
        file.write(text.encode())
        file.seek(0)
        yield f"/dev/fd/{file.fileno()}"


def start_tls(
    sock: socket.socket,
    context: ssl.SSLContext,
    origin: Origin,
    ip: str,
    deadline: Deadline,
) -> ssl.SSLSocket:
    """Return ``sock``, connected to ``ip``, with the TLS identity of ``origin`` proved.

    Raises ``NotSentError``; ``sock`` is closed then.
    """
    try:
        sock.settimeout(deadline.remaining())
        return context.wrap_socket(sock, server_hostname=origin.host)
    except OSError as error:  # ssl.SSLError is one.
        sock.close()
        raise NotSentError(
            _describe_failure(origin, error, deadline), address=ip
        ) from error


def certificate_refusal(error: Exception) -> str | None:
    """Return what the peer says about our certificate, as the end of a sentence.

    None when ``error`` is not an alert about it.
    """
    return CERTIFICATE_ALERTS.get(_alert_of(error))


def _alert_of(error: Exception) -> str:
    reason = error.reason if isinstance(error, ssl.SSLError) else None
    return (reason or "").partition("_ALERT_")[2]


def _describe_failure(origin: Origin, error: OSError, deadline: Deadline) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        cause = error.verify_message.rstrip(".")
        return f"The TLS certificate of {origin.host} is not valid: {cause}."
    if isinstance(error, TimeoutError):
        return (
            f"{origin.host} did not finish the TLS handshake within "
            f"{deadline.seconds:g} seconds."
        )
    if refusal := certificate_refusal(error):
        return f"{origin.host} {refusal}."
    sentence = f"No TLS connection with {origin.host} could be agreed."
    if _alert_of(error) == "HANDSHAKE_FAILURE":
        return f"{sentence} It may ask for another client certificate, or for one."
    return sentence
