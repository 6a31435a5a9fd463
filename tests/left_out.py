"""A pytest plugin: says which tests cannot run on this machine, and the remedy.

Under ``CI=true`` such a machine is an error instead, if it only lacks a package.
"""

import pytest

from tests.machine import NEEDS, Need, is_continuous_integration

LEFT_OUT = pytest.StashKey[list[tuple[Need, int]]]()


def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Skip the tests whose need this machine lacks; remember how many."""
    config.stash[LEFT_OUT] = []
    for need in NEEDS:
        needing = [item for item in items if item.get_closest_marker(need.marker)]
        if not needing or need.find():
            continue
        config.stash[LEFT_OUT].append((need, len(needing)))
        for item in needing:
            item.add_marker(pytest.mark.skip(reason=f"this machine lacks {need.name}"))
    could_be_here = any(need.is_installable for need, _ in config.stash[LEFT_OUT])
    if could_be_here and is_continuous_integration():
        raise pytest.UsageError(*_sentences(config))


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name at the very end what did not run, and how to make it run."""
    if sentences := _sentences(config):
        terminalreporter.section("NOT RUN ON THIS MACHINE", sep="!", yellow=True)
        for sentence in sentences:
            terminalreporter.line(sentence, yellow=True)


def _sentences(config: pytest.Config) -> list[str]:
    return [
        f"{count} tests need {need.name}, which this machine lacks. Get it with:  "
        f"{need.remedy}"
        for need, count in config.stash.get(LEFT_OUT, [])
    ]
