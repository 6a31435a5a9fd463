"""What the tests of imports share."""

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from apps.offers.models import Offer
from tests.console.conftest import page, sign_in, staff
from tests.factories import make_click, make_offer

__all__ = ["page", "sign_in", "staff"]


@pytest.fixture(autouse=True)
def _no_hints() -> Iterator[None]:
    """Keep the queue and the wake-up thread out: they are hints."""
    with (
        patch("apps.deliveries.waking.request_wake_up"),
        patch("apps.ingest.importing.steps.enqueue"),
    ):
        yield


@pytest.fixture
def offer() -> Offer:
    """Return an offer with three clicks."""
    found = make_offer()
    for number in (1, 2, 3):
        make_click(found, f"tx-{number}")
    return found
