"""No value can change what surrounds it (reliability, section 2, promise 15)."""

import json
import posixpath
from html.parser import HTMLParser
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from apps.core.encoding import sheet_cell
from apps.core.form_templates import compile_form
from apps.core.header_templates import compile_headers
from apps.core.json_templates import compile_json
from apps.core.placeholders import Context, RenderError, compile_text
from apps.core.url_templates import compile_url

NASTY = st.lists(
    st.one_of(
        st.sampled_from(
            [
                *("\r", "\n", "\r\n", "\0", "\u2028", "%", "%2e", "%0d%0a", '"', "'"),
                *("{{", "}}", "{payout}", "$", "${x}", "/", "\\", "?", "#", "&", "="),
                *(";", "..", ".", "@", ":", "//", "<", ">", "]]>", "+", "-", " ", "é"),
            ]
        ),
        st.text(max_size=4),
    ),
    max_size=6,
).map("".join)

URL = compile_url("https://t.example:8443/root/{sub1}/end?a=1&b={sub1}&c=x{sub2}y")
QUERY = compile_url("https://t.example/pb?a=1&b={sub1}&c={sub2}")
HEADERS = compile_headers("X-One: a{sub1}b\nX-Two: {sub2}")
FORM = compile_form("a={sub1}\nb={sub2}\nc=3")
JSON = compile_json('{"a": "{sub1}", "b": ["x {sub2} y", 1], "c": {"d": "{sub2}"}}')
XML = compile_text('<r a="{sub1}"><b>{sub2}</b></r>', Context.XML)


@given(NASTY, NASTY)
def test_no_value_changes_the_origin_the_path_root_or_the_parameters(
    one: str, two: str
) -> None:
    try:
        url = URL.render({"sub1": one, "sub2": two})
    except RenderError:
        return

    split = urlsplit(url)
    assert (split.scheme, split.netloc, split.fragment) == (
        "https",
        "t.example:8443",
        "",
    )
    assert split.path.count("/") == 3
    for path in (
        split.path,
        unquote(split.path),
        unquote(split.path).replace("\\", "/"),
    ):
        assert posixpath.normpath(path).startswith("/root/")
    assert [name for name, _ in parse_qsl(split.query, True)] == ["a", "b", "c"]
    assert url.isascii()
    assert url.isprintable()
    assert " " not in url


@given(NASTY, NASTY)
def test_a_parameter_arrives_as_the_value_it_was(one: str, two: str) -> None:
    url = QUERY.render({"sub1": one, "sub2": two})

    assert parse_qsl(urlsplit(url).query, True) == [("a", "1"), ("b", one), ("c", two)]


@given(NASTY, NASTY)
def test_no_value_adds_or_ends_a_header(one: str, two: str) -> None:
    try:
        headers = HEADERS.render({"sub1": one, "sub2": two})
    except RenderError:
        return

    assert list(headers) == ["X-One", "X-Two"]
    for value in headers.values():
        assert all(character == "\t" or " " <= character <= "~" for character in value)


@given(NASTY, NASTY)
def test_no_value_adds_a_pair_to_a_form(one: str, two: str) -> None:
    body = FORM.render({"sub1": one, "sub2": two})

    assert parse_qsl(body, True) == [("a", one), ("b", two), ("c", "3")]


@given(NASTY, NASTY)
def test_no_value_changes_the_structure_of_json(one: str, two: str) -> None:
    body = JSON.render({"sub1": one, "sub2": two})

    assert json.loads(body) == {
        "a": one or None,
        "b": [f"x {two} y", 1],
        "c": {"d": two or None},
    }


@given(NASTY, NASTY)
def test_no_value_changes_the_structure_of_xml(one: str, two: str) -> None:
    root = ET.fromstring(XML.render({"sub1": one, "sub2": two}))

    assert (root.tag, list(root.attrib), [child.tag for child in root]) == (
        "r",
        ["a"],
        ["b"],
    )


@given(NASTY)
def test_no_value_adds_a_tag_to_html(value: str) -> None:
    tags: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

    html = compile_text("<p>{sub1}</p>", Context.HTML).render({"sub1": value})
    Parser().feed(html)

    assert tags == ["p"]


@given(NASTY)
def test_no_value_adds_a_line_to_a_subject(value: str) -> None:
    subject = compile_text("New {sub1}", Context.LINE).render({"sub1": value})

    assert len(subject.splitlines()) == 1


@given(NASTY)
def test_no_value_becomes_a_formula(value: str) -> None:
    assert not sheet_cell(value).startswith(("=", "+", "-", "@", "\t", "\r"))
