"""Form fields of actions: secrets are never shown, blank keeps them."""

import pytest
from django import forms

from apps.actions.fields import (
    HeadersField,
    JsonTemplateField,
    PairsTemplateField,
    SecretField,
    SecretPairsField,
    TextTemplateField,
    UrlTemplateField,
)
from apps.actions.kept_secrets import removal_fields, with_kept_secrets
from apps.core.placeholders import Context


class Credentials(forms.Form):
    key = SecretField()
    note = SecretField(required=False, label="Signing note")
    headers = HeadersField(required=False)
    pairs = SecretPairsField(required=False)
    name = forms.CharField(required=False)


CANARY = "canary-0123456789"


def test_a_secret_is_never_rendered() -> None:
    html = str(
        Credentials({"key": CANARY, "headers": f"A: {CANARY}", "pairs": f"a={CANARY}"})
    )

    assert CANARY not in html
    assert 'autocomplete="new-password"' in html


def test_a_stored_secret_need_not_be_typed_again() -> None:
    form = Credentials()
    field = form.fields["key"]
    assert isinstance(field, SecretField)

    field.stored(CANARY)

    assert not field.required
    assert 'placeholder="••••6789 (leave blank to keep)"' in str(form["key"])


def test_stored_headers_and_values_show_their_names_only() -> None:
    assert HeadersField().hint(f"X-A: {CANARY}\nX-B: short") == "X-A: ••••, X-B: ••••"
    assert SecretPairsField().hint(f"a={CANARY}\nb=short") == "a=••••6789, b=••••"


def test_blank_keeps_a_stored_secret_and_typing_replaces_it() -> None:
    stored = {"key": "old-key", "note": "old-note"}

    raw = with_kept_secrets(Credentials, {"key": "", "note": "new"}, stored, {})

    form = Credentials(raw)
    assert form.is_valid()
    assert form.cleaned_data["key"] == "old-key"
    assert form.cleaned_data["note"] == "new"


def test_an_optional_stored_secret_can_be_removed() -> None:
    stored = {"key": "old-key", "note": "old-note"}

    boxes = removal_fields(Credentials, stored)
    raw = with_kept_secrets(
        Credentials, {"note__remove": True, "key__remove": True}, stored, {}
    )

    assert {name: box.label for name, box in boxes.items()} == {
        "note__remove": "Remove the stored signing note"
    }
    assert (raw["key"], raw["note"]) == ("old-key", "")


def test_only_a_typed_secret_counts_as_changed() -> None:
    assert SecretField().has_changed(None, "x")
    assert not SecretField().has_changed("old", "")


@pytest.mark.parametrize(
    ("field", "typed", "saved"),
    [
        (
            UrlTemplateField(),
            "https://t.example/?a={Tid}",
            "https://t.example/?a={transaction_id}",
        ),
        (TextTemplateField(), "a\r\n{now_unix}", "a\n{now|unix}"),
        (JsonTemplateField(), '{"a": "{sum}"}', '{"a": "{payout}"}'),
        (PairsTemplateField(), "a={geo}", "a={country}"),
        (HeadersField(), "A: {uagent}", "A: {user_agent}"),
        (TextTemplateField(required=False), "", ""),
        (SecretPairsField(), "a=1\r\nb=2", "a=1\nb=2"),
    ],
)
def test_templates_are_saved_with_canonical_names(
    field: forms.Field, typed: str, saved: str
) -> None:
    assert field.clean(typed) == saved


@pytest.mark.parametrize(
    ("field", "typed", "problem"),
    [
        (UrlTemplateField(), "https://{sub1}/", "cannot stand in the host"),
        (UrlTemplateField(), "https://10.0.0.1/", "belongs to a private network"),
        (UrlTemplateField(), "https://0x7f.1/", "an unusual spelling"),
        (UrlTemplateField(), "https://t.example:25/", "Port 25 is not allowed"),
        (TextTemplateField(), "{payuot}", "Did you mean {payout}"),
        (TextTemplateField(context=Context.SLACK), "{_sub1}", "Write {sub1}"),
        (JsonTemplateField(), "{", "This is not JSON"),
        (PairsTemplateField(), "a", "Line 1: write name=value."),
        (HeadersField(), "a", "Line 1: write Name: value."),
        (SecretPairsField(), "a={sub1}", "Secret values hold no macros."),
        (SecretPairsField(), "a", "Line 1: write name=value."),
    ],
)
def test_a_template_that_cannot_work_is_refused(
    field: forms.Field, typed: str, problem: str
) -> None:
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(typed)

    assert problem in caught.value.messages[0]


def test_header_values_are_secret_but_well_known_ones_are_not() -> None:
    text = "Authorization: Bearer abcdefgh1\nContent-Type: application/json\nX: {sub1}"

    assert HeadersField().secret_values(text) == {"Bearer abcdefgh1", "abcdefgh1"}


def test_headers_that_no_longer_compile_are_secret_as_a_whole() -> None:
    assert HeadersField().secret_values("A: {gone_macro}x") == {"A: {gone_macro}x"}
