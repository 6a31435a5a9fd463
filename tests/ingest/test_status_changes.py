"""A conversion moves along its status machine; each edge is told once."""

from datetime import UTC, datetime

import pytest

from apps.deliveries.models import Delivery
from apps.ingest.compiling import current_configuration
from apps.ingest.conversions import (
    ForbiddenMoveError,
    Move,
    move_conversion,
    move_transaction,
)
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Conversion, ConversionChange
from tests.factories import (
    make_conversion,
    make_event_type,
    make_offer,
    make_rule,
    make_user,
)
from tests.statements import counted_statements

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.fixture
def offer() -> Offer:
    """Return an offer."""
    return make_offer()


def move(
    conversion: Conversion, status: str, *, fires_postbacks: bool = True
) -> ConversionChange | None:
    """Change the status by hand."""
    wanted = Move(status, "manual", "checked", fires_postbacks, make_user())
    return move_conversion(conversion.pk, wanted, datetime.now(UTC))


def test_each_edge_into_a_status_fires_again(offer: Offer) -> None:
    """R105: approved, rejected, approved fires Done twice."""
    done = make_rule(offer)
    reject = make_rule(offer, trigger="conversion_reject")
    conversion = make_conversion(offer, status="pending")

    for status in ("approved", "rejected", "approved"):
        move(conversion, status)

    fired = list(Delivery.objects.order_by("id").values_list("rule_id", flat=True))
    assert fired == [done.pk, reject.pk, done.pk]
    assert [c.number for c in ConversionChange.objects.order_by("number")] == [2, 3, 4]


def test_writing_the_same_status_again_is_silent(offer: Offer) -> None:
    """R105."""
    make_rule(offer)
    conversion = make_conversion(offer)

    change = move(conversion, "approved")

    assert change is None
    assert not Delivery.objects.exists()


def test_a_move_the_machine_does_not_have_is_refused(offer: Offer) -> None:
    conversion = make_conversion(offer, status="approved")

    with pytest.raises(ForbiddenMoveError, match="approved cannot become pending"):
        move(conversion, "pending")

    assert not ConversionChange.objects.exists()


def test_a_person_may_keep_a_change_to_themselves(offer: Offer) -> None:
    make_rule(offer)
    conversion = make_conversion(offer, status="pending")

    change = move(conversion, "approved", fires_postbacks=False)

    conversion.refresh_from_db()
    assert change is not None
    assert (conversion.status, conversion.version) == ("approved", 2)
    assert not Delivery.objects.exists()
    assert PostbackRule.objects.exists()


def test_a_move_takes_five_statements(offer: Offer) -> None:
    """To lock, change, note, ask for the configuration's version and plan."""
    make_rule(offer)
    make_rule(offer)
    conversion = make_conversion(offer, status="pending")
    author = make_user()
    current_configuration()

    with counted_statements() as statements:
        wanted = Move("approved", "manual", actor=author)
        move_conversion(conversion.pk, wanted, datetime.now(UTC))

    savepoints = [one for one in statements if "SAVEPOINT" in one]
    assert (len(statements) - len(savepoints), len(savepoints)) == (5, 2)
    assert Delivery.objects.count() == 2


def test_a_transaction_is_moved_as_far_as_its_conversions_may_go(offer: Offer) -> None:
    make_rule(offer, trigger="conversion_reject")
    first = make_conversion(offer, status="pending")
    for name, status in (("sold", "approved"), ("lost", "rejected")):
        kind = make_event_type(name)
        make_conversion(offer, event_type=kind, status=status)

    move_transaction(first.pk, Move("rejected", "api"), datetime.now(UTC))

    assert {one.status for one in Conversion.objects.all()} == {"rejected"}
    assert ConversionChange.objects.count() == Delivery.objects.count() == 2
