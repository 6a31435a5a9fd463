"""TLS verifies the name of the URL, although the connection goes to an address."""

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from apps.core import tls
from apps.core.http import NotSentError, OutboundRequest, send
from tests.http.conftest import SetNames, StartPeer
from tests.http.peers import Peer, answer_ok

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """A self-signed certificate with its key, in one PEM file."""

    pem: Path

    def server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pem)
        return context


def make_identity(path: Path, *, is_expired: bool = False) -> Identity:
    """Issue a certificate for partner.example and 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "partner.example")])
    names = [
        x509.DNSName("partner.example"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 2 * DAY)
        .not_valid_after(now - DAY if is_expired else now + DAY)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return Identity(path)


@pytest.fixture
def identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Identity:
    """Return a valid identity that the client trusts."""
    identity = make_identity(tmp_path / "identity.pem")
    trust(identity, monkeypatch)
    return identity


def trust(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the client's own context trust ``identity`` instead of the public roots."""
    monkeypatch.setattr("certifi.where", lambda: str(identity.pem))
    tls.tls_context.cache_clear()


@pytest.fixture(autouse=True)
def _public_roots_afterwards() -> Iterator[None]:
    yield
    tls.tls_context.cache_clear()


def url_of(peer: Peer, host: str) -> str:
    return f"https://{host}:{peer.port}/pb"


def test_host_header_and_server_name_are_the_name_of_the_url(
    identity: Identity, start_peer: StartPeer, set_names: SetNames
) -> None:
    server_names: list[str | None] = []
    context = identity.server_context()
    context.sni_callback = lambda _sock, name, _context: server_names.append(name)
    peer = start_peer(answer_ok, context)
    set_names({"partner.example": ["127.0.0.1"]})

    response = send(OutboundRequest("GET", url_of(peer, "partner.example")))

    assert (response.body, response.address) == (b"ok", "127.0.0.1")
    assert server_names == ["partner.example"]
    assert peer.requests[0].headers["host"] == f"partner.example:{peer.port}"


def test_a_tls_connection_is_kept(identity: Identity, start_peer: StartPeer) -> None:
    peer = start_peer(answer_ok, identity.server_context())

    for _ in range(5):
        send(OutboundRequest("GET", url_of(peer, "127.0.0.1")))

    assert (peer.connections, len(peer.requests)) == (1, 5)


def test_a_large_body_arrives_over_tls(
    identity: Identity, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_ok, identity.server_context())
    body = bytes(range(256)) * 1_000

    send(OutboundRequest("POST", url_of(peer, "127.0.0.1"), body=body))

    assert peer.requests[0].body == body


def test_a_certificate_for_another_name_is_refused(
    identity: Identity, start_peer: StartPeer, set_names: SetNames
) -> None:
    peer = start_peer(answer_ok, identity.server_context())
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
    tmp_path: Path, start_peer: StartPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    expired = make_identity(tmp_path / "expired.pem", is_expired=True)
    trust(expired, monkeypatch)
    peer = start_peer(answer_ok, expired.server_context())

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", url_of(peer, "127.0.0.1")))

    assert str(error.value) == (
        "The TLS certificate of 127.0.0.1 is not valid: certificate has expired."
    )
    assert peer.requests == []


def test_a_certificate_of_an_unknown_issuer_is_refused(
    tmp_path: Path, start_peer: StartPeer
) -> None:
    unknown = make_identity(tmp_path / "unknown.pem")
    peer = start_peer(answer_ok, unknown.server_context())

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", url_of(peer, "127.0.0.1")))

    assert str(error.value) == (
        "The TLS certificate of 127.0.0.1 is not valid: self-signed certificate."
    )
    assert peer.requests == []
