"""The command blocks of the documents, and how one command is executed.

A block begins with three backquotes and ``sh`` or ``console``. A line that begins with
one of ``PROGRAMS`` or with ``NAME=`` is a command (a backslash at its end continues it),
``#`` a comment; any other line is output that the command before it must give, where
``…`` stands for anything. ``sh no-run`` marks what cannot be executed here; the line
before the block says why: ``<!-- not executed: reason -->``.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from tests.house.tree import ROOT, files, place

PROGRAMS = ("curl", "manage.py", "make", "python")
COMMAND = re.compile(rf"(?:{'|'.join(map(re.escape, PROGRAMS))})(?: |$)|[A-Z_]+=")
ASSIGNMENT = re.compile(r"([A-Z_]+)=(\S*)(?:\s+#.*)?$")
OPENING = re.compile(r"^\s*(```+|~~~+)\s*(.*)$")
REASON = re.compile(r"<!-- not executed: \S.* -->$")
ESCAPED = re.compile(r"\\u([0-9a-f]{4})")
LANGUAGES = ("sh", "console")
NOT_RUN = "no-run"
GAP = "GAP"
"""Where the first gap of the last output is kept, for ``NAME=…``."""
SECONDS_MAX = 60
REFUSED_BY_CURL = 22
PRELUDE = (
    f'manage.py() {{ "{sys.executable}" "{ROOT}/manage.py" "$@"; }}\n'
    f'make() {{ command make -C "{ROOT}" --no-print-directory --dry-run "$@" >/dev/null; }}\n'
)
"""Targets are only looked up: continuous integration runs them (``.ci/run``)."""

KNOWN = {
    "transaction_id": "TRANSACTION",
    "event": "EVENT",
    "conversion": "CONVERSION",
    "lead": "LEAD",
    "id": "ID",
    "next": "NEXT",
}
"""Members of an answer, and the variables in which documents use them later."""


@dataclass
class Command:
    """One command with the output that the document promises."""

    line: int
    text: str
    output: list[str] = field(default_factory=list)


@dataclass
class Block:
    """What stands between two fences; ``info`` is what follows the first."""

    document: Path
    line: int
    info: list[str]
    lines: list[str]
    before: str

    @property
    def is_commands(self) -> bool:
        """Tell whether people are meant to type it."""
        return bool(self.info) and self.info[0] in LANGUAGES

    @property
    def is_run(self) -> bool:
        """Tell whether the suite executes it."""
        return self.is_commands and NOT_RUN not in self.info[1:]

    @property
    def place(self) -> str:
        """Return where it is, in the form an editor opens."""
        return f"{place(self.document)}:{self.line}"


def documents() -> list[Path]:
    """Return the documents whose commands are executed."""
    return [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        *files(ROOT / "docs", ".md"),
    ]


def blocks_of(document: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a document, whatever their language."""
    lines = document.read_text().splitlines()
    opened: Block | None = None
    fence = ""
    for number, line in enumerate(lines, 1):
        found = OPENING.match(line)
        if opened is None and found:
            fence = found[1]
            before = next((text for text in lines[number - 2 :: -1] if text), "")
            opened = Block(document, number, found[2].split(), [], before)
        elif opened is not None and line.strip() == fence:
            opened.lines = dedent("\n".join(opened.lines)).splitlines()
            yield opened
            opened = None
        elif opened is not None:
            opened.lines.append(line)
    if opened is not None:
        raise ValueError(f"{opened.place}: this block has no end.")


def commands_of(block: Block) -> list[Command]:
    """Return the commands of a block; ``ValueError`` for output without a command."""
    found: list[Command] = []
    is_continued = False
    for number, line in enumerate(block.lines, block.line + 1):
        if is_continued:
            found[-1].text += f"\n{line}"
        elif COMMAND.match(line):
            found.append(Command(number, line))
        elif not line or line.startswith("#"):
            continue
        elif found:
            found[-1].output.append(line)
        else:
            raise ValueError(f"{place(block.document)}:{number}: no known command.")
        is_continued = bool(found) and found[-1].text.endswith("\\")
    return found


def matched(promised: list[str], printed: str) -> re.Match[str] | None:
    """Compare without white space; ``…`` in what is promised stands for anything.

    The groups of the match are what stood there. JSON may spell a letter by number.
    """
    printed = ESCAPED.sub(lambda found: chr(int(found[1], 16)), printed)
    wanted = re.sub(r"\s+", "", "".join(promised))
    pattern = "(.*?)".join(re.escape(part) for part in wanted.split("…"))
    return re.fullmatch(pattern, re.sub(r"\s+", "", printed))


def execute(command: Command, environment: dict[str, str]) -> str:
    """Execute a command; return what is wrong with it, or "".

    Variables that it sets, and ``KNOWN`` members of a JSON answer, are put into
    ``environment``; ``HOST`` stays the live server. curl ends with an error
    when the server refuses; that is right only where the document shows the refusal.
    """
    assigned = ASSIGNMENT.match(command.text)
    if assigned and assigned[1] != "HOST":
        name, value = assigned.groups()
        environment[name] = environment[GAP] if value == "…" else value
    if assigned:
        return ""
    done = subprocess.run(
        ["bash", "-c", PRELUDE + command.text],
        # What a command writes stays in the test's own folder.
        cwd=environment.get("CURL_HOME", ROOT),
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )
    _remember(done.stdout, environment)
    allowed = (0, REFUSED_BY_CURL) if command.output else (0,)
    found = matched(command.output, done.stdout)
    if found and found.groups():
        environment[GAP] = found[1]
    if done.returncode in allowed and (found or not command.output):
        return ""
    return (
        f"{command.text}\nended with {done.returncode} and printed:\n{done.stdout}\n"
        f"{done.stderr}\ninstead of:\n" + "\n".join(command.output)
    )


def _remember(printed: str, environment: dict[str, str]) -> None:
    try:
        answer = json.loads(printed)
    except ValueError:
        return
    if not isinstance(answer, dict):
        return
    rows = answer.get("results")
    first = rows[0] if isinstance(rows, list) and rows else {}
    for name, variable in KNOWN.items():
        value = answer.get(name, first.get(name) if name == "id" else None)
        if isinstance(value, str | int):
            environment[variable] = str(value)
