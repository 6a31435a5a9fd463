"""People as ad platforms know them: normalized, hashed, never in the clear."""

import hashlib
import re

from apps.core.normalizing import DEFAULT_REGION, is_email, normalize_email, to_e164

# What was hashed before it came here is passed on: MD5 and SHA-256 in lower-case hex.
is_hashed = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}").fullmatch


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
