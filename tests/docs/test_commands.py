"""Every command in the documents is executed, against a live server and a real peer."""

import re
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.deliveries.steps import one_attempt
from tests.docs.blocks import (
    COMMAND,
    NOT_RUN,
    REASON,
    Block,
    Command,
    blocks_of,
    commands_of,
    documents,
    execute,
    matched,
)
from tests.docs.world import build_world, environment_of
from tests.house.tree import ROOT, place
from tests.sink import running_sink

FOLLOWED = ROOT / "docs" / "tutorial.md"
"""In a browser, commands included: ``tests/console/test_tutorial.py``."""
RUN = [
    found
    for found in documents()
    if found != FOLLOWED and any(block.is_run for block in blocks_of(found))
]


@pytest.fixture
def environment(
    live_server: LiveServer,
    transactional_db: None,
    tmp_path: Path,
) -> Iterator[dict[str, str]]:
    """Yield the variables that the documents use, with everything behind them."""
    with (
        patch("apps.deliveries.waking.request_wake_up"),
        running_sink() as receiver,
    ):
        build_world(receiver.url)
        yield environment_of(live_server.url, tmp_path)


@pytest.mark.curl
@pytest.mark.parametrize("document", RUN, ids=place)
def test_every_command_of_a_document_does_what_it_says(
    document: Path, environment: dict[str, str]
) -> None:
    """From the top down, as a reader would; a worker's turn after each command."""
    for block in blocks_of(document):
        for command in commands_of(block) if block.is_run else ():
            wrong = execute(command, environment)

            assert not wrong, f"{place(document)}:{command.line}: {wrong}"
            one_attempt()


def test_no_block_of_commands_is_passed_over() -> None:
    """Counted a second way: each fence that opens commands is run, or says why not."""
    opened = {
        place(document): len(
            re.findall(r"^ *```(?:sh|console)\b", document.read_text(), re.MULTILINE)
        )
        for document in documents()
    }

    seen = {
        place(document): sum(block.is_commands for block in blocks_of(document))
        for document in documents()
    }

    assert seen == opened
    assert {place(found) for found in RUN} >= {"README.md", "docs/lists.md"}


def test_a_block_of_commands_has_commands() -> None:
    empty = [
        block.place
        for document in documents()
        for block in blocks_of(document)
        if block.is_run and not commands_of(block)
    ]

    assert empty == []


def test_what_is_not_executed_says_why() -> None:
    silent = [
        block.place
        for document in documents()
        for block in blocks_of(document)
        if NOT_RUN in block.info and not REASON.match(block.before)
    ]

    assert silent == []


def test_commands_stand_in_blocks_that_are_executed() -> None:
    """Not in a block without a language, nor in one that is only indented."""
    unmarked = [
        block.place
        for document in documents()
        for block in blocks_of(document)
        if not block.is_commands and any(map(COMMAND.match, block.lines))
    ]
    indented = [
        f"{place(document)}: {line.strip()}"
        for document in documents()
        for line in document.read_text().splitlines()
        if re.match(r"\s{4,}(curl|make|manage\.py|python) ", line)
    ]

    assert unmarked + indented == []


def test_every_management_command_that_is_named_exists() -> None:
    named = {
        name
        for document in documents()
        for name in re.findall(r"manage\.py ([a-z_]+)", document.read_text())
    }
    ours = {path.stem for path in ROOT.glob("apps/*/management/commands/[a-z]*.py")}
    theirs = {"axes_reset_username", "check", "collectstatic", "createsuperuser"}
    theirs |= {"migrate", "qcluster"}

    assert "sync_roles" in named
    assert named <= ours | theirs


def test_output_is_compared_without_white_space_and_with_gaps() -> None:
    promised = ['{"result": "accepted", "event": "…",', '"conversion": null}']
    printed = '{"result":"accepted","event":"0199","conversion":null}\n'

    assert matched(promised, printed)
    assert not matched(promised, printed.replace("accepted", "refused"))
    assert not matched(['{"a": 1}'], '{"a": 1, "b": 2}')


def test_a_block_is_read_as_commands_with_their_output() -> None:
    lines = ["# first", "HOST=x", "curl a \\", "  b", '{"c": 1}', "make run"]

    found = commands_of(Block(ROOT / "README.md", 1, ["sh"], lines, ""))

    assert found == [
        Command(3, "HOST=x"),
        Command(4, "curl a \\\n  b", ['{"c": 1}']),
        Command(7, "make run"),
    ]


def test_a_command_that_is_refused_or_prints_something_else_is_wrong() -> None:
    known = Command(1, "python -c 'print(1)'", ["1"])
    other = Command(1, "python -c 'print(1)'", ["2"])
    failing = Command(1, "python -c 'raise SystemExit(3)'")
    unknown = Command(1, "make no-such-target")

    assert execute(known, {}) == ""
    assert "printed:\n1" in execute(other, {})
    assert "ended with 3" in execute(failing, {})
    assert "ended with 2" in execute(unknown, {})
