"""A language whose words are ours in brackets, and what a page shows without them."""

import re
from collections.abc import Iterator
from gettext import NullTranslations
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from tests.house.visible import Text, read

OPEN, CLOSE = "⟦", "⟧"
CONTEXT_END = "\x04"
"""Stands between the context of a message and its words."""
LETTER = re.compile(r"[^\W\d_]")
LEAST = 2
"""Letters of the shortest data that is looked for on a page."""
CODE = frozenset({"code", "pre", "kbd", "time", "textarea"})
"""Tags around what machines read or people wrote."""
SCRIPT_WORDS = frozenset(
    {"data-label", "data-copy", "data-copied", "data-press-to-copy", "data-find"}
    | {"data-insert", "data-insert-into", "data-replace", "data-signed-out"}
    | {"data-none", "data-no-answer"}
)
"""Attributes whose words scripts and style sheets put onto the page."""


class Pseudo(NullTranslations):
    """Every message in brackets: what is shown without them cannot be translated."""

    def gettext(self, message: str) -> str:
        """Return the message in brackets."""
        return f"{OPEN}{message.rpartition(CONTEXT_END)[2]}{CLOSE}"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the form for ``n`` in brackets."""
        return self.gettext(msgid1 if n == 1 else msgid2)

    def to_language(self) -> str:
        """Return the code of the installation's language, whose place this takes."""
        code: str = settings.LANGUAGE_CODE
        return code


def without_brackets(html: str) -> list[str]:
    """Return the texts of a page that no catalogue can translate, in their order."""
    found, depth = [], 0
    for text in read(html, SCRIPT_WORDS.__contains__):
        if text is None:
            depth = 0
        elif text.kind == "text":
            rest, depth = _outside(text.words, depth)
            found.append((text, rest))
        else:
            found.append((text, _outside(text.words, 0)[0]))
    return [rest for text, rest in found if LETTER.search(rest) and not _is_code(text)]


def _outside(words: str, depth: int) -> tuple[str, int]:
    """Return what of ``words`` is outside of brackets, and how many are open then.

    A sentence with a link goes on in the texts that follow.
    """
    kept = []
    for letter in words:
        if letter == OPEN:
            depth += 1
        elif letter == CLOSE:
            depth = max(0, depth - 1)
            kept.append(" ")
        elif not depth:
            kept.append(letter)
    return " ".join("".join(kept).split()), depth


def _is_code(text: Text) -> bool:
    return text.is_fixed or bool(CODE & {*text.path})


def stored_words() -> re.Pattern[str]:
    """Return a pattern of every text that is stored: data is in nobody's catalogue.

    Columns with choices are none of it: people read their labels, which are marked.
    """
    words = {
        " ".join(text.split())
        for model in apps.get_models()
        for name in _text_columns(model)
        for value in model._base_manager.values_list(name, flat=True).distinct()
        for text in _leaves(value)
    }
    told = sorted((text for text in words if len(text) > LEAST), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, told))})(?!\w)")


def _text_columns(model: Any) -> list[str]:
    return [
        field.name
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField | models.JSONField)
        if not field.choices
    ]


def _leaves(value: Any) -> Iterator[str]:
    """Yield the texts within a stored value, the names in an object too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from _leaves(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner)
