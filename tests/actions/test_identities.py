"""Hashes of people are those that ad platforms expect."""

import pytest

from apps.actions.identities import (
    META_NORMALIZERS,
    google_email,
    hashed_email,
    hashed_for_meta,
    hashed_phone,
    sha256_hex,
)

EMAIL = "8e621e3d0368631d263d07a351fa8d34fba0d17c15fbcdec11a5f58008d022a0"
PHONE = "758fbf68945f21c416814c539ab578876c8d98fb69e6da692def92cd52417fe0"
PHONE_PLUS = "cb6880e416769253645cb9c6b8989154bf66a56a77fc14c81fb1019663cbb928"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (" John.Smith@Example.COM ", EMAIL),
        (EMAIL, EMAIL),
        ("nobody", ""),
        ("", ""),
    ],
)
def test_e_mail_addresses(typed: str, expected: str) -> None:
    assert hashed_email(typed) == expected


@pytest.mark.parametrize(
    ("typed", "region", "plus", "expected"),
    [
        ("(415) 555-2671", "US", False, PHONE),
        ("+1 415.555.2671", "GB", False, PHONE),
        ("001 415 555 2671", "US", True, PHONE_PLUS),
        (PHONE, "US", False, PHONE),
        ("12", "US", True, ""),
        ("", "US", True, ""),
    ],
)
def test_telephone_numbers(
    typed: str, region: str, *, plus: bool, expected: str
) -> None:
    assert hashed_phone(typed, region=region, plus=plus) == expected


def test_the_hash_of_nothing_is_nothing() -> None:
    assert sha256_hex("") == ""
    assert sha256_hex("lead-42") == (
        "d52c103b6475403c952875c4abd71592d1c595f18008cbf7bf33c48afb6fc8ce"
    )


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("John.Smith+shop@Gmail.com", "johnsmith@gmail.com"),
        (" j.s@googlemail.com", "js@googlemail.com"),
        ("john.smith+shop@mail.example", "john.smith+shop@mail.example"),
        (EMAIL, EMAIL),
        ("", ""),
    ],
)
def test_google_s_form_of_an_e_mail_address(typed: str, expected: str) -> None:
    assert google_email(typed) == expected


@pytest.mark.parametrize(
    ("key", "typed", "normal"),
    [
        ("fn", " María-José ", "maría-josé"),
        ("ln", "O'Neil", "o'neil"),
        ("ct", "St. Louis 2", "stlouis"),
        ("ct", "New York", "newyork"),
        ("st", "N.Y.", "ny"),
        ("zp", "10001-1234", "10001"),
        ("zp", "SW1A 1AA", "sw1a1aa"),
        ("country", " US", "us"),
        ("ge", "Female", "f"),
        ("ge", "m", "m"),
        ("db", "1985-01-31", "19850131"),
        ("db", "19850131", "19850131"),
        ("db", "1985-01-31T00:00:00Z", "19850131"),
        ("external_id", " Lead-42 ", "lead-42"),
    ],
)
def test_meta_s_keys_have_their_own_normal_forms(
    key: str, typed: str, normal: str
) -> None:
    assert hashed_for_meta(key, typed) == sha256_hex(normal)


@pytest.mark.parametrize("key", META_NORMALIZERS)
def test_what_is_hashed_already_is_passed_on(key: str) -> None:
    assert hashed_for_meta(key, f" {EMAIL.upper()} ") == EMAIL
    assert hashed_for_meta(key, EMAIL[:32]) == EMAIL[:32]
    assert hashed_for_meta(key, "") == ""


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("country", "United States"),
        ("ge", "x"),
        ("db", "31.01.1985"),
        ("db", "1985-02-30"),
        ("ct", "1-2"),
    ],
)
def test_what_meta_could_not_compare_is_left_out(key: str, typed: str) -> None:
    assert hashed_for_meta(key, typed) == ""
