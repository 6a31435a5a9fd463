"""Secrets at rest: a mapping of names to secrets becomes one opaque text, and back.

Keys are ``settings.SECRET_BOX_KEYS``, newest first: the first one seals, all of them
open. To change keys, put a new one in front, run ``manage.py rotate_secrets``, and
remove the old one (docs/secrets.md).

Every column that keeps such a text is called ``sealed_…``: so the command finds it.
"""

import json
from collections.abc import Mapping
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

# A shorter secret would be given away by its last four characters.
MASK_ENDING_FROM_LENGTH = 12
MASK = "••••"


class SecretBoxError(Exception):
    """Secrets that cannot be sealed or opened, with a sentence that says why."""


def seal(secrets: Mapping[str, str]) -> str:
    """Encrypt ``secrets``; an empty mapping gives "".

    Raises ``SecretBoxError`` when a key in the settings is unusable.
    """
    if not secrets:
        return ""
    return _box().encrypt(json.dumps(dict(secrets)).encode()).decode()


def unseal(sealed: str) -> dict[str, str]:
    """Decrypt what ``seal`` returned; "" gives an empty mapping.

    Raises ``SecretBoxError`` when no key opens it or the text is damaged.
    """
    if not sealed:
        return {}
    secrets: dict[str, str] = json.loads(_opened(sealed))
    return secrets


def is_sealed_by_newest(sealed: str) -> bool:
    """Tell whether the newest key sealed it; "" needs no key.

    Checks the signature only, which takes microseconds. Raises ``SecretBoxError`` when
    a key in the settings is unusable.
    """
    if not sealed:
        return True
    try:
        _newest(tuple(settings.SECRET_BOX_KEYS)).extract_timestamp(sealed.encode())
    except InvalidToken:
        return False
    return True


def rotate(sealed: str) -> str:
    """Return the same secrets sealed by the newest key.

    Raises ``SecretBoxError`` when no key opens them.
    """
    return seal(unseal(sealed))


def holds_same(one: str, other: str) -> bool:
    """Tell whether two sealed texts hold the same: each sealing gives another text.

    Texts that cannot be opened are the same only if they are equal.
    """
    try:
        return one == other or unseal(one) == unseal(other)
    except SecretBoxError:
        return False


def mask(value: str) -> str:
    """Return what people may see of a secret: dots, and the end of a long one."""
    return MASK + value[-4:] if len(value) >= MASK_ENDING_FROM_LENGTH else MASK


def _opened(sealed: str) -> bytes:
    try:
        return _box().decrypt(sealed.encode())
    except InvalidToken as error:
        raise SecretBoxError(
            "These secrets cannot be opened: they were sealed with a key that is no "
            "longer in SECRET_BOX_KEYS, or the text is damaged. Put the key back, or "
            "enter the secrets again."
        ) from error


def _box() -> MultiFernet:
    return _box_of(tuple(settings.SECRET_BOX_KEYS))


@lru_cache(maxsize=4)
def _box_of(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet(_fernets(keys))


@lru_cache(maxsize=4)
def _newest(keys: tuple[str, ...]) -> Fernet:
    return _fernets(keys)[0]


def _fernets(keys: tuple[str, ...]) -> list[Fernet]:
    try:
        fernets = [Fernet(key) for key in keys]
        MultiFernet(fernets)  # refuses an empty list
    except ValueError as error:
        raise SecretBoxError(
            "A key in SECRET_BOX_KEYS is not usable: list one or more keys of 32 bytes "
            "in URL-safe base64, newest first."
        ) from error
    return fernets
