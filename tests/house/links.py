"""Dead links in the documents: ``python -m tests.house.links``. Uses no network."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOT, files, place

FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.MULTILINE | re.DOTALL)
CODE_SPAN = re.compile(r"`[^`\n]*`")
LINK = re.compile(
    r"\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)|^\[[^\]]+\]:\s+(\S+)", re.MULTILINE
)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*$", re.MULTILINE)
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:")


def _without_code(text: str) -> str:
    return CODE_SPAN.sub("", FENCE.sub("", text))


def anchors(text: str) -> set[str]:
    """Return the anchors that a forge makes of the headings in ``text``.

    Lower case, punctuation dropped, spaces to hyphens; a heading that comes again
    gets ``-1``, ``-2`` …
    """
    found: set[str] = set()
    for heading in HEADING.findall(FENCE.sub("", text)):
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        number, unique = 0, slug
        while unique in found:
            number += 1
            unique = f"{slug}-{number}"
        found.add(unique)
    return found


def dead_links_of(document: Path) -> Iterator[str]:
    """Yield a sentence for each link in ``document`` that leads nowhere."""
    for groups in LINK.findall(_without_code(document.read_text())):
        link = groups[0] or groups[1]
        if ELSEWHERE.match(link):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        if not target.exists():
            yield f"{place(document)}: {link}: there is no such file."
        elif anchor and anchor not in anchors(target.read_text()):
            yield f"{place(document)}: {link}: there is no such heading."


def dead_links(folder: Path = ROOT) -> list[str]:
    """Return a sentence for each dead link in the Markdown files below ``folder``."""
    return [
        problem
        for document in files(folder, ".md")
        for problem in dead_links_of(document)
    ]


def main() -> int:
    """Print the dead links; return the exit status."""
    problems = dead_links()
    for problem in problems:
        print(problem)
    print(f"{len(problems)} dead links.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
