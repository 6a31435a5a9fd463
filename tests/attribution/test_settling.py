"""With a settle window, facts wait for events that come late."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from apps.attribution.models import SubjectEvent
from apps.ingest.attributing import settle_due
from tests.attribution.world import DAY, App, ledger

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]
HOUR = timedelta(hours=1)


@pytest.fixture
def app() -> App:
    """Return an app that waits an hour; its days begin half an hour ago."""
    found = App(settle_seconds=3600)
    found.start = datetime.now(UTC).replace(microsecond=0) - HOUR / 2
    return found


def test_nothing_is_told_before_the_window_ends(app: App, client: Client) -> None:
    """The event is stored at once, its facts wait."""
    app.send(client, 0, "install")

    assert settle_due(app.start + HOUR - timedelta(seconds=1)) == 0
    assert ledger() == []
    assert SubjectEvent.objects.get().state == "waiting"


def test_a_late_event_takes_its_place_and_nothing_is_retracted(
    app: App, client: Client
) -> None:
    """The purchase that comes second happened first."""
    app.send(client, 0.01, "purchase")
    app.send(client, 0, "purchase")

    settled = settle_due(app.start + 2 * HOUR)

    assert settled == 2
    assert SubjectEvent.objects.filter(state="counted").count() == 2
    assert ledger() == [
        "first_purchase→organic",
        "first_purchase_ca→organic",
        "purchase→organic",
        "purchase_ca→organic",
        "purchase→organic",
        "purchase_ca→organic",
    ]


def test_what_happened_before_the_window_is_told_at_once(
    app: App, client: Client
) -> None:
    """Its window had ended when it came."""
    app.start -= 2 * DAY

    app.send(client, 0, "install")

    assert ledger() == ["install→organic"]


def test_settling_twice_tells_once(app: App, client: Client) -> None:
    """What is settled waits no more."""
    app.send(client, 0, "install")

    counts = [settle_due(app.start + 2 * HOUR) for _ in range(2)]

    assert counts == [1, 0]
    assert ledger() == ["install→organic"]
