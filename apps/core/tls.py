"""TLS on a connected socket: certificate and name of the peer are always verified."""

import socket
import ssl
from functools import lru_cache

import certifi
from django.conf import settings

from apps.core.deadlines import Deadline
from apps.core.outbound_errors import NotSentError
from apps.core.targets import Origin

CONTEXTS_MAX = 64


def tls_context() -> ssl.SSLContext:
    """Return the context for all origins; what it trusts is read once per process.

    Raises ``OSError`` when ``settings.OUTBOUND_CA_FILE`` cannot be used.
    """
    return _context(settings.OUTBOUND_CA_FILE)


@lru_cache(maxsize=CONTEXTS_MAX)
def _context(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    if ca_file:
        context.load_verify_locations(cafile=ca_file)
    context.set_alpn_protocols(["http/1.1"])
    return context


def start_tls(
    sock: socket.socket, origin: Origin, ip: str, deadline: Deadline
) -> ssl.SSLSocket:
    """Return ``sock``, connected to ``ip``, with the TLS identity of ``origin`` proved.

    Raises ``NotSentError``; ``sock`` is closed then.
    """
    try:
        context = tls_context()
    except OSError as error:
        sock.close()
        raise NotSentError(
            "The file that OUTBOUND_CA_FILE names cannot be used. Run “manage.py "
            "check” to see why.",
            address=ip,
        ) from error
    try:
        sock.settimeout(deadline.remaining())
        return context.wrap_socket(sock, server_hostname=origin.host)
    except OSError as error:  # ssl.SSLError is one.
        sock.close()
        raise NotSentError(
            _describe_failure(origin, error, deadline), address=ip
        ) from error


def _describe_failure(origin: Origin, error: OSError, deadline: Deadline) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        cause = error.verify_message.rstrip(".")
        return f"The TLS certificate of {origin.host} is not valid: {cause}."
    if isinstance(error, TimeoutError):
        return (
            f"{origin.host} did not finish the TLS handshake within "
            f"{deadline.seconds:g} seconds."
        )
    return f"No TLS connection with {origin.host} could be agreed."
