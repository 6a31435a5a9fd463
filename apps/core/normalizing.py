"""The forms in which platforms compare and hash e-mail addresses and phone numbers."""

import re

import phonenumbers

DEFAULT_REGION = "US"

is_email = re.compile(r"\s*[^@\s]+@[^@\s]+\.[^@\s]+\s*").fullmatch


def normalize_email(text: str) -> str:
    """Return the form in which ad platforms hash an e-mail address."""
    return text.strip().lower()


def normalize_phone(text: str) -> str:
    """Return digits with country code and without +, as Meta hashes phone numbers.

    A number that cannot exist keeps its digits. Source: Meta's Conversions API,
    customer information parameters (read 2026-09-12).
    """
    return digits(to_e164(text) or text)


def to_e164(text: str, region: str = DEFAULT_REGION) -> str | None:
    """Return ``text`` as an E.164 number, None when no such number can exist.

    ``region`` (two letters, ISO 3166) is where a number without country code is read.
    """
    written = text.strip()
    # phonenumbers reads "0044 20 …" in region US as the impossible +1 0044….
    if written.startswith("00"):
        written = "+" + written[2:]
    try:
        number = phonenumbers.parse(written, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def digits(text: str) -> str:
    """Return the digits of ``text``."""
    return "".join(character for character in text if character in "0123456789")
