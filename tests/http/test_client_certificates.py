"""Client certificates: shown to those who ask, lent to nobody, never left in a file."""

import ssl
import stat
import tempfile
from collections import Counter
from pathlib import Path

import pytest

from apps.core import exchanging
from apps.core.http import (
    ClientIdentity,
    ForbiddenTargetError,
    MaybeSentError,
    NotSentError,
    OutboundRequest,
    send,
)
from tests.http import peers
from tests.http.certificates import Authority, Issued, key_pem, server_context
from tests.http.conftest import StartPeer
from tests.http.peers import OK, Conversation, Peer, answer_ok

VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]
NONE_SENT = "127.0.0.1 asks for a client certificate, and none was sent."
REFUSED = "127.0.0.1 did not accept the client certificate: "


@pytest.fixture
def context(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    """Return what a server shows that requires a certificate of its clients."""
    return server_context(authority.issue(), tmp_path, client_authority=authority)


def identity_of(issued: Issued) -> ClientIdentity:
    return ClientIdentity(issued.certificate, issued.private_key)


def request_to(
    peer: Peer, identity: ClientIdentity | None, body: bytes = b"a=1"
) -> OutboundRequest:
    return OutboundRequest("POST", peer.url("/pb"), body=body, identity=identity)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_peer_that_asks_for_a_certificate_gets_it(
    version: ssl.TLSVersion, authority: Authority, tmp_path: Path, start_peer: StartPeer
) -> None:
    context = server_context(
        authority.issue(), tmp_path, client_authority=authority, version=version
    )
    peer = start_peer(answer_ok, context)

    response = send(request_to(peer, identity_of(authority.issue("client"))))

    assert (response.status_code, len(peer.requests)) == (200, 1)


def test_a_peer_that_does_not_ask_gets_the_request_all_the_same(
    authority: Authority, tmp_path: Path, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok, server_context(authority.issue(), tmp_path))

    response = send(request_to(peer, identity_of(authority.issue("client"))))

    assert response.status_code == 200


@pytest.mark.parametrize("size", [0, 3, 1024 * 1024])
def test_without_a_certificate_nothing_was_processed_and_the_error_says_why(
    size: int, context: ssl.SSLContext, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok, context)

    for _ in range(20):
        with pytest.raises(NotSentError) as error:
            send(request_to(peer, None, bytes(size)))

        assert str(error.value) == NONE_SENT
        assert error.value.address == "127.0.0.1"
    assert peer.requests == []


def test_without_a_certificate_older_tls_fails_in_the_handshake(
    authority: Authority, tmp_path: Path, start_peer: StartPeer
) -> None:
    context = server_context(
        authority.issue(),
        tmp_path,
        client_authority=authority,
        version=ssl.TLSVersion.TLSv1_2,
    )
    peer = start_peer(answer_ok, context)

    with pytest.raises(NotSentError) as error:
        send(request_to(peer, None))

    assert str(error.value) == (
        "No TLS connection with 127.0.0.1 could be agreed. It may ask for another "
        "client certificate, or for one."
    )
    assert peer.requests == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_of_another_authority_is_not_accepted(
    version: ssl.TLSVersion, authority: Authority, tmp_path: Path, start_peer: StartPeer
) -> None:
    context = server_context(
        authority.issue(), tmp_path, client_authority=authority, version=version
    )
    peer = start_peer(answer_ok, context)
    stranger = identity_of(Authority("Unknown authority").issue("client"))

    with pytest.raises(NotSentError) as error:
        send(request_to(peer, stranger))

    assert str(error.value) == f"{REFUSED}its issuer is not trusted there."
    assert peer.requests == []


def test_an_expired_certificate_is_not_accepted(
    authority: Authority, context: ssl.SSLContext, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok, context)
    expired = identity_of(authority.issue("client", is_expired=True))

    with pytest.raises(NotSentError) as error:
        send(request_to(peer, expired))

    assert str(error.value) == f"{REFUSED}it has expired."


def test_a_break_without_a_word_about_the_certificate_was_maybe_sent(
    authority: Authority, context: ssl.SSLContext, start_peer: StartPeer
) -> None:
    peer = start_peer(peers.reset_after_the_request, context)

    with pytest.raises(MaybeSentError):
        send(request_to(peer, identity_of(authority.issue("client"))))


@pytest.mark.parametrize("has_answered", [True, False])
def test_a_refusal_counts_as_part_of_the_handshake_only_in_place_of_a_first_answer(
    has_answered: bool,
    authority: Authority,
    context: ssl.SSLContext,
    start_peer: StartPeer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    alert = ssl.SSLError(1, "alert")
    alert.reason = "TLSV13_ALERT_CERTIFICATE_REQUIRED"

    def refuse(*_: object) -> None:
        raise alert

    peer = start_peer(answer_ok, context)
    identity = identity_of(authority.issue("client"))
    if has_answered:
        send(request_to(peer, identity))
    monkeypatch.setattr(exchanging, "read_answer", refuse)

    with pytest.raises(MaybeSentError if has_answered else NotSentError) as error:
        send(request_to(peer, identity))

    assert str(error.value) == NONE_SENT


def test_identities_never_share_a_connection_and_each_keeps_its_own(
    authority: Authority, context: ssl.SSLContext, start_peer: StartPeer
) -> None:
    seen: list[tuple[int, str]] = []

    def answer_and_remember(talk: Conversation) -> None:
        assert isinstance(talk.sock, ssl.SSLSocket)
        certificate = talk.sock.getpeercert() or {}
        while True:
            talk.receive()
            seen.append((id(talk), str(certificate["subject"])))
            talk.sock.sendall(OK)

    peer = start_peer(answer_and_remember, context)
    one, other = (identity_of(authority.issue(name)) for name in ("one", "other"))

    for identity in (one, other, one, other, one):
        send(request_to(peer, identity))
    with pytest.raises(NotSentError):
        send(request_to(peer, None))

    by_connection = Counter(seen)
    assert sorted(by_connection.values()) == [2, 3]
    assert len({subject for _, subject in by_connection}) == 2


def test_a_new_certificate_is_used_at_once(
    authority: Authority, context: ssl.SSLContext, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok, context)

    send(request_to(peer, identity_of(authority.issue("client"))))
    send(request_to(peer, identity_of(authority.issue("client"))))

    assert peer.connections == 2


def test_the_key_is_in_a_nameless_private_file_while_it_is_loaded_and_only_once(
    authority: Authority,
    context: ssl.SSLContext,
    start_peer: StartPeer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    loaded: list[tuple[int, int, list[Path]]] = []
    load = ssl.SSLContext.load_cert_chain

    def observe(self: ssl.SSLContext, *files: str, **others: str) -> None:
        for file in files:
            found = Path(file).stat()
            mode, links = stat.S_IMODE(found.st_mode), found.st_nlink
            loaded.append((mode, links, list(folder.iterdir())))
        load(self, *files, **others)

    monkeypatch.setattr(ssl.SSLContext, "load_cert_chain", observe)
    peer = start_peer(answer_ok, context)
    issued = authority.issue("client")

    for _ in range(3):
        send(request_to(peer, identity_of(issued)))

    assert loaded == [(0o600, 0, []), (0o600, 0, [])]


def test_the_identity_does_not_print_its_key(authority: Authority) -> None:
    identity = identity_of(authority.issue("client"))

    shown = repr(OutboundRequest("GET", "https://partner.example/", identity=identity))

    assert "BEGIN" not in shown
    assert identity.fingerprint in shown


@pytest.mark.parametrize("kind", ["other key", "key with a password", "no certificate"])
def test_an_identity_that_cannot_work_is_refused_before_connecting(
    kind: str, authority: Authority, context: ssl.SSLContext, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok, context)
    issued = authority.issue("client")
    certificate, private_key = issued.certificate, issued.private_key
    if kind == "other key":
        private_key = authority.issue("client").private_key
    elif kind == "key with a password":
        private_key = key_pem(authority.key, b"password")
    else:
        certificate = "no certificate"

    with pytest.raises(ForbiddenTargetError) as error:
        send(request_to(peer, ClientIdentity(certificate, private_key)))

    assert str(error.value) == (
        "The client certificate and its private key cannot be used for TLS."
    )
    assert peer.connections == 0
