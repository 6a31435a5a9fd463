"""The form in which values are stored and compared: normalized, then hashed; pure."""

import hashlib
import re
from collections.abc import Callable, Mapping

from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.core.normalizing import digits, to_e164

VALUE_MAX_LENGTH = 254
LAST_DIGITS = 10


class Normalization(models.TextChoices):
    """How different spellings of one value become the same text."""

    NONE = "none", _("As it is")
    LOWER = "lower", _("Lower case (e-mail addresses)")
    DIGITS = "digits", _("Digits only")
    LAST10 = "last10", _("Last ten digits (US telephone numbers)")
    E164 = "e164", _("E.164 (telephone numbers)")


class Hashing(models.TextChoices):
    """Whether values are stored in the clear."""

    NONE = "none", _("In the clear")
    MD5 = "md5", _("MD5")
    SHA256 = "sha256", _("SHA-256")


class UnfitValueError(ValueError):
    """A value that no list of this kind can hold; the sentence never names it."""


def _last_digits(text: str) -> str:
    return digits(text)[-LAST_DIGITS:]


NORMALIZERS: Mapping[str, Callable[[str], str | None]] = {
    Normalization.NONE: str,
    Normalization.LOWER: str.lower,
    Normalization.DIGITS: digits,
    Normalization.LAST10: _last_digits,
    Normalization.E164: to_e164,
}
UNFIT: Mapping[str, StrOrPromise] = {
    Normalization.DIGITS: _("It has no digits."),
    Normalization.LAST10: _("It has no digits."),
    Normalization.E164: _("It is no possible telephone number."),
}
TOO_LONG = format_lazy(
    _("It has more than {limit} characters."), limit=VALUE_MAX_LENGTH
)
HASHES: Mapping[str, tuple[Callable[[bytes], str], re.Pattern[str]]] = {
    Hashing.MD5: (
        lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
        re.compile(r"[0-9a-f]{32}", re.ASCII | re.IGNORECASE),
    ),
    Hashing.SHA256: (
        lambda data: hashlib.sha256(data).hexdigest(),
        re.compile(r"[0-9a-f]{64}", re.ASCII | re.IGNORECASE),
    ),
}


def compared_form(text: str, *, normalization: str, hashing: str) -> str:
    """Return ``text`` as a list stores it.

    A list of hashes takes what already is such a hash as it is: that is how partners
    hand their lists over. Raises ``UnfitValueError``.
    """
    given = text.strip()
    if not given:
        raise UnfitValueError(_("It is empty."))
    if not given.isprintable():
        raise UnfitValueError(_("It has control characters."))
    if hashing != Hashing.NONE and HASHES[hashing][1].fullmatch(given):
        return given.lower()
    normal = NORMALIZERS[normalization](given)
    if not normal:
        raise UnfitValueError(UNFIT[normalization])
    if hashing != Hashing.NONE:
        return HASHES[hashing][0](normal.encode())
    if len(normal) > VALUE_MAX_LENGTH:
        raise UnfitValueError(TOO_LONG)
    return normal
