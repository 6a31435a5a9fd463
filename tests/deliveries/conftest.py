"""What the tests of the engine share."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest

from apps.deliveries.models import Alert
from apps.offers.models import (
    Offer,
)
from tests.deliveries.alarms import fail, look, make_watched_rule
from tests.factories import (
    make_offer,
)
from tests.sink import Sink, running_sink


@pytest.fixture
def no_wake_ups() -> Iterator[Any]:
    """Keep messages out of the queue; what would be sent is counted."""
    with (
        patch("apps.deliveries.waking.wake") as wake,
        patch("apps.deliveries.waking.request_wake_up"),
    ):
        yield wake


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Return a partner's server."""
    with running_sink() as found:
        yield found


@pytest.fixture
def offer() -> Offer:
    """Return an offer."""
    return make_offer()


@pytest.fixture
def alert() -> Alert:
    """Return an open alert that nobody was told of yet."""
    fail(make_watched_rule(), 60, "<!channel> a & b")
    look()
    return Alert.objects.get()
