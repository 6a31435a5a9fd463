"""The demo's rows fit the models, and leave room for those a newcomer adds."""

import pytest

from apps.accounts.models import User
from apps.console.demo_data import load_demo_data
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from tests.factories import NOON, make_offer

pytestmark = pytest.mark.django_db


def test_an_empty_database_is_filled_once_and_new_rows_follow() -> None:
    receiver = "http://127.0.0.1:8123"
    is_filled = load_demo_data(receiver_url=receiver, now=NOON)
    again = load_demo_data(receiver_url=receiver, now=NOON)
    numbers = list(Offer.objects.values_list("pk", flat=True))

    added = make_offer("The newcomer's own")

    assert (is_filled, again) == (True, False)
    assert added.pk > max(numbers)
    assert PostbackRule.objects.filter(status="active").exists()
    assert User.objects.filter(username="affiliate").exists()
