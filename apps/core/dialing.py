"""Open a socket to a checked address of an origin.

A name is looked up once. Every answer is checked, and one forbidden answer refuses
the name: whoever controls a name server could otherwise mix a public and a private
address. The socket then goes to a checked address, not to the name, so a second,
different answer (DNS rebinding) is never asked for.
"""

import socket
from ipaddress import ip_address

from django.conf import settings

from apps.core.addresses import refusal_of
from apps.core.deadlines import Deadline
from apps.core.outbound_errors import ForbiddenTargetError, NotSentError
from apps.core.resolving import Resolver, SocketAddress
from apps.core.targets import Origin

CONNECT_SECONDS_MAX = 5.0
ADDRESSES_TRIED_MAX = 4


def refuse_forbidden_address(origin: Origin, ip: str) -> None:
    """Raise ``ForbiddenTargetError`` unless ``ip``, an address of ``origin``, is open.

    ``settings.OUTBOUND_ALLOWED_NETWORKS`` (CIDR) are the exceptions to the table.
    """
    reason = refusal_of(ip, tuple(settings.OUTBOUND_ALLOWED_NETWORKS))
    if reason is not None:
        what = ip if origin.is_address else f"{origin.host} leads to {ip}, which"
        raise ForbiddenTargetError(
            f"{what} is {reason}. Requests go to public addresses only.", address=ip
        )


def find_addresses(
    origin: Origin, resolver: Resolver, deadline: Deadline
) -> list[SocketAddress]:
    """Return the addresses of ``origin``, all of them checked.

    Raises ``ForbiddenTargetError`` when one of them may not be called, and
    ``NotSentError`` when there is none, or none in time.
    """
    if origin.is_address:
        is_ipv6 = ip_address(origin.host).version == 6
        family = socket.AF_INET6 if is_ipv6 else socket.AF_INET
        answers = [SocketAddress(family, (origin.host, origin.port))]
    else:
        try:
            answers = resolver.resolve(origin.host, origin.port, deadline)
        except TimeoutError as error:
            raise NotSentError(
                f"The name {origin.host} was not resolved within "
                f"{deadline.seconds:g} seconds."
            ) from error
        except OSError as error:
            raise NotSentError(
                f"The name {origin.host} cannot be resolved. Check its spelling."
            ) from error
    for answer in answers:
        refuse_forbidden_address(origin, answer.ip)
    return answers[:ADDRESSES_TRIED_MAX]


def connect(
    origin: Origin, addresses: list[SocketAddress], deadline: Deadline
) -> tuple[socket.socket, str]:
    """Return a socket connected to the first address that accepts, and its IP.

    Each address gets an equal share of the time, so that one that swallows packets
    leaves some for the next. Raises ``NotSentError``.
    """
    ip = addresses[0].ip
    failure: OSError | None = None
    try:
        limit = Deadline.after(min(CONNECT_SECONDS_MAX, deadline.remaining()))
        for tried, target in enumerate(addresses):
            ip = target.ip
            share = limit.remaining() / (len(addresses) - tried)
            try:
                return _connect_one(target, share), ip
            except OSError as error:
                failure = error
    except TimeoutError as error:
        failure = failure or error
    raise NotSentError(
        f"{origin.host} {_describe_refusal(failure)} (address {ip}, "
        f"port {origin.port}).",
        address=ip,
    ) from failure


def _connect_one(target: SocketAddress, seconds: float) -> socket.socket:
    sock = socket.socket(target.family, socket.SOCK_STREAM)
    try:
        # A request is one write; waiting for more to send only delays it.
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(seconds)
        sock.connect(target.address)
    except BaseException:
        sock.close()
        raise
    return sock


def _describe_refusal(failure: OSError | None) -> str:
    if isinstance(failure, ConnectionRefusedError):
        return "refused the connection"
    if isinstance(failure, TimeoutError):
        return "did not accept a connection in time"
    return "cannot be reached"
