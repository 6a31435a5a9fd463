"""What the tests of the doors share."""

from typing import Any
from unittest.mock import patch

import pytest

from apps.offers.models import (
    Offer,
)
from tests.factories import (
    make_click,
    make_offer,
    make_token,
)


@pytest.fixture
def no_wake_ups() -> Any:
    """Keep the wake-up thread out: it would open its own connection."""
    with patch("apps.deliveries.waking.request_wake_up") as requested:
        yield requested


@pytest.fixture
def offer() -> Offer:
    """Return an offer with a token and one click."""
    found = make_offer()
    make_token(found)
    make_click(found)
    return found
