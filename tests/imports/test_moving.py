"""Changes of status from a file: a chunk moves all of its conversions at once."""

from typing import Any
from unittest.mock import patch

import pytest

from apps.deliveries.models import Delivery
from apps.ingest.compiling import current_configuration
from apps.ingest.importing.steps import start
from apps.ingest.importing.working import work_on_next_chunk
from apps.ingest.models import Import
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, RuleCapCount
from apps.postbacks.services import record_revision
from apps.tracking.models import Conversion, ConversionChange
from tests.factories import (
    NOON,
    make_click,
    make_conversion,
    make_rule,
    make_user,
)
from tests.imports.making import counts, make_import, rehearse, results, run
from tests.statements import counted_statements

pytestmark = pytest.mark.django_db


def make_waiting(offer: Offer, count: int) -> None:
    """Make pending conversions ``c-<n>``, each of a click of its own."""
    for number in range(count):
        name = f"c-{number}"
        click = make_click(offer, name)
        make_conversion(offer, transaction_id=name, click=click, status="pending")


def cap(rule: PostbackRule, **maxima: int) -> None:
    """Cap a rule: at most so many per period."""
    for period, maximum in maxima.items():
        rule.caps.create(period=period, maximum=maximum)
    record_revision(rule=rule, author=make_user(), now=NOON)


def started(lines: list[str], **fields: Any) -> Import:
    """Return an import of ``lines`` whose chunks are to be done."""
    text = "\n".join(["transaction_id,status", *lines])
    job = rehearse(make_import(text, "statuses", **fields))
    start(job=job, now=NOON, is_history=False)
    return job


def statements_of(count: int) -> int:
    """Return how many statements a chunk of so many rows takes."""
    offer = Conversion.objects.all()[0].offer
    job = started([f"c-{number},approved" for number in range(count)], offer=offer)
    current_configuration()
    with counted_statements() as statements:
        work_on_next_chunk(job.pk, NOON)
    job.refresh_from_db()
    assert (job.state, job.accepted) == ("done", count)
    return len(statements)


def test_a_chunk_takes_as_many_statements_for_200_rows_as_for_10(
    offer: Offer,
) -> None:
    make_rule(offer, trigger="conversion_any")
    cap(make_rule(offer, trigger="conversion_any"), day=50, total=1_000)
    make_waiting(offer, 200)

    few = statements_of(10)
    Delivery.objects.all().delete()
    RuleCapCount.objects.all().delete()
    Conversion.objects.update(status="pending")
    many = statements_of(200)

    # Of the 200, one rule's cap lets 50 pass: two statements give back both counts.
    assert many == few + 2
    assert few < 30
    assert Delivery.objects.filter(state="pending").count() == 250


def test_of_rows_about_one_conversion_each_finds_what_the_one_before_left(
    offer: Offer,
) -> None:
    """R105: each edge is told, in the order of the file."""
    rule = make_rule(offer, trigger="conversion_any", keeps_order=True)
    make_waiting(offer, 2)
    steps = ["hold", "approved", "approved", "pending", "rejected", "approved"]

    job = run(
        make_import(
            "transaction_id,status\n"
            + "".join(f"c-0,{status}\nc-1,rejected\n" for status in steps),
            "statuses",
        )
    )

    assert counts(job) == (5, 6, 1)
    assert (8, "bad_status") in results(job)
    first = Conversion.objects.get(transaction_id="c-0")
    assert (first.status, first.version) == ("approved", 5)
    edges = first.changes.order_by("number").values_list("old_status", "new_status")
    assert list(edges) == [
        ("pending", "hold"),
        ("hold", "approved"),
        ("approved", "rejected"),
        ("rejected", "approved"),
    ]
    told = Delivery.objects.filter(rule=rule, conversion=first).order_by("pk")
    changes = first.changes.order_by("number").values_list("pk", flat=True)
    assert list(told.values_list("trigger_id", flat=True)) == list(changes)


def test_a_chunk_that_was_interrupted_moves_nothing_twice(offer: Offer) -> None:
    """DESIGN §4.3: its moves, deliveries and counts are one transaction."""
    cap(make_rule(offer), day=100)
    make_waiting(offer, 20)
    job = started([f"c-{number},approved" for number in range(20)])

    ends = patch("apps.ingest.importing.working._record", side_effect=MemoryError)
    with ends, pytest.raises(MemoryError):
        work_on_next_chunk(job.pk, NOON)
    assert ConversionChange.objects.count() == Delivery.objects.count() == 0
    while work_on_next_chunk(job.pk, NOON):
        pass

    job.refresh_from_db()
    assert (job.state, counts(job), job.planned) == ("done", (20, 0, 0), 20)
    assert ConversionChange.objects.count() == Delivery.objects.count() == 20
    assert RuleCapCount.objects.get().count == 20


def test_the_first_rows_get_what_the_caps_leave(offer: Offer) -> None:
    """What one cap suppresses uses up no other, and the reason names the tighter."""
    cap(make_rule(offer), day=5, total=3)
    make_waiting(offer, 8)

    job = run(
        make_import(
            "transaction_id,status\n"
            + "".join(f"c-{number},approved\n" for number in range(8)),
            "statuses",
        )
    )

    fates = Delivery.objects.order_by("conversion__transaction_id")
    assert list(fates.values_list("state", "reason")) == [
        *[("pending", "")] * 3,
        *[("suppressed", "cap:total")] * 5,
    ]
    assert dict(RuleCapCount.objects.values_list("period", "count")) == {
        "day": 3,
        "total": 3,
    }
    assert (job.accepted, job.planned) == (8, 3)


def test_a_status_is_taken_for_the_offers_of_the_import_only(offer: Offer) -> None:
    make_waiting(offer, 1)
    other = make_conversion(
        Offer.objects.create(name="Other", advertiser=offer.advertiser),
        transaction_id="o-1",
        status="pending",
    )
    text = (
        "transaction_id,status,conversion_id\n"
        f"c-0,approved,\no-1,approved,\n,approved,{other.pk}\nc-0,approved,{other.pk}\n"
    )

    job = run(make_import(text, "statuses", offer=offer))

    assert results(job) == [(3, "not_found"), (4, "not_found"), (5, "not_found")]
    other.refresh_from_db()
    assert (other.status, other.version) == ("pending", 1)


def test_the_moment_of_the_chunk_is_kept_with_what_it_moved(offer: Offer) -> None:
    make_waiting(offer, 3)

    run(make_import("transaction_id,status\nc-0,approved\nc-1,approved\n", "statuses"))

    moved = Conversion.objects.filter(updated_at=NOON)
    assert sorted(moved.values_list("transaction_id", flat=True)) == ["c-0", "c-1"]
    assert set(ConversionChange.objects.values_list("changed_at", flat=True)) == {NOON}
