"""YAML as a tree that remembers its lines; what could do harm is refused, not built.

Only mappings, lists, texts, numbers, true/false and null: no anchors (a few lines of
them unfold to gigabytes), no tags, one document, bounded in size and depth.
"""

import math
import re
from dataclasses import dataclass
from typing import Any

import yaml
from django.utils.translation import gettext as _
from yaml.resolver import Resolver

from apps.configfile.documents import Problem

MAX_BYTES = 10 * 1024 * 1024
MAX_DEPTH = 12
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser of libyaml where there is one: it is ten times as fast."""

_STORABLE = re.compile(r"[\x00\ud800-\udfff]")
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ufeff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_WHOLE = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FRACTION = re.compile(r"[-+]?[0-9]{1,20}\.[0-9]{1,20}([eE][-+]?[0-9]{1,3})?")
_TAG = "tag:yaml.org,2002:"
_WORDS: dict[str, Any] = {
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys(("null", "Null", "NULL", "~", ""), None),
}


@dataclass(slots=True)
class Node:
    """A value and the line of its name, or its own in a list.

    Of a mapping, ``value`` is a dictionary of nodes; of a list, a list of them.
    ``written`` is how a number was written. What could not be read ``is_broken``.
    """

    line: int
    value: Any = None
    written: str = ""
    is_broken: bool = False


class _Stop(Exception):  # noqa: N818 - ends reading, what is wrong is told already
    """There is no use in reading on."""


def decode(content: bytes) -> tuple[str, list[Problem]]:
    """Return the text of a file, or why it is none."""
    if len(content) > MAX_BYTES:
        words = _("The file has more than %(size)s MB. Split it by sections.")
        return "", [Problem(1, "", words % {"size": MAX_BYTES // 1024**2})]
    try:
        return content.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return "", [Problem(line, "", _("This is no UTF-8. Save the file as UTF-8."))]


def read_tree(text: str) -> tuple[Node | None, list[Problem]]:
    """Return the tree of ``text``, ``None`` if there is none, and what is wrong."""
    strange = _UNPRINTABLE.search(text)
    if strange:
        line = text.count("\n", 0, strange.start()) + 1
        words = _("There is an unreadable character (code %(code)s). Remove it.")
        return None, [Problem(line, "", words % {"code": f"{ord(strange[0]):X}"})]
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.take(event)
    except _Stop:
        return None, builder.problems
    except yaml.YAMLError as error:
        builder.problems.append(_not_yaml(error))
        return None, builder.problems
    if builder.root is None and not builder.problems:
        builder.problems.append(Problem(1, "", _("The file is empty.")))
    return builder.root, builder.problems


def _not_yaml(error: yaml.YAMLError) -> Problem:
    mark = getattr(error, "problem_mark", None)
    words = _("This is no YAML (%(problem)s). Look at this line and the one before.")
    why = getattr(error, "problem", None) or type(error).__name__
    return Problem(mark.line + 1 if mark else 1, "", words % {"problem": why})


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come; ``name`` is the key that waits."""

    node: Node
    name: str | None = None
    name_line: int = 0
    # What is wrong with the name is told: nothing is said about its value.
    is_misnamed: bool = False


class _Builder:
    """Makes a tree of events, without recursion."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.problems: list[Problem] = []
        self._open: list[_Open] = []
        self._documents = 0
        self._resolver: Any = Resolver()

    def take(self, event: Any) -> None:
        """Take the next event. Raises ``_Stop`` when there is no use in going on."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._tell(line, _("A file has one document: remove this «---»."))
                raise _Stop
        elif isinstance(event, yaml.AliasEvent):
            self._tell(line, _("«*%(name)s»: write it out.") % {"name": event.anchor})
            self._put(Node(line, is_broken=True))
        elif isinstance(event, yaml.NodeEvent):
            self._begin(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()

    def _begin(self, event: Any, line: int) -> None:
        if event.anchor:
            words = _("«&%(name)s»: names for values are not supported.")
            self._tell(line, words % {"name": event.anchor})
        if event.tag:
            words = _("«%(tag)s»: types are not supported. Remove it.")
            self._tell(line, words % {"tag": event.tag})
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event, line)
            return
        if len(self._open) >= MAX_DEPTH:
            self._tell(line, _("This is nested too deeply."))
            raise _Stop
        is_mapping = isinstance(event, yaml.MappingStartEvent)
        is_broken = bool(event.tag)
        node = Node(line, {} if is_mapping else [], is_broken=is_broken)
        self._put(node)
        self._open.append(_Open(node))

    def _scalar(self, event: Any, line: int) -> None:
        holder = self._open[-1] if self._open else None
        node = self._read(event, line)
        is_name = holder and isinstance(holder.node.value, dict) and holder.name is None
        if holder and is_name:
            self._name(holder, node)
        else:
            self._put(node)

    def _name(self, holder: _Open, node: Node) -> None:
        if not isinstance(node.value, str):
            self._tell(node.line, _("A name has to be a text: put it in quotes."))
        name = str(node.value)
        before = holder.node.value.get(name)
        if before is not None:
            words = _("«%(name)s» stands here twice; first in line %(line)s.")
            self._tell(node.line, words % {"name": name, "line": before.line})
        holder.name, holder.name_line = name, node.line
        holder.is_misnamed = not isinstance(node.value, str)

    def _put(self, node: Node) -> None:
        """Put ``node`` where it belongs."""
        if not self._open:
            self.root = node
            return
        holder = self._open[-1]
        if isinstance(holder.node.value, list):
            holder.node.value.append(node)
        elif holder.name is None:
            self._tell(node.line, _("A name has to be a text."))
            raise _Stop
        else:
            node.line = holder.name_line
            node.is_broken = node.is_broken or holder.is_misnamed
            holder.node.value.setdefault(holder.name, node)
            holder.name = None

    def _read(self, event: Any, line: int) -> Node:
        """Return the value of a scalar, with the types that JSON has."""
        written: str = event.value
        if _STORABLE.search(written):
            self._tell(line, _("There is a character that cannot be stored."))
            return Node(line, is_broken=True)
        tag = self._resolver.resolve(yaml.ScalarNode, written, event.implicit)
        kind = tag.removeprefix(_TAG)
        if kind == "str" or event.tag:
            return Node(line, written, is_broken=bool(event.tag))
        if kind in ("bool", "null") and written in _WORDS:
            return Node(line, _WORDS[written])
        if kind == "int" and _WHOLE.fullmatch(written):
            return Node(line, int(written), written)
        if kind == "float" and _FRACTION.fullmatch(written):
            number = float(written)
            if math.isfinite(number):
                return Node(line, number, written)
        words = _("«%(text)s»: put it in quotes, or write a plain number.")
        self._tell(line, words % {"text": written[:60]})
        return Node(line, is_broken=True)

    def _tell(self, line: int, text: str) -> None:
        self.problems.append(Problem(line, "", text))
