"""Fields for a client certificate and its private key, both pasted as PEM."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions.contract import CheckLevel, CheckLine
from apps.actions.fields import SecretField, SecretTextarea
from apps.core.http import ClientIdentity, ForbiddenTargetError
from apps.core.secret_box import MASK
from apps.core.tls import refuse_unusable_identity

CERTIFICATE = "client_certificate"
PRIVATE_KEY = "client_private_key"
EXPIRY_WARNING = timedelta(days=30)

_NO_CERTIFICATE = _(
    "This is not a certificate in PEM format. Paste everything from -----BEGIN "
    "CERTIFICATE----- to -----END CERTIFICATE-----; of a chain, your own comes first."
)
_NO_KEY = _(
    "This is not a private key in PEM format. Paste everything from -----BEGIN PRIVATE "
    "KEY----- to -----END PRIVATE KEY-----."
)
_PROTECTED_KEY = _(
    "This key is protected by a password. Remove it, for example with: openssl pkey "
    "-in key.pem -out key-without-password.pem"
)


class CertificateField(SecretField):
    """A certificate in PEM, others of its chain after it; expired ones are refused."""

    widget = SecretTextarea

    def clean(self, value: Any) -> str:
        """Return the PEM of a certificate that is valid now."""
        text = str(super().clean(value))
        if not text:
            return text
        try:
            certificate = own_certificate(text)
        except ValueError as error:
            raise ValidationError(_NO_CERTIFICATE, code="certificate") from error
        now = timezone.now()
        if certificate.not_valid_after_utc < now or (
            certificate.not_valid_before_utc > now
        ):
            raise ValidationError(_validity(certificate), code="validity")
        return text

    def hint(self, value: str) -> str:
        """Return for whom the certificate is, and until when."""
        try:
            return _validity(own_certificate(value))
        except ValueError:
            return MASK

    def secret_values(self, value: str) -> frozenset[str]:
        """Return nothing: whoever asks for a certificate is shown it."""
        return frozenset()


class PrivateKeyField(SecretField):
    """A private key in PEM, without a password."""

    widget = SecretTextarea

    def clean(self, value: Any) -> str:
        """Return the PEM of a key that can be used without asking anybody."""
        text = str(super().clean(value))
        try:
            if text:
                load_pem_private_key(text.encode(), None)
        except TypeError as error:
            raise ValidationError(_PROTECTED_KEY, code="password") from error
        except (ValueError, UnsupportedAlgorithm) as error:
            raise ValidationError(_NO_KEY, code="key") from error
        return text

    def hint(self, value: str) -> str:
        """Return dots: the end of a PEM is the same for all."""
        return MASK


def identity_of(connection: Mapping[str, Any]) -> ClientIdentity | None:
    """Return the identity of a connection, if it has one."""
    if not connection.get(CERTIFICATE):
        return None
    return ClientIdentity(connection[CERTIFICATE], connection[PRIVATE_KEY])


def check_pair(form: forms.Form, cleaned: Mapping[str, Any]) -> None:
    """Ask for both or none, and for a key that belongs to the certificate."""
    if CERTIFICATE in form.errors or PRIVATE_KEY in form.errors:
        return
    certificate, key = cleaned.get(CERTIFICATE), cleaned.get(PRIVATE_KEY)
    if key and not certificate:
        form.add_error(CERTIFICATE, gettext("The private key is of no use without it."))
    elif certificate and not key:
        form.add_error(PRIVATE_KEY, gettext("The certificate is of no use without it."))
    elif certificate and key and (problem := _mismatch(certificate, key)):
        form.add_error(PRIVATE_KEY, problem)


def check_lines(connection: Mapping[str, Any]) -> list[CheckLine]:
    """Return until when the certificate is valid, for “Test connection”."""
    if not connection.get(CERTIFICATE):
        return []
    certificate = own_certificate(connection[CERTIFICATE])
    left = certificate.not_valid_after_utc - timezone.now()
    level = CheckLevel.GOOD
    if left < EXPIRY_WARNING:
        level = CheckLevel.WARNING if left > timedelta() else CheckLevel.ERROR
    return [
        CheckLine(
            level,
            gettext("Client certificate: %(certificate)s")
            % {"certificate": _validity(certificate)},
        )
    ]


def own_certificate(pem: str) -> x509.Certificate:
    """Return the first certificate of ``pem``; raises ``ValueError``."""
    return x509.load_pem_x509_certificates(pem.encode())[0]


def _mismatch(certificate: str, key: str) -> str | None:
    own = own_certificate(certificate)
    if load_pem_private_key(key.encode(), None).public_key() != own.public_key():
        subject = own.subject.rfc4514_string()
        problem = gettext(
            "This key does not belong to the (first) certificate, %(name)s."
        )
        return problem % {"name": subject}
    try:
        refuse_unusable_identity(ClientIdentity(certificate, key))
    except ForbiddenTargetError as error:
        hint = gettext(
            "%(problem)s The key may be too short, or of a kind that TLS does not know."
        )
        return hint % {"problem": error}
    return None


def _validity(certificate: x509.Certificate) -> str:
    subject = certificate.subject.rfc4514_string() or gettext("Without a name")
    first, last = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if last < timezone.now():
        return gettext("%(name)s, expired on %(day)s.") % {
            "name": subject,
            "day": f"{last:%Y-%m-%d}",
        }
    if first > timezone.now():
        return gettext("%(name)s, valid only from %(time)s UTC.") % {
            "name": subject,
            "time": f"{first:%Y-%m-%d %H:%M}",
        }
    return gettext("%(name)s, valid until %(day)s.") % {
        "name": subject,
        "day": f"{last:%Y-%m-%d}",
    }
