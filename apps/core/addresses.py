"""Which IP addresses may be called: our own table, closed by default.

``ipaddress.is_global`` is no guard: on Python 3.11 it accepts NAT64, 6to4, SIIT and
IPv4-compatible forms of 127.0.0.1, multicast, and a cloud provider's 168.63.129.16.

Sources: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890 and
its updates), RFC 6052 (NAT64), RFC 7915 (SIIT), RFC 3056 (6to4), RFC 5214 (ISATAP).
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PRIVATE = "a private network"
LOOPBACK = "this machine itself"
LINK_LOCAL = "a link-local address, where clouds keep their metadata"
CLOUD = "a service of the cloud provider"
DOCUMENTATION = "an address for documentation"
MULTICAST = "a multicast address"
RESERVED = "a reserved address"
TRANSITION = "an address of a transition mechanism"

DENIED_IPV4 = [
    (IPv4Network(network), reason)
    for network, reason in (
        ("0.0.0.0/8", LOOPBACK),
        ("10.0.0.0/8", PRIVATE),
        ("100.64.0.0/10", PRIVATE),  # Carrier-grade NAT; Alibaba's metadata service.
        ("127.0.0.0/8", LOOPBACK),
        ("168.63.129.16/32", CLOUD),  # Azure's host, reachable from every guest.
        ("169.254.0.0/16", LINK_LOCAL),
        ("172.16.0.0/12", PRIVATE),
        ("192.0.0.0/24", RESERVED),  # IETF protocols; Oracle's metadata service.
        ("192.0.2.0/24", DOCUMENTATION),
        ("192.31.196.0/24", RESERVED),  # AS112.
        ("192.52.193.0/24", RESERVED),  # AMT relays.
        ("192.88.99.0/24", TRANSITION),  # 6to4 relays.
        ("192.168.0.0/16", PRIVATE),
        ("192.175.48.0/24", RESERVED),  # AS112.
        ("198.18.0.0/15", RESERVED),  # Benchmarks.
        ("198.51.100.0/24", DOCUMENTATION),
        ("203.0.113.0/24", DOCUMENTATION),
        ("224.0.0.0/4", MULTICAST),
        ("240.0.0.0/4", RESERVED),  # With 255.255.255.255, the broadcast.
    )
]

PUBLIC_IPV6 = IPv6Network("2000::/3")
DENIED_IPV6 = [
    (IPv6Network(network), reason)
    for network, reason in (
        ("2001::/23", TRANSITION),  # IETF protocols: Teredo, ORCHID, benchmarks.
        ("2001:db8::/32", DOCUMENTATION),
        ("2620:4f:8000::/48", RESERVED),  # AS112.
        ("3ffe::/16", RESERVED),  # The former 6bone.
        ("3fff::/20", DOCUMENTATION),
    )
]
# What an address outside of 2000::/3 is called; without an entry it is "reserved".
NAMED_IPV6 = [
    (IPv6Network(network), reason)
    for network, reason in (
        ("fc00::/7", PRIVATE),
        ("fe80::/10", LINK_LOCAL),
        ("fec0::/10", PRIVATE),
        ("ff00::/8", MULTICAST),
    )
]

# Networks whose addresses carry an IPv4 address, and how far right it stands (bits).
CARRIERS = [
    (IPv6Network("::ffff:0:0/96"), 0),  # IPv4-mapped.
    (IPv6Network("::ffff:0:0:0/96"), 0),  # SIIT, IPv4-translated.
    (IPv6Network("64:ff9b::/96"), 0),  # NAT64.
    (IPv6Network("::/96"), 0),  # IPv4-compatible; ``::`` and ``::1`` too.
    (IPv6Network("2002::/16"), 80),  # 6to4.
]
ISATAP_MARKS = (0x00005EFE, 0x02005EFE)


@lru_cache(maxsize=4096)
def refusal_of(address: str, allowed: tuple[str, ...]) -> str | None:
    """Return what is wrong with ``address``, or None when it may be called.

    ``allowed`` holds the networks (CIDR) that are called although the table denies
    them. ``address`` is an IP address as the system writes it, without a scope.
    """
    networks = [ip_network(network, strict=False) for network in allowed]
    return _refusal(ip_address(address), networks)


def is_listed(address: str, networks: tuple[str, ...]) -> bool:
    """Tell whether ``address`` is an IP address in one of ``networks`` (CIDR)."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    return any(found in ip_network(network, strict=False) for network in networks)


def _refusal(address: Address, allowed: list[Network]) -> str | None:
    if any(address in network for network in allowed):
        return None
    if isinstance(address, IPv4Address):
        return _first_reason(address, DENIED_IPV4)
    carried = _carried_ipv4(address)
    if carried is not None:
        return _refusal(carried, allowed)
    if address not in PUBLIC_IPV6:
        return _first_reason(address, NAMED_IPV6) or RESERVED
    tunnelled = _isatap_ipv4(address)
    if tunnelled is not None and _refusal(tunnelled, allowed) is not None:
        return TRANSITION
    return _first_reason(address, DENIED_IPV6)


def _first_reason(address: Address, table: Sequence[tuple[Network, str]]) -> str | None:
    return next((reason for network, reason in table if address in network), None)


def _carried_ipv4(address: IPv6Address) -> IPv4Address | None:
    for network, shift in CARRIERS:
        if address in network:
            return IPv4Address(int(address) >> shift & 0xFFFFFFFF)
    return None


def _isatap_ipv4(address: IPv6Address) -> IPv4Address | None:
    if int(address) >> 32 & 0xFFFFFFFF in ISATAP_MARKS:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
