"""Whoever changes configuration, every process notices at its next request."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core.config_version import current_version
from apps.ingest.compiling import current_configuration
from tests.factories import make_event_type, make_offer, make_rule, make_token

pytestmark = pytest.mark.django_db

READ_BY_INGESTION = [
    "accounts_advertiser",
    "accounts_affiliate",
    "accounts_apitoken",
    "offers_offer",
    "offers_offeraffiliate",
    "offers_project",
    "goals_goal",
    "events_eventtype",
    "events_offerevent",
    "events_offereventfield",
    "events_offereventpayout",
    "events_eventlimit",
    "event_lists_eventlist",
    "event_lists_eventlistitem",
    "event_lists_offereventlist",
    "value_lists_valuelist",
    "value_lists_offervaluelist",
    "postbacks_postbackrule",
    "postbacks_rulerevision",
]


@pytest.mark.parametrize("table", READ_BY_INGESTION)
def test_a_statement_on_each_table_of_configuration_raises_the_version(
    table: str,
) -> None:
    before = current_version()

    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id = -1")

    assert current_version() > before


def test_no_other_table_raises_the_version() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT event_object_table FROM information_schema.triggers "
            "WHERE action_statement LIKE '%bump_config_version%'"
        )
        found = {row[0] for row in cursor.fetchall()}

    assert found == set(READ_BY_INGESTION)


def test_using_a_token_is_no_change_of_configuration() -> None:
    token = make_token(make_offer())
    before = current_version()

    type(token).objects.update(last_used_at=token.valid_from)

    assert current_version() == before


def test_a_version_never_comes_back_after_a_rollback() -> None:
    """A process must not take what never was for what has the same number."""
    before = current_version()
    with transaction.atomic():
        make_event_type("gone")
        rolled_back = current_version()
        transaction.set_rollback(True)

    make_event_type("stays")

    assert before < rolled_back < current_version()


def test_reading_it_costs_the_same_for_many_offers_and_rules() -> None:
    make_rule(make_offer("First"))
    with CaptureQueriesContext(connection) as few:
        current_configuration()
    for number in range(4):
        make_rule(make_offer(f"Offer {number}"))

    with CaptureQueriesContext(connection) as many:
        loaded = current_configuration()

    assert len(loaded.offers) == 5
    assert len(many) <= len(few)
    assert current_configuration() is loaded
