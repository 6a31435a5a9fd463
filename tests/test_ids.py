"""Ids sort by the time they were made, also those of one millisecond."""

from datetime import UTC, datetime
from itertools import pairwise

from apps.core.ids import uuid7, uuid7_from


def test_ids_sort_as_they_were_made() -> None:
    ids = [uuid7() for _ in range(10_000)]

    assert all(one < other for one, other in pairwise(ids))
    assert {(one.version, one.variant) for one in ids} == {(7, "specified in RFC 4122")}


def test_an_id_is_not_before_the_first_one_of_its_moment() -> None:
    before = uuid7_from(datetime.now(UTC))

    assert before <= uuid7()
