"""What the tests of the doors share."""

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
def offer() -> Offer:
    """Return an offer with a token and one click."""
    found = make_offer()
    make_token(found)
    make_click(found)
    return found
