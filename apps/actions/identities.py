"""People as ad platforms know them: normalized, hashed, never in the clear."""

import hashlib
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from apps.core.normalizing import DEFAULT_REGION, is_email, normalize_email, to_e164

# What was hashed before it came here is passed on: MD5 and SHA-256 in lower-case hex.
is_hashed = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}").fullmatch
_GMAIL = frozenset(("gmail.com", "googlemail.com"))


def digest(algorithm: str, normalized: str) -> str:
    """Return the hash of a normalized text as lists keep it, in lower-case hex.

    ``algorithm`` is "md5" or "sha256"; receivers ask for exactly these, and nothing
    here relies on them.
    """
    data = normalized.encode("utf-8", "replace")
    return hashlib.new(algorithm, data, usedforsecurity=False).hexdigest()


def sha256_hex(normalized: str) -> str:
    """Return the hash of a normalized text; a hash stays one, and "" stays ""."""
    if not normalized or is_hashed(normalized):
        return normalized
    return hashlib.sha256(normalized.encode("utf-8", "replace")).hexdigest()


def hashed_email(text: str) -> str:
    """Return the hash of an e-mail address; "" when it is none."""
    normal = normalize_email(text)
    return sha256_hex(normal) if is_hashed(normal) or is_email(normal) else ""


def google_email(text: str) -> str:
    """Return the form in which Google compares an e-mail address.

    Gmail ignores dots and what follows a plus sign before the @.
    """
    local, at, domain = normalize_email(text).partition("@")
    if domain in _GMAIL:
        local = local.partition("+")[0].replace(".", "")
    return local + at + domain


def hashed_phone(text: str, *, region: str = DEFAULT_REGION, plus: bool) -> str:
    """Return the hash of a telephone number; "" when no such number can exist.

    ``plus`` tells whether the platform hashes E.164 with its plus sign (Google,
    TikTok) or without (Meta). ``region`` is where numbers without country code are
    read.
    """
    written = text.strip().lower()
    if is_hashed(written):
        return written
    number = to_e164(text, region) or ""
    return sha256_hex(number if plus else number.removeprefix("+"))


_NOT_OF_A_PLACE = re.compile(r"[0-9.\s()-]")
_GENDERS: Final = {"f": "f", "female": "f", "m": "m", "male": "m"}


def _as_it_is(written: str) -> str:
    return written


def _place(written: str) -> str:
    return _NOT_OF_A_PLACE.sub("", written)


def _zip(written: str) -> str:
    return "".join(written.split()).partition("-")[0]


def _country(written: str) -> str:
    return written if re.fullmatch(r"[a-z]{2}", written) else ""


def _gender(written: str) -> str:
    return _GENDERS.get(written, "")


def _birthday(written: str) -> str:
    """Read 1985-01-31, with or without hyphens, or a moment of that day."""
    try:
        return date.fromisoformat(written[:10]).strftime("%Y%m%d")
    except ValueError:
        return ""


# By the key of Meta's user_data, in its order. What a normalizer gets is trimmed and
# in lower case. Source: Meta's customer information parameters, and the normalizer of
# its Python SDK 26.0.3 (read 2026-11-20).
META_NORMALIZERS: Final[Mapping[str, Callable[[str], str]]] = {
    "fn": _as_it_is,
    "ln": _as_it_is,
    "ct": _place,
    "st": _place,
    "zp": _zip,
    "country": _country,
    "ge": _gender,
    "db": _birthday,
    "external_id": _as_it_is,
}


def hashed_for_meta(key: str, text: str) -> str:
    """Return the hash of ``text`` as Meta compares ``key``; "" when it is no such."""
    written = text.strip().lower()
    return written if is_hashed(written) else sha256_hex(META_NORMALIZERS[key](written))
