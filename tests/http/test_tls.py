"""TLS verifies the name of the URL, although the connection goes to an address."""

import ssl
from pathlib import Path

import pytest
from pytest_django import Settings
from requests import PreparedRequest

from apps.core.http import NotSentError, OutboundRequest, send
from apps.core.pinned import PinnedAdapter
from tests.http.certificates import Authority, Issued, server_context
from tests.http.conftest import SetNames, StartPeer
from tests.http.peers import Peer, answer_ok

NO_AUTHORITY_KNOWN = (
    "The TLS certificate of 127.0.0.1 is not valid: unable to get local issuer "
    "certificate."
)


@pytest.fixture
def context(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    """Return what a server with a valid certificate shows."""
    return server_context(authority.issue(), tmp_path)


def url_of(peer: Peer, host: str) -> str:
    return f"https://{host}:{peer.port}/pb"


def test_host_header_and_server_name_are_the_name_of_the_url(
    context: ssl.SSLContext, start_peer: StartPeer, set_names: SetNames
) -> None:
    server_names: list[str | None] = []
    context.sni_callback = lambda _sock, name, _context: server_names.append(name)
    peer = start_peer(answer_ok, context)
    set_names({"partner.example": ["127.0.0.1"]})

    response = send(OutboundRequest("GET", url_of(peer, "partner.example")))

    assert (response.body, response.address) == (b"ok", "127.0.0.1")
    assert server_names == ["partner.example"]
    assert peer.requests[0].headers["host"] == f"partner.example:{peer.port}"


def test_a_tls_connection_is_kept(
    context: ssl.SSLContext, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok, context)

    for _ in range(5):
        send(OutboundRequest("GET", url_of(peer, "127.0.0.1")))

    assert (peer.connections, len(peer.requests)) == (1, 5)


def test_a_large_body_arrives_over_tls(
    context: ssl.SSLContext, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok, context)
    body = bytes(range(256)) * 1_000

    send(OutboundRequest("POST", url_of(peer, "127.0.0.1"), body=body))

    assert peer.requests[0].body == body


def test_a_certificate_for_another_name_is_refused(
    context: ssl.SSLContext, start_peer: StartPeer, set_names: SetNames
) -> None:
    peer = start_peer(answer_ok, context)
    set_names({"evil.example": ["127.0.0.1"]})

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", url_of(peer, "evil.example")))

    assert str(error.value) == (
        "The TLS certificate of evil.example is not valid: Hostname mismatch, "
        "certificate is not valid for 'evil.example'."
    )
    assert error.value.address == "127.0.0.1"
    assert peer.requests == []


def test_an_expired_certificate_is_refused(
    authority: Authority, tmp_path: Path, start_peer: StartPeer
) -> None:
    expired = authority.issue(is_expired=True)
    peer = start_peer(answer_ok, server_context(expired, tmp_path))

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", url_of(peer, "127.0.0.1")))

    assert str(error.value) == (
        "The TLS certificate of 127.0.0.1 is not valid: certificate has expired."
    )
    assert peer.requests == []


@pytest.mark.usefixtures("authority")
def test_a_certificate_of_an_unknown_authority_is_refused(
    tmp_path: Path, start_peer: StartPeer
) -> None:
    unknown = Authority("Unknown authority").issue()
    peer = start_peer(answer_ok, server_context(unknown, tmp_path))

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", url_of(peer, "127.0.0.1")))

    assert str(error.value) == NO_AUTHORITY_KNOWN
    assert peer.requests == []


def test_without_a_file_of_authorities_ours_is_unknown(
    context: ssl.SSLContext, start_peer: StartPeer, settings: Settings
) -> None:
    settings.OUTBOUND_CA_FILE = ""
    peer = start_peer(answer_ok, context)

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", url_of(peer, "127.0.0.1")))

    assert str(error.value) == NO_AUTHORITY_KNOWN


def test_our_own_authorities_come_beside_the_public_ones_and_replace_none(
    tmp_path: Path,
    settings: Settings,
    start_peer: StartPeer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, public = Authority("Own"), Authority("Public")
    for authority, name in ((own, "own.pem"), (public, "public.pem")):
        (tmp_path / name).write_text(authority.own_pem())
    settings.OUTBOUND_CA_FILE = str(tmp_path / "own.pem")
    monkeypatch.setattr("certifi.where", lambda: str(tmp_path / "public.pem"))
    contexts = [server_context(by.issue(), tmp_path) for by in (own, public)]
    peers = [start_peer(answer_ok, context) for context in contexts]

    answers = [
        send(OutboundRequest("GET", url_of(peer, "127.0.0.1"))) for peer in peers
    ]

    assert [answer.status_code for answer in answers] == [200, 200]


def test_a_file_of_authorities_that_vanished_fails_the_request_with_a_reason(
    context: ssl.SSLContext, settings: Settings, start_peer: StartPeer, tmp_path: Path
) -> None:
    settings.OUTBOUND_CA_FILE = str(tmp_path / "gone.pem")
    peer = start_peer(answer_ok, context)

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", url_of(peer, "127.0.0.1")))

    assert str(error.value) == (
        "The file that OUTBOUND_CA_FILE names cannot be used. Run “manage.py check” "
        "to see why."
    )


@pytest.mark.parametrize("verify", [False, True])
def test_nobody_can_switch_verification_off(
    verify: bool, tmp_path: Path, start_peer: StartPeer
) -> None:
    """The interface of ``requests`` has a switch; ours is not connected to anything."""
    unknown: Issued = Authority("Unknown authority").issue()
    peer = start_peer(answer_ok, server_context(unknown, tmp_path))
    request = PreparedRequest()
    request.prepare("GET", url_of(peer, "127.0.0.1"))

    with pytest.raises(NotSentError):
        PinnedAdapter().send(request, verify=verify)

    assert peer.requests == []
