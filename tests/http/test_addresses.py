"""No spelling of a forbidden address is called, whichever way it comes in."""

import itertools
from ipaddress import IPv4Address, IPv6Address

import pytest
from pytest_django import Settings

from apps.core.addresses import refusal_of
from apps.core.http import (
    ForbiddenTargetError,
    OutboundRequest,
    is_allowed_target,
    send,
)
from tests.http.conftest import SetNames, StartPeer
from tests.http.peers import answer_ok

FORBIDDEN_IPV4 = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1",
    "100.100.100.200", "100.127.255.255", "127.0.0.1", "127.255.255.254",
    "168.63.129.16", "169.254.0.1", "169.254.169.254", "169.254.170.2", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.0.192", "192.0.2.1", "192.31.196.1",
    "192.52.193.1", "192.88.99.1", "192.168.0.1", "192.168.255.255", "192.175.48.1",
    "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.255", "240.0.0.1", "255.255.255.255",
]  # fmt: skip
FORBIDDEN_IPV6 = [
    "::", "::1", "::2", "100::1", "1fff::1", "2001::1", "2001:0:4136:e378::1",
    "2001:2::1", "2001:10::1", "2001:20::1", "2001:1ff::1", "2001:db8::1",
    "2620:4f:8000::1", "3ffe::1", "3fff::1", "4000::1", "5f00::1", "64:ff9b:1::1",
    "64:ff9b:1::808:808", "fc00::1", "fd00:ec2::254", "fdff::1", "fe80::1", "febf::1",
    "fec0::1", "ff02::1", "ff0e::1", "ffff::1",
]  # fmt: skip
CARRIED_IPV4 = [
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "168.63.129.16",
    "100.64.0.1",
]
UNUSUAL_SPELLINGS = [
    "2130706433", "017700000001", "0x7f000001", "0x7F000001", "127.1", "127.0.1",
    "127.0.0.1.", "0177.0.0.1", "0177.0.0.01", "0x7f.0.0.1", "0x7f.1", "0x7f.0x0.0x0.0x1",
    "127.0x1", "127.000.000.001", "00127.0.0.1", "0", "0x0", "1", "127.0.0.256",
    "127.0.0.0x01", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518",
    "4294967295", "4294967296", "42949672960000", "256.256.256.256", "1.2.3.4.5",
    "127.0.0.", "0x", "[::ffff:127.0.0.1%251]", "[fe80::1%25eth0]", "[::1", "::1",
    "[127.0.0.1]", "[::127.0.0.1.]", "[:::1]", "[::ffff:0x7f.0.0.1]", "%31%32%37.0.0.1",
    "127.0.0.1%00.example", "127。0。0。1", "①②⑦.⓪.⓪.①", "\uff11\uff12\uff17.0.0.1", "[::ﬀﬀ:127.0.0.1]",
    "127.0.0.1\\.example", "partner.example@127.0.0.1", "127.0.0.1 ", "127.0.0.1\t",
    "127.0.0.1\r\n", "127.0.0.1\0", "\u00ad127.0.0.1",
]  # fmt: skip


def carriers_of(ipv4: str) -> list[str]:
    """Return ``ipv4`` in all the IPv6 addresses that carry one."""
    number = int(IPv4Address(ipv4))
    bases = ["::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "::", "2a00:1450::5efe:0:0"]
    addresses = [str(IPv6Address(int(IPv6Address(base)) + number)) for base in bases]
    in_6to4 = IPv6Address((0x2002 << 112) + (number << 80) + 1)
    dotted = [f"::ffff:{ipv4}", f"64:ff9b::{ipv4}", f"::{ipv4}"]
    return [*addresses, str(in_6to4), in_6to4.exploded, *dotted]


FORBIDDEN_CARRIERS = list(
    itertools.chain.from_iterable(carriers_of(ipv4) for ipv4 in CARRIED_IPV4)
)
FORBIDDEN = FORBIDDEN_IPV4 + FORBIDDEN_IPV6 + FORBIDDEN_CARRIERS
LITERALS = [*FORBIDDEN_IPV4, *(f"[{ip}]" for ip in FORBIDDEN_IPV6 + FORBIDDEN_CARRIERS)]
PUBLIC = [
    "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
    "168.63.129.15", "172.15.255.255", "172.32.0.0", "192.0.1.1", "198.20.0.0",
    "223.255.255.255", "2001:200::1", "2001:4860:4860::8888", "2606:4700::1111",
    "2a00:1450:4001::5efe:808:808", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]  # fmt: skip


def test_the_matrix_has_at_least_120_spellings() -> None:
    assert len(set(LITERALS + UNUSUAL_SPELLINGS)) >= 120


@pytest.mark.parametrize("host", LITERALS + UNUSUAL_SPELLINGS)
def test_a_forbidden_address_in_the_url_is_refused_before_a_packet_leaves(
    host: str, settings: Settings, start_peer: StartPeer
) -> None:
    # A connection elsewhere than to loopback would fail the test by itself.
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    peer = start_peer(answer_ok)
    url = f"http://{host}:{peer.port}/"

    with pytest.raises(ForbiddenTargetError):
        send(OutboundRequest("GET", url))

    assert peer.connections == 0
    assert not is_allowed_target(url)


@pytest.mark.parametrize("ip", FORBIDDEN)
def test_a_name_that_leads_to_a_forbidden_address_is_refused(
    ip: str, settings: Settings, start_peer: StartPeer, set_names: SetNames
) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = []
    peer = start_peer(answer_ok)
    set_names({"partner.example": [ip]})

    with pytest.raises(ForbiddenTargetError) as error:
        send(OutboundRequest("GET", f"http://partner.example:{peer.port}/"))

    assert error.value.address == ip
    assert peer.connections == 0


@pytest.mark.parametrize("ip", PUBLIC)
def test_a_public_address_is_allowed(ip: str) -> None:
    host = f"[{ip}]" if ":" in ip else ip

    assert refusal_of(ip, ()) is None
    assert is_allowed_target(f"https://{host}/")


@pytest.mark.parametrize(
    ("allowed", "ip", "is_refused"),
    [
        ("10.1.0.0/16", "10.1.2.3", False),
        ("10.1.0.0/16", "::ffff:10.1.2.3", False),
        ("10.1.0.0/16", "10.2.0.1", True),
        ("10.1.0.0/16", "127.0.0.1", True),
        ("fd00:1::/32", "fd00:1::5", False),
        ("fd00:1::/32", "fd00:2::5", True),
    ],
)
def test_allowed_networks_open_themselves_and_nothing_else(
    allowed: str, ip: str, is_refused: bool
) -> None:
    assert (refusal_of(ip, (allowed,)) is not None) == is_refused


def test_the_refusal_says_where_the_name_leads_and_why(set_names: SetNames) -> None:
    set_names({"partner.example": ["10.0.0.5"]})

    with pytest.raises(ForbiddenTargetError) as error:
        send(OutboundRequest("GET", "http://partner.example/?secret=x"))

    assert str(error.value) == (
        "partner.example leads to 10.0.0.5, which is a private network. "
        "Requests go to public addresses only."
    )


def test_a_kept_connection_is_refused_once_its_network_is_no_longer_allowed(
    settings: Settings, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok)
    send(OutboundRequest("GET", peer.url()))

    settings.OUTBOUND_ALLOWED_NETWORKS = []
    with pytest.raises(ForbiddenTargetError):
        send(OutboundRequest("GET", peer.url()))

    assert len(peer.requests) == 1
