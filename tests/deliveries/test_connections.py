"""What a connection that must not be used does to the deliveries that need it."""

from datetime import UTC, datetime

import pytest

from apps.connections.models import Connection, ConnectionState
from apps.deliveries import draining, sweeping
from apps.deliveries.models import Delivery
from apps.deliveries.releasing import release_connection, release_stranded
from apps.deliveries.services import check_connection
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from tests.deliveries.steps import make_due, switch
from tests.factories import NOON
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


@pytest.fixture
def due(offer: Offer, sink: Sink) -> Delivery:
    """Return a due delivery of a rule whose connection is disabled."""
    delivery = make_due(offer, sink)
    connection = Connection.objects.create(
        name="Partner",
        kind="ping_url",
        settings={"auth": "none"},
        state=ConnectionState.DISABLED,
    )
    PostbackRule.objects.update(connection=connection)
    return delivery


def state_of(delivery: Delivery) -> tuple[str, str, int]:
    delivery.refresh_from_db()
    return delivery.state, delivery.reason, delivery.attempts


def set_state(state: ConnectionState) -> None:
    Connection.objects.update(state=state)


def test_deliveries_of_a_disabled_connection_are_held_and_say_why(
    due: Delivery, sink: Sink
) -> None:
    draining.work_shift()

    assert state_of(due) == ("held", "connection_disabled", 0)
    assert sink.received == []


def test_they_are_sent_once_it_is_enabled(due: Delivery, sink: Sink) -> None:
    draining.work_shift()
    set_state(ConnectionState.OK)

    released = release_connection(connection_id=Connection.objects.get().pk)
    draining.work_shift()

    assert released == 1
    assert state_of(due) == ("delivered", "", 1)
    assert len(sink.received) == 1


def test_a_test_that_succeeds_neither_enables_it_nor_releases(due: Delivery) -> None:
    draining.work_shift()

    _, released = check_connection(connection=Connection.objects.get(), now=NOON)

    connection = Connection.objects.get()
    assert released == 0
    assert (connection.state, connection.last_checked_at) == ("disabled", NOON)
    assert state_of(due)[0] == "held"


def test_a_test_that_succeeds_after_a_refusal_releases_all_that_the_connection_held(
    due: Delivery,
) -> None:
    draining.work_shift()
    set_state(ConnectionState.AUTH_ERROR)

    _, released = check_connection(connection=Connection.objects.get(), now=NOON)

    assert released == 1
    assert state_of(due) == ("pending", "", 0)


def test_what_a_worker_held_a_moment_too_late_is_sent_by_the_sweep(
    due: Delivery,
) -> None:
    draining.work_shift()
    set_state(ConnectionState.OK)

    sweeping.sweep(now=datetime.now(UTC))

    assert state_of(due) == ("pending", "", 0)


def test_what_waited_for_another_connection_goes_on(due: Delivery) -> None:
    draining.work_shift()
    PostbackRule.objects.update(connection=None)

    assert release_stranded() == 1
    assert state_of(due) == ("pending", "", 0)


@pytest.mark.parametrize("state", [ConnectionState.DISABLED, "auth_error"])
def test_the_sweep_leaves_alone_what_is_rightly_held(due: Delivery, state: str) -> None:
    draining.work_shift()
    Connection.objects.update(state=state)

    assert release_stranded() == 0
    assert state_of(due)[0] == "held"


def test_a_postback_that_is_disabled_too_keeps_its_deliveries(due: Delivery) -> None:
    draining.work_shift()
    set_state(ConnectionState.OK)
    switch(PostbackRule.objects.get(), "disabled")

    assert release_stranded() == 0
    switch(PostbackRule.objects.get(), "active")
    assert release_stranded() == 1
