"""A page asks the database a few times, whatever it names and however much there is."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core.adminkit.addresses import change_url
from apps.deliveries.models import Delivery
from apps.tracking.models import Event
from tests.factories import make_rule, make_user

pytestmark = pytest.mark.django_db

MOST = 15


def queries(client: Client, row: Any) -> int:
    """Return how often the page of ``row`` asks, once the site is warm."""
    client.get(change_url(row))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(change_url(row)).status_code == 200
    return len(asked)


def test_an_event_and_a_delivery_are_shown_with_fifteen_queries(
    sign_in: Callable[[User], Client], everything: Event
) -> None:
    delivery = Delivery.objects.filter(event=everything).latest("id")
    owner = delivery.rule.owner_affiliate
    affiliate = sign_in(make_user("partner", role="affiliate", affiliate=owner))
    root = sign_in(make_user("root", role="admin", is_superuser=True))

    asked = {
        (name, type(row).__name__): queries(client, row)
        for name, client in (("affiliate", affiliate), ("root", root))
        for row in (everything, delivery)
    }

    assert max(asked.values()) <= MOST, asked


def test_facts_cost_an_event_page_one_query_where_somebody_listens_to_them(
    sign_in: Callable[[User], Client], everything: Event
) -> None:
    owner = Delivery.objects.filter(event=everything).latest("id").rule.owner_affiliate
    client = sign_in(make_user("partner", role="affiliate", affiliate=owner))
    before = queries(client, everything)
    make_rule(
        everything.offer,
        trigger="attribution",
        facts=["purchase"],
        subject_kind="device",
    )

    assert queries(client, everything) == before + 1 <= MOST
