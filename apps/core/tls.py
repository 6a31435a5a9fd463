"""TLS on a connected socket: certificate and name of the peer are always verified."""

import socket
import ssl
from functools import cache

import certifi

from apps.core.deadlines import Deadline
from apps.core.outbound_errors import NotSentError
from apps.core.targets import Origin


@cache
def tls_context() -> ssl.SSLContext:
    """Return the one context: certificate and host name are always verified."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


def start_tls(
    sock: socket.socket, origin: Origin, ip: str, deadline: Deadline
) -> ssl.SSLSocket:
    """Return ``sock``, connected to ``ip``, with the TLS identity of ``origin`` proved.

    Raises ``NotSentError``; ``sock`` is closed then.
    """
    try:
        sock.settimeout(deadline.remaining())
        return tls_context().wrap_socket(sock, server_hostname=origin.host)
    except OSError as error:  # ssl.SSLError is one.
        sock.close()
        raise NotSentError(
            _describe_tls_failure(origin, error, deadline), address=ip
        ) from error


def _describe_tls_failure(origin: Origin, error: OSError, deadline: Deadline) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        cause = error.verify_message.rstrip(".")
        return f"The TLS certificate of {origin.host} is not valid: {cause}."
    if isinstance(error, TimeoutError):
        return (
            f"{origin.host} did not finish the TLS handshake within "
            f"{deadline.seconds:g} seconds."
        )
    return f"No TLS connection with {origin.host} could be agreed."
