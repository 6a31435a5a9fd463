"""Signatures that receivers verify with the libraries of Standard Webhooks.

Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/
standard-webhooks.md (version 1, symmetric signatures).
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from apps.actions.fields import SecretField

PREFIX = "whsec_"
KEY_BYTES_MIN = 24
KEY_BYTES_MAX = 64
_BAD_SECRET = format_lazy(
    _(
        "A webhook secret is {prefix} and {minimum} to {maximum} random bytes "
        "in base64, for example from: {command}"
    ),
    prefix=PREFIX,
    minimum=KEY_BYTES_MIN,
    maximum=KEY_BYTES_MAX,
    command=f'echo "{PREFIX}$(openssl rand -base64 32)"',
)


class WebhookSecretField(SecretField):
    """A secret of Standard Webhooks: ``whsec_`` and 24 to 64 bytes in base64."""

    def clean(self, value: Any) -> str:
        """Return the secret if a key can be read from it."""
        secret = str(super().clean(value))
        if secret and not _is_secret(secret):
            raise ValidationError(_BAD_SECRET, code="webhook_secret")
        return secret

    def secret_values(self, value: str) -> frozenset[str]:
        """Return the secret with and without its prefix: libraries accept both."""
        return frozenset({value, value.removeprefix(PREFIX)})


def webhook_headers(
    secrets: Sequence[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the three headers; one signature for each of ``secrets``, in order."""
    message = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_sign(secret, message) for secret in secrets),
    }


def _sign(secret: str, message: bytes) -> str:
    digest = hmac.new(_key_of(secret), message, hashlib.sha256).digest()
    return f"v1,{b64encode(digest).decode()}"


def _is_secret(text: str) -> bool:
    try:
        size = len(_key_of(text))
    except ValueError:  # binascii.Error is one.
        return False
    return text.startswith(PREFIX) and KEY_BYTES_MIN <= size <= KEY_BYTES_MAX


def _key_of(secret: str) -> bytes:
    text = secret.removeprefix(PREFIX)
    # Some providers leave the padding out.
    return b64decode(text + "=" * (-len(text) % 4), validate=True)
