"""No spelling of a forbidden address is called, whichever way it comes in."""

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
from tests.http.spellings import FORBIDDEN, HOSTS, PUBLIC


def test_the_matrix_has_at_least_120_spellings() -> None:
    assert len(HOSTS) == len(set(HOSTS)) >= 120


@pytest.mark.parametrize("host", HOSTS)
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
