"""Texts and blocks of Slack messages in which no value can mention anybody.

Sources: https://docs.slack.dev/messaging/formatting-message-text (three characters are
control characters) and https://docs.slack.dev/reference/block-kit/blocks (read
2026-11-21).
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from django.utils.translation import gettext as _

from apps.actions.contract import PermanentError
from apps.actions.fields import JsonTemplateField
from apps.core.macros import TemplateError
from apps.core.placeholders import Context, Values, compile_text, macro_names, parse

MAX_BLOCKS: Final = 50

# Where values may stand in blocks. What Slack formats is escaped; all the others are
# left as they are. Any other member could mention people: {"range": "channel"}.
FORMATTED: Final = frozenset({"text"})
LITERAL: Final = frozenset({"url", "image_url", "alt_text", "value"})

_MENTION: Final = re.compile(r"<[!@#]")


class BlocksField(JsonTemplateField):
    """A list of up to 50 blocks, with macros where no value can mention anybody."""

    def compile(self, text: str) -> object:
        """Compile ``text``, or raise ``TemplateError``."""
        template = super().compile(text)
        blocks = json.loads(text)
        if not isinstance(blocks, list) or not all(isinstance(b, dict) for b in blocks):
            raise TemplateError(
                _(
                    "Write a list of blocks, [{…}, {…}]. Of what Block Kit Builder "
                    "shows, take what comes after “blocks”."
                )
            )
        if len(blocks) > MAX_BLOCKS:
            raise TemplateError(
                _("Slack takes at most %(limit)d blocks.") % {"limit": MAX_BLOCKS}
            )
        for member, leaf in _leaves(blocks):
            if member not in FORMATTED | LITERAL and macro_names(leaf):
                allowed = ", ".join(sorted(FORMATTED | LITERAL))
                raise TemplateError(
                    _(
                        "“%(member)s” cannot hold a macro. These members can: "
                        "%(allowed)s."
                    )
                    % {"member": member, "allowed": allowed}
                )
        return template


def slack_text(template: str, values: Values) -> str:
    """Return the text with all values escaped.

    Raises ``PermanentError`` when a value would complete a mention that the template
    only began: "<{sub1}>" with the value "!channel".
    """
    rendered = compile_text(template, Context.SLACK).render(values)
    literals = [part for part in parse(template) if isinstance(part, str)]
    intended = sum(len(_MENTION.findall(literal)) for literal in literals)
    if len(_MENTION.findall(rendered)) > intended:
        raise PermanentError("A value would mention people, so nothing was sent.")
    return rendered


def slack_blocks(template: str, values: Values) -> list[Any]:
    """Return the blocks of a ``BlocksField``. Raises as ``slack_text`` does."""
    blocks: list[Any] = _filled(json.loads(template or "[]"), "", values)
    return blocks


def _filled(node: Any, member: str, values: Values) -> Any:
    if isinstance(node, dict):
        return {name: _filled(child, name, values) for name, child in node.items()}
    if isinstance(node, list):
        return [_filled(child, member, values) for child in node]
    if not isinstance(node, str):
        return node
    if member in FORMATTED:
        return slack_text(node, values)
    return compile_text(node).render(values) if member in LITERAL else node


def _leaves(node: Any, member: str = "") -> Iterator[tuple[str, str]]:
    """Return the texts in ``node``, each with the name of the member it stands in."""
    if isinstance(node, str):
        yield member, node
    elif isinstance(node, dict):
        for name, child in node.items():
            yield from _leaves(child, name)
    elif isinstance(node, list):
        for child in node:
            yield from _leaves(child, member)
