"""Adding and removing values, also by many at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from apps.actions.contract import ListChange
from apps.core.sql import direct_cursor
from apps.value_lists import services
from apps.value_lists.models import ListedValue, ValueList, ValueSource
from tests.factories import NOON
from tests.lists.making import listed, make_value_list

pytestmark = pytest.mark.django_db


def test_many_values_are_counted_and_the_unfit_ones_named_by_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(services, "BATCH_SIZE", 2)
    found = make_value_list("1", field="zip", normalization="digits")

    result = services.add_values(
        found, ["1", " 2", "", "x", "3", "3", "secret"], ValueSource.IMPORT, NOON
    )

    assert listed(found) == ["1", "2", "3"]
    assert (result.changed, result.unchanged, result.unfit) == (2, 2, 2)
    assert result.reasons == ["Line 4: It has no digits.", "Line 7: It has no digits."]


def test_removing_leaves_other_lists_alone() -> None:
    first = make_value_list("a@x.example", "b@x.example")
    second = make_value_list("a@x.example", name="Second", reference="second")

    result = services.remove_values(first, ["A@x.example", "c@x.example"])

    assert (result.changed, result.unchanged) == (1, 1)
    assert (listed(first), listed(second)) == (["b@x.example"], ["a@x.example"])


def test_the_last_word_about_a_value_counts() -> None:
    found = make_value_list("old@x.example")

    problems = services.apply_changes(
        [
            ListChange("opt-outs", "OLD@x.example", is_removal=True),
            ListChange("opt-outs", "a@x.example"),
            ListChange("opt-outs", "a@x.example", is_removal=True),
            ListChange("opt-outs", "b@x.example", is_removal=True),
            ListChange("opt-outs", "b@x.example"),
            ListChange("gone", "c@x.example"),
            ListChange("opt-outs", " "),
        ],
        NOON,
    )

    assert listed(found) == ["b@x.example"]
    assert ListedValue.objects.get().source == "postback"
    assert problems[:5] == [""] * 5
    assert problems[5].startswith("The list «gone» was not changed: There is no such")
    assert problems[6] == "The list «opt-outs» was not changed: It is empty."


def test_looking_up_reads_no_whole_table() -> None:
    found = make_value_list()
    values = [(found.pk, f"{number}@x.example") for number in range(1_000)]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO value_lists_listedvalue (value_list_id, value, added_at, "
            "source) SELECT %s, n || '@x.example', now(), 'import' "
            "FROM generate_series(1, 50000) n",
            [found.pk],
        )
        cursor.execute("ANALYZE value_lists_listedvalue")
    plans = []
    with direct_cursor() as direct:
        for statement, asked in (
            (services.FIND, values[:1]),
            (services.FIND, values),
            (services.REMOVE, values[:1]),
        ):
            columns = [[pk for pk, _ in asked], [text for _, text in asked]]
            rows = direct.execute(f"EXPLAIN {statement}", columns).fetchall()
            plans.append("\n".join(row[0] for row in rows))

    assert all("listed_value_unique" in plan for plan in plans), plans
    assert not any("Seq Scan" in plan for plan in plans), plans


@pytest.mark.django_db(transaction=True)
def test_the_same_value_added_by_many_at_once_is_listed_once() -> None:
    found = make_value_list()

    def add(_: int) -> bool:
        try:
            return services.add_value(found, "a@x.example", ValueSource.API, NOON)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(add, range(16)))

    assert answers.count(True) == 1
    assert listed(found) == ["a@x.example"]
    assert ValueList.objects.get().listed_values.count() == 1
