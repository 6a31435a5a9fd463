"""A name server that lies, asked by the system's own resolver.

Nothing is replaced by a fake here: ``tests/http/rebinding.py`` runs in a network of its
own, where a real name server answers on port 53 with a TTL of 0 and where 1.1.1.1 is
a listener. No network is allowed there but the public one.
"""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.house.tree import ROOT
from tests.http.rebinding import PUBLIC, SCRIPT, STALL_SECONDS
from tests.http.spellings import FORBIDDEN
from tests.machine import find_namespaces

pytestmark = pytest.mark.namespaces

GRACE_SECONDS = 0.5
ONE_LOOK_UP = ["A", "AAAA"]
TWO_LOOK_UPS = ["A", "A", "AAAA", "AAAA"]
REFUSED = ["ForbiddenTargetError", "ForbiddenTargetError"]

Scenario = dict[str, Any]


@pytest.fixture(scope="module")
def played() -> dict[str, Scenario]:
    """Return what became of two requests to each name of the script."""
    command = str(find_namespaces()).split()
    program = [sys.executable, "-m", "tests.http.rebinding"]
    done = subprocess.run(
        [*command, *program], cwd=ROOT, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    scenarios: dict[str, Scenario] = json.loads(done.stdout)
    return scenarios


def results(scenario: Scenario) -> list[str]:
    return [sent["result"] for sent in scenario["sent"]]


def test_a_name_that_changes_is_refused_and_never_followed(
    played: dict[str, Scenario],
) -> None:
    found = played["rebinding.example"]

    assert results(found) == [PUBLIC, "ForbiddenTargetError"]
    assert found["sent"][1]["sentence"] == (
        "rebinding.example leads to 127.0.0.1, which is this machine itself. Requests "
        "go to public addresses only."
    )
    assert found["connected"] == [PUBLIC]
    assert (found["public"], found["loopback"]) == (1, 0)


def test_each_connection_costs_exactly_one_look_up(
    played: dict[str, Scenario],
) -> None:
    """And goes to what that look-up said: there is no second answer to believe."""
    found = played["public-alias.example"]

    assert results(found) == [PUBLIC, PUBLIC]
    assert found["asked"] == TWO_LOOK_UPS
    assert found["connected"] == [PUBLIC, PUBLIC]


def test_a_kept_connection_asks_no_second_time(played: dict[str, Scenario]) -> None:
    found = played["kept.example"]

    assert results(found) == [PUBLIC, PUBLIC]
    assert found["asked"] == ONE_LOOK_UP
    assert (found["public"], found["loopback"]) == (1, 0)


@pytest.mark.parametrize(
    "name",
    [
        "two-addresses.example",
        "both-families.example",
        "other-families.example",
        "mapped.example",
        "alias.example",
        "private-alias.example",
    ],
)
def test_one_forbidden_answer_refuses_the_name(
    name: str, played: dict[str, Scenario]
) -> None:
    found = played[name]

    assert results(found) == REFUSED
    assert found["asked"] == TWO_LOOK_UPS
    assert found["connected"] == []
    assert (found["public"], found["loopback"]) == (0, 0)


def test_no_forbidden_address_of_the_matrix_is_called_by_a_name(
    played: dict[str, Scenario],
) -> None:
    scenarios = [
        played[f"forbidden-{number}.example"] for number in range(len(FORBIDDEN))
    ]

    assert [results(found) for found in scenarios] == [REFUSED] * len(FORBIDDEN)
    assert [found["connected"] for found in scenarios] == [[]] * len(FORBIDDEN)
    assert sum(found["public"] + found["loopback"] for found in scenarios) == 0


def test_a_name_server_that_does_not_answer_ends_at_the_deadline(
    played: dict[str, Scenario],
) -> None:
    found = played["stalled.example"]

    assert results(found) == ["NotSentError", "NotSentError"]
    assert all(
        sent["seconds"] <= STALL_SECONDS + GRACE_SECONDS for sent in found["sent"]
    )
    assert found["connected"] == []


def test_every_name_of_the_script_was_asked(played: dict[str, Scenario]) -> None:
    assert [name for name in SCRIPT if not played[name]["asked"]] == []
