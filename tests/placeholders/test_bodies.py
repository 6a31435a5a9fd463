"""Bodies and headers made of templates."""

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from apps.core.form_templates import compile_form
from apps.core.header_templates import compile_headers
from apps.core.json_templates import compile_json
from apps.core.macro_values import MacroValue
from apps.core.macros import TemplateError
from apps.core.placeholders import Context, MissingValue, RenderError, compile_text

VALUES: dict[str, MacroValue] = {
    "payout": Decimal("12.50"),
    "event_id": 17,
    "test": True,
    "sub1": 'say "hi"\n',
    "sub2": None,
    "event_time": datetime(2026, 11, 20, 20, 53, 34, tzinfo=UTC),
}


def test_a_json_string_that_is_one_macro_takes_the_native_type() -> None:
    template = compile_json(
        '{"p": "{payout}", "e": "{event_id}", "t": "{test}", "n": "{sub2}",'
        ' "at": "{event_time}", "u": "{event_time|unix}", "s": "{sub1}"}'
    )

    assert template.render(VALUES) == (
        '{"p":12.50,"e":17,"t":true,"n":null,"at":"2026-11-20T20:53:34Z",'
        '"u":1795208014,"s":"say \\"hi\\"\\n"}'
    )


def test_a_macro_inside_a_json_string_is_inserted_as_text() -> None:
    template = compile_json('["é {payout} ({sub1}) {sub2}", 1.50, -2e3, true, null]')

    assert template.render(VALUES) == (
        '["é 12.50 (say \\"hi\\"\\n) ",1.50,-2e3,true,null]'
    )


def test_dropping_leaves_out_json_members_without_a_value() -> None:
    template = compile_json('{"a": "{sub2}", "b": ["{sub2}", "x{sub2}"], "c": 1}')

    assert template.render(VALUES, MissingValue.DROP) == '{"b":[],"c":1}'
    with pytest.raises(RenderError, match=r"\{sub2\} has no value"):
        template.render(VALUES, MissingValue.FAIL)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"p": {payout}}', "Put macros in quotes"),
        ('{"{sub1}": 1}', "not in a name"),
        ("[NaN]", "NaN is not JSON"),
        ("", "This is not JSON"),
        ('["{_sub1}"]', "Write {sub1}"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_json_template_that_is_no_json_is_refused(text: str, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_json(text)

    assert problem in str(caught.value)


def test_a_form_body_has_one_pair_a_line() -> None:
    template = compile_form("a b = {sub1}\n\nc=x {payout}\r\nempty={sub2}\na b=2")

    assert template.render(VALUES) == ("a+b=say+%22hi%22%0A&c=x+12.50&empty=&a+b=2")
    assert template.render(VALUES, MissingValue.DROP) == (
        "a+b=say+%22hi%22%0A&c=x+12.50&a+b=2"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a=1\nb", "Line 2: write name=value."),
        ("=1", "Line 1: write name=value."),
        ("{sub1}=1", "Line 1: a macro can stand in a value"),
    ],
)
def test_a_form_line_that_is_no_pair_is_named(text: str, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_form(text)

    assert problem in str(caught.value)


def test_only_plain_text_takes_a_raw_macro() -> None:
    """Keitaro's {_name} inserts a value unencoded."""
    assert compile_text("{_sub1}").render(VALUES) == 'say "hi"\n'
    with pytest.raises(TemplateError, match="which only a plain text body allows"):
        compile_text("{_sub1}", Context.XML)


@pytest.mark.parametrize(
    ("context", "value", "text"),
    [
        (Context.PLAIN, "a&<b>", "a&<b>"),
        (Context.XML, "a&<b>\"'\x00", "a&amp;&lt;b&gt;&quot;&#x27;"),
        (Context.HTML, "<b>", "&lt;b&gt;"),
        (Context.SLACK, "<!channel> & co", "&lt;!channel&gt; &amp; co"),
        (Context.LINE, "a\r\nBcc: b\u2028c", "a Bcc: b c"),
        (Context.HEADER, "Zoë\u2028", "Zo%C3%AB%E2%80%A8"),
    ],
)
def test_a_value_is_encoded_for_where_it_stands(
    context: Context, value: str, text: str
) -> None:
    assert compile_text("{sub1}", context).render({"sub1": value}) == text


@pytest.mark.parametrize("value", ["a\rb", "a\nb", "a\r\nX: y", "a\0b", "é\n", "\x7f"])
def test_a_value_that_could_end_a_header_is_refused(value: str) -> None:
    template = compile_headers("X-Sub: {sub1}")

    with pytest.raises(RenderError) as caught:
        template.render({"sub1": value})

    assert str(caught.value) == (
        "{sub1} contains a line break or control character, which no header may hold."
    )


def test_headers_have_one_name_and_value_a_line() -> None:
    template = compile_headers("X-A: Bearer {sub1}\n\nX-B:  é {sub2} \nX-C: {sub2}")
    values: dict[str, MacroValue] = {"sub1": "k"}

    assert template.render(values) == {"X-A": "Bearer k", "X-B": "%C3%A9", "X-C": ""}
    assert template.render(values, MissingValue.DROP) == {"X-A": "Bearer k"}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("X-A 1", "Line 1: write Name: value."),
        ("X A: 1", "Line 1: write Name: value."),
        ("{sub1}: 1", "Line 1: write Name: value."),
        ("A: 1\nHost: x", "Line 2: Host is set by the sender itself."),
        ("content-length: 1", "content-length is set by the sender itself."),
        ("X-Postback-Id: 1", "X-Postback-Id is set by the sender itself."),
        ("A: 1\na: 2", "The header a is there twice."),
        ("A: b\x00", "Line 1: the value contains"),
    ],
)
def test_a_header_that_must_not_be_sent_is_refused(text: str, problem: str) -> None:
    with pytest.raises(TemplateError) as caught:
        compile_headers(text)

    assert problem in str(caught.value)


def test_numbers_that_are_none_become_null_in_json() -> None:
    template = compile_json('["{payout}", "{sub1}", "{sub2}"]')
    values: dict[str, MacroValue] = {
        "payout": Decimal("NaN"),
        "sub1": float("inf"),
        "sub2": 1.5,
    }

    assert json.loads(template.render(values)) == [None, None, 1.5]
