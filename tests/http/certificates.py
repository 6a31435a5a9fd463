"""Authorities and the certificates they issue, made for one test."""

import datetime as dt
import ipaddress
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PrivateKey: TypeAlias = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

DAY = dt.timedelta(days=1)
NAMES = x509.SubjectAlternativeName(
    [
        x509.DNSName("partner.example"),
        x509.IPAddress(ipaddress.ip_address("127.0.0.1")),
    ]
)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its private key, both as PEM."""

    certificate: str
    private_key: str


@dataclass(frozen=True)
class Authority:
    """Issues certificates for partner.example and 127.0.0.1, or for a client."""

    title: str = "Test authority"
    key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def name(self) -> x509.Name:
        return name_of(self.title)

    def own_pem(self) -> str:
        """Return the certificate of the authority itself."""
        ca = x509.BasicConstraints(ca=True, path_length=None)
        builder = self._builder(self.title, self.key.public_key())
        builder = builder.add_extension(ca, critical=True)
        return pem_of(builder.sign(self.key, hashes.SHA256()))

    def issue(
        self,
        title: str = "partner.example",
        *,
        is_expired: bool = False,
        key: PrivateKey | None = None,
    ) -> Issued:
        """Return a certificate for ``title`` with ``key`` or a new one."""
        key = key or ec.generate_private_key(ec.SECP256R1())
        builder = self._builder(title, key.public_key(), is_expired=is_expired)
        builder = builder.add_extension(NAMES, critical=False)
        return Issued(pem_of(builder.sign(self.key, hashes.SHA256())), key_pem(key))

    def _builder(
        self,
        title: str,
        key: ec.EllipticCurvePublicKey | rsa.RSAPublicKey,
        *,
        is_expired: bool = False,
    ) -> x509.CertificateBuilder:
        now = dt.datetime.now(dt.UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(name_of(title))
            .issuer_name(self.name)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - 2 * DAY)
            .not_valid_after(now - DAY if is_expired else now + DAY)
        )


def name_of(title: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])


def pem_of(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def key_pem(key: PrivateKey, password: bytes | None = None) -> str:
    encryption: serialization.KeySerializationEncryption = (
        serialization.BestAvailableEncryption(password)
        if password
        else serialization.NoEncryption()
    )
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption
    ).decode()


def server_context(
    issued: Issued,
    folder: Path,
    *,
    client_authority: Authority | None = None,
    version: ssl.TLSVersion | None = None,
) -> ssl.SSLContext:
    """Return what a server shows; with a client authority it asks for certificates."""
    file = folder / "server.pem"
    file.write_text(issued.private_key + issued.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    if client_authority is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=client_authority.own_pem())
    if version is not None:
        context.minimum_version = context.maximum_version = version
    return context
