"""What templates and scripts say to people can be translated, all of it."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template.base import Lexer, Token, TokenType

from tests.house.tree import ROOT, files, place
from tests.house.visible import read

LETTER = re.compile(r"[^\W\d_]")
LITERAL = re.compile(r"""(?<!_\()("[^"]*"|'[^']*')""")
FALLBACK = re.compile(
    r"""\|(?:default|default_if_none|yesno|pluralize|add|join):("[^"]*"|'[^']*')"""
)
"""What a filter shows of its own; ``_("…")`` in the place of the text is a mark."""
QUIET = frozenset(
    {"block", "else", "elif", "empty", "extends", "for", "if", "load", "static"}
    | {"trans", "translate", "url"}
)
"""Tags whose texts are names, comparisons, or marked; all other texts may be shown."""
CSS_CLASSES = frozenset({"block bodyclass", "block coltype"})
"""Blocks of Django's templates within the attribute ``class``."""
PROTOCOLS = re.compile("HTTP|SMTP")
"""Names that are the same in every language."""
SHOWN_BY_SCRIPT = re.compile(
    r"""(?:\.(?:textContent|innerText|placeholder|title|ariaLabel)\s*=(?!=)
    |setAttribute\("(?:aria-label|title|placeholder)",
    |\b(?:alert|confirm|prompt)\()
    [^;]*?["'`][^"'`;]*[A-Za-z]""",
    re.VERBOSE,
)


def unmarked(source: str) -> list[tuple[int, str]]:
    """Return line and words of what the template shows and nobody can translate."""
    html = "".join(_untagged(source))
    return [
        (text.line, words)
        for text in read(html, lambda name: name.startswith("data-"))
        if text
        and LETTER.search(PROTOCOLS.sub("", words := " ".join(text.words.split())))
    ]


def _untagged(source: str) -> Iterator[str]:
    """Yield the template without its tags; what they show unmarked stays, and lines."""
    closing = ""
    for token in Lexer(source).tokenize():
        words = token.contents.split()
        if closing:
            closing = "" if words[:1] == [closing] else closing
            shown = ""
        elif token.token_type == TokenType.BLOCK and _closing_of(token):
            closing, shown = _closing_of(token), ""
        else:
            shown = _shown(token)
        yield shown + "\n" * (token.contents.count("\n") - shown.count("\n"))


def _closing_of(token: Token) -> str:
    """Return the end of what is marked, or shown to nobody; empty for other tags."""
    name = token.contents.split()[0]
    if name in ("blocktranslate", "blocktrans", "comment"):
        return f"end{name}"
    return "endblock" if token.contents in CSS_CLASSES else ""


def _shown(token: Token) -> str:
    """Return what a piece of a template shows that is no mark and no variable."""
    if token.token_type == TokenType.TEXT:
        return token.contents
    if token.token_type == TokenType.VAR:
        return " ".join(text[1:-1] for text in FALLBACK.findall(token.contents))
    name, _, rest = token.contents.partition(" ")
    if token.token_type == TokenType.COMMENT or name in QUIET:
        return ""
    literals = [text[1:-1] for text in LITERAL.findall(rest)]
    return " ".join(literals[1:] if name == "include" else literals)


def spoken_by(script: str) -> list[str]:
    """Return the statements by which a script shows words of its own."""
    return [" ".join(found.split()) for found in SHOWN_BY_SCRIPT.findall(script)]


@pytest.mark.parametrize(
    "path", [*files(ROOT / "templates", ".html")], ids=lambda path: path.name
)
def test_a_template_shows_no_words_outside_of_a_mark(path: Path) -> None:
    found = [
        f"{place(path)}:{line}: {words}" for line, words in unmarked(path.read_text())
    ]

    assert found == []


def test_scripts_get_their_words_from_the_page() -> None:
    scripts = list(files(ROOT / "apps" / "console" / "static", ".js"))

    found = {place(path): spoken_by(path.read_text()) for path in scripts}

    assert found == {place(path): [] for path in scripts}
    assert len(scripts) > 1


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<p>Hello</p>", "Hello"),
        ("<p>{% translate 'Hello' %} you</p>", "you"),
        ("<p>{% if x %}On{% endif %}</p>", "On"),
        ('<a title="More">…</a>', "More"),
        ('<a aria-label="{% if x %}Add{% endif %}">+</a>', "Add"),
        ('<input placeholder="Find">', "Find"),
        ('<img alt="A picture">', "A picture"),
        ('<input type="submit" value="Go">', "Go"),
        ('<td data-label="Offer">{{ offer }}</td>', "Offer"),
        ('<b>{{ offer|default:"every offer" }}</b>', "every offer"),
        ("<b>{{ is_on|yesno:'on,off' }}</b>", "on,off"),
        ('<b>{% include "x.html" with leaf="Add" %}</b>', "Add"),
        ('<b>{% bars "Events" labels events %}</b>', "Events"),
        ("<pre>shortened</pre>", "shortened"),
    ],
)
def test_words_without_a_mark_are_found(source: str, words: str) -> None:
    marked = "{% translate 'Well' %}\n"

    assert unmarked(marked + source) == [(2, words)]


@pytest.mark.parametrize(
    "source",
    [
        '<p class="quiet" id="a">{% translate "Hello" %} · {{ name }}</p>',
        "<p>{% blocktranslate %}Hello <b>you</b>{% endblocktranslate %}</p>",
        '<b>{{ offer|default:_("every offer") }}</b>',
        "<b class=\"{{ is_on|yesno:'on,off' }}\">{{ at|date:'T' }}</b>",
        '{# Words #}<b>{% include "x.html" with leaf=_("Add") %}</b>',
        '<script>let words;</script><input type="hidden" value="yes">',
        '{% if by == "rule" %}{% url "admin:index" %}{% endif %}HTTP {{ status }}',
    ],
)
def test_marks_names_and_what_programs_read_are_no_findings(source: str) -> None:
    assert unmarked(source) == []


@pytest.mark.parametrize(
    "statement",
    [
        'button.textContent = "Copy";',
        'shown.textContent = is_late ? answer : "No preview.";',
        "button.setAttribute('x', 1); b.setAttribute(\"aria-label\", `Copy ${name}`);",
        'if (window.confirm("Replace?")) {}',
    ],
)
def test_words_of_a_script_are_found(statement: str) -> None:
    assert len(spoken_by(statement)) == 1
