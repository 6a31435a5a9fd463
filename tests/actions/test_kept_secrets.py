"""Who may change an address does not learn the secrets that were sent to it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django import forms

from apps.actions import registry
from apps.actions.fields import (
    AddressMixin,
    HeadersField,
    SecretField,
    UrlTemplateField,
)
from apps.actions.kept_secrets import with_kept_secrets, withheld_secrets
from apps.actions.providers import BaseUrlField

STORED = {"token": "canary-1", "note": "canary-2"}
DEFAULT = "https://api.provider.example"
# How fields are called that say where something is.
PLACES = ("url", "host", "server", "domain", "endpoint")


class Credentials(forms.Form):
    base_url = BaseUrlField(default=DEFAULT)
    token = SecretField()
    note = SecretField(required=False)


class Rule(forms.Form):
    url = UrlTemplateField()
    headers = HeadersField(required=False)


def withheld(posted: dict[str, Any], **settings: Any) -> list[str]:
    return withheld_secrets(Credentials, posted, STORED, settings)


@pytest.mark.parametrize(
    "moved",
    [
        "https://mine.example",
        "https://api.provider.example.mine.example",
        "https://api.provider.example/other",
        "http://api.provider.example",
        "https://api.provider.example:8443",
    ],
)
def test_secrets_are_not_kept_for_another_address(moved: str) -> None:
    posted = {"base_url": moved, "token": "", "note": ""}

    form = Credentials(with_kept_secrets(Credentials, posted, STORED, {}))

    assert withheld(posted) == ["token", "note"]
    assert "token" in form.errors
    assert form.cleaned_data["note"] == ""


@pytest.mark.parametrize(
    ("stored", "typed"),
    [
        ("https://a.example", "https://A.example/"),
        ("https://a.example/V1", "https://a.example/v1"),
        ("", DEFAULT),
        (DEFAULT, ""),
        ("", " "),
    ],
)
def test_letter_case_a_slash_at_the_end_and_the_default_change_nothing(
    stored: str, typed: str
) -> None:
    posted = {"base_url": typed, "token": ""}

    assert withheld(posted, base_url=stored) == []


def test_an_address_that_was_left_out_of_the_request_counts_as_changed() -> None:
    assert withheld({}, base_url="https://a.example") == ["token", "note"]


def test_secrets_that_were_typed_anew_or_removed_are_not_asked_for() -> None:
    posted = {
        "base_url": "https://new.example",
        "token": "typed",
        "note__remove": "on",
    }

    raw = with_kept_secrets(Credentials, posted, STORED, {})

    assert withheld(posted) == []
    assert raw["token"] == "typed"
    assert not raw["note"]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("https://t.example/other?a={payout}", []),
        ("HTTPS://T.example:443/pb", []),
        ("https://mine.example/pb", ["headers"]),
        ("http://t.example/pb", ["headers"]),
        ("not a url", ["headers"]),
    ],
)
def test_headers_of_a_postback_stay_while_its_host_does(
    typed: str, names: list[str]
) -> None:
    stored = {"headers": "Authorization: canary"}

    found = withheld_secrets(
        Rule, {"url": typed}, stored, {"url": "https://t.example/pb?c={sub1}"}
    )

    assert found == names


FIVE9_DOMAIN = "five9.domain"
"""Five9 calls a customer's account a domain; it is no name of a server."""


def fields_that_name_a_place() -> Iterator[tuple[str, forms.Field]]:
    for action in registry.all_actions():
        for form in (action.ConnectionForm, action.RuleForm):
            has_secrets = any(
                isinstance(field, SecretField) for field in form.base_fields.values()
            )
            for name, field in form.base_fields.items():
                if has_secrets and name.rpartition("_")[2] in PLACES:
                    yield f"{action.kind}.{name}", field


def test_every_field_that_names_a_place_for_secrets_is_watched() -> None:
    """A field for another purpose is called otherwise, or is a secret itself."""
    unwatched = [
        name
        for name, field in fields_that_name_a_place()
        if not isinstance(field, (AddressMixin, SecretField, forms.ChoiceField))
        and name != FIVE9_DOMAIN
    ]

    assert unwatched == []
