"""Whether the private key of a Google service account can sign."""

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def refuse_unusable_private_key(pem: str) -> None:
    """Raise ``ValidationError`` unless ``pem`` is an RSA key that can be read."""
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ValidationError(
            _(
                "The private_key in this file cannot be read. Paste the file "
                "unchanged, or make a new key in the Google Cloud console."
            ),
            code="private_key",
        ) from error
    if not isinstance(key, RSAPrivateKey):
        raise ValidationError(_("The private_key is no RSA key."), code="private_key")
