"""The database refuses two sums of the same."""

from typing import Any

import pytest

from apps.reports.models import FactHour, OutcomeHour
from apps.reports.reconciliation import COLUMNS
from tests.constraints.refusing import refused_by
from tests.factories import NOON, make_offer, make_rule

pytestmark = pytest.mark.django_db


def test_an_hour_of_a_rule_and_a_partner_is_counted_once() -> None:
    """Also without an affiliate, which is nobody and not anybody."""
    offer = make_offer()
    values: dict[str, Any] = dict.fromkeys(COLUMNS, 0)
    key = {"hour": NOON, "rule": make_rule(offer), "offer": offer, "affiliate": None}
    OutcomeHour.objects.create(**key, **values)

    with refused_by("outcome_hour_unique"):
        OutcomeHour.objects.create(**key, **values)


def test_an_hour_of_a_rule_and_a_fact_is_counted_once() -> None:
    values: dict[str, Any] = {"hour": NOON, "kind": "install", "events": 1}
    rule = make_rule(make_offer())
    FactHour.objects.create(rule=rule, postbacks=1, **values)

    with refused_by("fact_hour_unique"):
        FactHour.objects.create(rule=rule, postbacks=1, **values)
