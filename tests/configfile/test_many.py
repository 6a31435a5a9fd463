"""Thousands of postbacks: what did not change costs no statement, what did few."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from apps.configfile.importing import compare_file
from apps.configfile.writing import export_text
from apps.offers.models import OfferAffiliate
from apps.postbacks.models import PostbackRule, RuleRevision
from tests.configfile.world import imported, make_admin, problems
from tests.factories import make_affiliate, make_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

FEW, MANY = 3, 30
MOST_OF_A_CREATED_RULE = 26
"""Of one with two conditions, a cap, hours and a custom event: a savepoint (2), the
row, five rows of its lists, an entry of the audit log for each (6), its revision (10),
the rest is room."""
RULE = """- advertiser: Acme
  offer: O
  name: R{number}
  trigger: event
  action: ping_url
  affiliate: Bright
  delay_seconds: {delay}
  custom_events:
  - name: step
  conditions:
  - field: country
    operator: in
    value: DE, AT
  - field: age
    operator: present
  sending_hours:
  - weekday: monday
    opens_at: "09:00"
    closes_at: "18:00"
  caps:
  - period: day
    maximum: 5
  settings:
    url: https://partner.example/pb?n={number}
"""


def file_of(count: int, *, delay: int = 0) -> str:
    """Return a file with so many postbacks."""
    rules = [RULE.format(number=number, delay=delay) for number in range(count)]
    return "version: 1\nrules:\n" + "".join(rules)


def statements(call: Callable[[], Any]) -> int:
    """Return how many statements ``call`` executes, savepoints included."""
    seen: list[str] = []

    def count(execute: Any, sql: str, *given: Any) -> Any:
        seen.append(sql)
        return execute(sql, *given)

    with connection.execute_wrapper(count):
        call()
    return len(seen)


@pytest.fixture(autouse=True)
def _offer() -> None:
    OfferAffiliate.objects.create(offer=make_offer("O"), affiliate=make_affiliate())
    make_admin()


def test_statements_do_not_grow_with_postbacks_that_did_not_change() -> None:
    text = file_of(FEW)
    imported(text)
    steps: list[Callable[[], Any]] = [
        export_text,
        lambda: compare_file(text.encode()),
        lambda: imported(text),
    ]
    few = [statements(step) for step in steps]
    text = file_of(MANY)
    imported(text)

    many = [statements(step) for step in steps]

    assert many == few
    assert RuleRevision.objects.count() == MANY


def test_a_created_postback_takes_few_statements() -> None:
    few = statements(lambda: imported(file_of(FEW), is_dry_run=True))

    many = statements(lambda: imported(file_of(MANY), is_dry_run=True))

    assert (many - few) / (MANY - FEW) <= MOST_OF_A_CREATED_RULE


def test_a_changed_postback_takes_few_statements() -> None:
    imported(file_of(MANY))
    few = statements(lambda: imported(file_of(FEW, delay=5), is_dry_run=True))

    many = statements(lambda: imported(file_of(MANY, delay=5), is_dry_run=True))

    assert (many - few) / (MANY - FEW) <= MOST_OF_A_CREATED_RULE


def test_all_that_a_constraint_refuses_is_told_and_the_rest_as_well() -> None:
    """What the database would refuse one by one is looked for when writing fails."""
    text = file_of(2, delay=-1).replace("maximum: 5", "maximum: 0", 1)

    found = problems(text)

    assert [one.partition(": ")[0] for one in found] == ["line 9", "line 23", "line 33"]
    assert not PostbackRule.objects.exists()


def test_lists_without_an_order_say_the_same_in_another() -> None:
    text = file_of(1).replace("  - name: step\n", "  - name: step\n  - name: done\n")
    imported(text)

    report = imported(text)

    assert report.differences == []
    assert RuleRevision.objects.count() == 1


def test_more_changes_than_a_screen_can_wait_for_are_not_tried() -> None:
    report = imported(file_of(3), most=2)

    (problem,) = report.problems
    assert str(problem).startswith("line 1: It changes 3 entries, and this screen")
    assert not report.is_written
    assert imported(file_of(3), most=3).is_written
