"""URL templates (R182): parsed before substitution, encoded by position."""

from decimal import Decimal

import pytest

from apps.core.macro_values import MacroValue
from apps.core.macros import TemplateError
from apps.core.placeholders import MissingValue, RenderError
from apps.core.url_templates import compile_url


def test_the_documented_macros_are_filled_in() -> None:
    """Proves R182."""
    template = compile_url(
        "https://t.example/pb?t={transaction_id}&l={lead_id}&e={event_name}"
    )
    values = {"transaction_id": "T 1/2", "lead_id": "L&7", "event_name": "Продажа"}

    url = template.render(values)

    assert url == (
        "https://t.example/pb?t=T%201%2F2&l=L%267"
        "&e=%D0%9F%D1%80%D0%BE%D0%B4%D0%B0%D0%B6%D0%B0"
    )


def test_a_value_that_looks_like_a_macro_is_not_expanded_again() -> None:
    template = compile_url("https://t.example/?a={sub1}&b={payout}")

    url = template.render({"sub1": "{payout}", "payout": Decimal("8.00")})

    assert url == "https://t.example/?a=%7Bpayout%7D&b=8.00"


def test_a_path_segment_is_encoded_as_one_segment() -> None:
    template = compile_url("https://t.example/pb/{sub1}.gif?x=1")

    assert (
        template.render({"sub1": "a/b c"}) == "https://t.example/pb/a%2Fb%20c.gif?x=1"
    )


@pytest.mark.parametrize(
    "value", ["", None, ".", "..", "/", "../x", "a/..", "..;a", "..\\..", "//", " .. "]
)
def test_a_path_segment_that_leads_elsewhere_is_refused(value: MacroValue) -> None:
    template = compile_url("https://t.example/pb/{sub1}/end")

    with pytest.raises(RenderError, match=r"\{sub1\} is empty, / or a way up here"):
        template.render({"sub1": value})


def test_encoded_dots_in_the_template_do_not_help_a_value_up() -> None:
    template = compile_url("https://t.example/pb/%2e{sub1}/end")

    with pytest.raises(RenderError):
        template.render({"sub1": "."})


def test_a_missing_value_leaves_the_parameter_empty_unless_told_otherwise() -> None:
    template = compile_url("https://t.example/?a={sub1}&b={sub2}&c=3")
    values: dict[str, MacroValue] = {"sub1": None, "sub2": "2"}

    assert template.render(values) == "https://t.example/?a=&b=2&c=3"
    assert template.render(values, MissingValue.DROP) == "https://t.example/?b=2&c=3"
    with pytest.raises(RenderError) as caught:
        template.render(values, MissingValue.FAIL)
    assert str(caught.value) == "{sub1} has no value, and this postback needs it."


def test_the_question_mark_goes_with_the_last_parameter() -> None:
    template = compile_url("https://t.example/x?a={sub1}")

    assert template.render({}, MissingValue.DROP) == "https://t.example/x"


def test_a_default_counts_as_a_value() -> None:
    template = compile_url("https://t.example/?a={sub1|default:none}")

    assert template.render({}, MissingValue.FAIL) == "https://t.example/?a=none"


@pytest.mark.parametrize(
    ("typed", "rendered"),
    [
        ("HTTPS://T.Example", "https://t.example/"),
        ("https://t.example:8443/a", "https://t.example:8443/a"),
        ("http://[2001:db8::1]:80/", "http://[2001:db8::1]:80/"),
        (
            "https://bücher.example/ö?ü=ä",
            "https://xn--bcher-kva.example/%C3%B6?%C3%BC=%C3%A4",
        ),
        ("  https://t.example/?a=1&&b=%20  ", "https://t.example/?a=1&&b=%20"),
    ],
)
def test_literal_parts_are_sent_as_typed_but_in_ascii(
    typed: str, rendered: str
) -> None:
    assert compile_url(typed).render({}) == rendered


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("https://{sub1}/", "cannot stand in the host or port"),
        ("https://{sub1}.t.example/", "cannot stand in the host or port"),
        ("https://t.example:{sub1}/", "cannot stand in the host or port"),
        ("https://t.example{sub1}", "cannot stand in the host or port"),
        ("https://{sub1}@t.example/", "Remove the user name"),
        ("https://me:pw@t.example/", "Remove the user name"),
        ("{sub1}://t.example/", "Start the URL with https://"),
        ("{sub1}", "Start the URL with https://"),
        ("ftp://t.example/", "Start the URL with https://"),
        ("javascript:alert(1)", "Start the URL with https://"),
        ("//t.example/", "Start the URL with https://"),
        ("https:///x", "Start the URL with https://"),
        ("https://t.example:99999/", "check host and port"),
        ("https://[::1/", "check host and port"),
        ("https://t_%41.example/", "is not a host name"),
        ("https://t.example\\@evil.example/", "no spaces, line breaks or backslashes"),
        ("https://t.example/a b", "no spaces, line breaks or backslashes"),
        ("https://t.example/a\nb", "no spaces, line breaks or backslashes"),
        ("https://t.example/#{sub1}", "Remove the part after #"),
        ("https://t.example/?{sub1}=1", "not in its name"),
        ("https://t.example/?{sub1}", "not in its name"),
        ("https://t.example/{payout", "has no partner"),
        ("https://t.example/{secret:key}", "a secret may not stand in the path"),
        ("https://t.example/?a={_sub1}", "Write {sub1}"),
    ],
)
def test_a_url_whose_destination_is_not_fixed_is_refused(
    url: str, problem: str
) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_url(url)

    assert problem in str(caught.value)


def test_a_template_asks_only_for_the_values_it_uses() -> None:
    asked: list[str] = []

    class Values(dict[str, MacroValue]):
        def get(self, name: str, default: object = None) -> MacroValue:
            asked.append(name)
            return "x"

    compile_url("https://t.example/{sub2}?a={sub1}").render(Values())

    assert asked == ["sub2", "sub1"]
