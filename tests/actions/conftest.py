"""What tests of actions may use."""

import pytest

from tests.actions.making import Partner


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> Partner:
    """Return a partner that takes the place of the network."""
    return Partner(monkeypatch)
