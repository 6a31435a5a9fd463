"""The fakes, and the cases of every kind."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from apps.deliveries import draining
from tests.conformance import cases
from tests.conformance.case import Case, load_cases
from tests.fakes.server import Fakes, running_fakes

CASES = load_cases(cases)


@pytest.fixture(autouse=True)
def _no_waiting_for_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """End a shift before the first retry, 5 s later: the tests say when that is.

    What is due in a moment it waits for, as ever: the database's clock, read over a
    slow connection, is a little behind the one that planned the delivery.
    """
    monkeypatch.setattr(draining, "LINGER_FOR_RETRY", timedelta(seconds=2))


@pytest.fixture(scope="session")
def served_fakes() -> Iterator[Fakes]:
    """Serve all fakes once."""
    with running_fakes() as fakes:
        yield fakes


@pytest.fixture
def fakes(served_fakes: Fakes) -> Fakes:
    """Return the fakes as if nothing had ever happened."""
    served_fakes.reset()
    return served_fakes


@pytest.fixture(params=CASES, ids=lambda case: f"{case.kind}-{case.fake}")
def case(request: pytest.FixtureRequest) -> Case:
    """Return one case after the other."""
    found: Case = request.param
    return found


@pytest.fixture(
    params=[case for case in CASES if case.is_http],
    ids=lambda case: f"{case.kind}-{case.fake}",
)
def http_case(request: pytest.FixtureRequest) -> Case:
    """Return one case of a provider that speaks HTTP after the other."""
    found: Case = request.param
    return found
