"""A chunk of statuses and the API, which move the same conversions at the same time."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connections
from django.test import Client

from apps.deliveries.models import Delivery
from apps.ingest.compiling import current_configuration
from apps.ingest.importing import working
from apps.ingest.importing.steps import start
from apps.ingest.importing.tasks import work_patiently
from apps.ingest.models import Import
from apps.offers.models import Offer
from apps.postbacks.models import RuleCapCount
from apps.postbacks.services import record_revision
from apps.tracking.models import Conversion, ConversionChange
from tests.factories import (
    NOON,
    SECRET,
    make_conversion,
    make_offer,
    make_rule,
    make_token,
    make_user,
)
from tests.imports.making import counts, make_import, rehearse, results

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("transactional_db"),
]
CONVERSIONS = 40
PATIENCE_SECONDS = 30


@pytest.fixture
def offer() -> Offer:
    """Return an offer with pending conversions and a capped rule that hears all."""
    found = make_offer()
    make_token(found)
    for number in range(CONVERSIONS):
        make_conversion(found, transaction_id=f"c-{number}", status="pending")
    rule = make_rule(found, trigger="conversion_any")
    rule.caps.create(period="total", maximum=1_000_000)
    record_revision(rule=rule, author=make_user(), now=NOON)
    return found


def started(offer: Offer, lines: list[str]) -> Import:
    """Return an import of ``lines`` whose chunks are to be done."""
    text = "\n".join(["transaction_id,status", *lines])
    job = rehearse(make_import(text, "statuses", offer=offer))
    start(job=job, now=NOON, is_history=False)
    current_configuration()
    return job


def move(conversion: Conversion, status: str) -> Any:
    """Change a status by the API; return the answer."""
    try:
        return Client().patch(
            f"/api/v1/conversions/{conversion.pk}",
            {"status": status},
            "application/json",
            headers={"authorization": f"Bearer {SECRET}"},
        )
    finally:
        connections.close_all()


def work(job: Import) -> None:
    """Do all chunks."""
    try:
        while work_patiently(job.pk):
            pass
    finally:
        connections.close_all()


@contextmanager
def stopped_before_commit() -> Iterator[tuple[threading.Event, threading.Event]]:
    """Have a chunk say that it moved all, and wait until it may go on."""
    moved, go_on = threading.Event(), threading.Event()
    record = working._record

    def waiting(*args: Any) -> None:
        moved.set()
        assert go_on.wait(PATIENCE_SECONDS)
        record(*args)

    with patch.object(working, "_record", waiting):
        yield moved, go_on


def check_stories() -> None:
    """Every change goes on where the one before ended, and is told once."""
    for conversion in Conversion.objects.prefetch_related("changes"):
        changes = sorted(conversion.changes.all(), key=lambda one: one.number)
        numbers = [one.number for one in changes]
        assert numbers == list(range(2, len(changes) + 2))
        assert all(a.new_status == b.old_status for a, b in pairwise(changes))
        if changes:
            last = changes[-1]
            assert (last.number, last.new_status) == (
                conversion.version,
                conversion.status,
            )
    changed = ConversionChange.objects.values_list("pk", flat=True)
    told = Delivery.objects.values_list("trigger_id", flat=True)
    assert sorted(told) == sorted(changed)
    assert RuleCapCount.objects.get().count == len(told)


def test_the_api_waits_for_the_chunk_and_judges_what_that_left(offer: Offer) -> None:
    job = started(offer, ["c-0,rejected", "c-1,rejected"])
    conversion = Conversion.objects.get(transaction_id="c-0")

    with ThreadPoolExecutor(2) as pool, stopped_before_commit() as (moved, go_on):
        chunk: Future[None] = pool.submit(work, job)
        assert moved.wait(PATIENCE_SECONDS)
        answer = pool.submit(move, conversion, "hold")
        with pytest.raises(TimeoutError):
            answer.result(0.5)
        go_on.set()
        chunk.result(PATIENCE_SECONDS)

    # Pending could have been put on hold; rejected cannot.
    assert answer.result().status_code == 422
    assert answer.result().json()["reason"] == "bad_status"
    check_stories()


def test_the_chunk_judges_what_the_api_left(offer: Offer) -> None:
    job = started(offer, ["c-0,hold", "c-1,hold"])
    first = Conversion.objects.get(transaction_id="c-0")
    read, go_on = threading.Event(), threading.Event()

    def planning(*_: Any) -> None:
        read.set()
        assert go_on.wait(PATIENCE_SECONDS)

    with (
        ThreadPoolExecutor(2) as pool,
        patch("apps.ingest.conversions.wake_up_for", side_effect=planning),
    ):
        answer = pool.submit(move, first, "approved")
        assert read.wait(PATIENCE_SECONDS)
        chunk = pool.submit(work, job)
        with pytest.raises(TimeoutError):
            chunk.result(1.0)
        go_on.set()
        chunk.result(PATIENCE_SECONDS)

    job.refresh_from_db()
    assert answer.result().status_code == 200
    assert (counts(job), results(job)) == ((1, 0, 1), [(2, "bad_status")])
    check_stories()


def test_many_moves_at_once_are_each_one_edge(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No deadlock, no server error, however the locks are asked for."""
    monkeypatch.setattr("apps.ingest.importing.storing.CHUNK_ROWS", 20)
    conversions = list(Conversion.objects.order_by("pk"))
    steps = ("approved", "rejected", "approved")
    up = [f"c-{n},{status}" for status in steps for n in range(CONVERSIONS)]
    jobs = [started(offer, up), started(offer, up[::-1])]

    with ThreadPoolExecutor(6) as pool:
        chunks = [pool.submit(work, job) for job in jobs]
        answers = [
            pool.submit(move, one, status)
            for status in ("rejected", "approved")
            for one in reversed(conversions)
        ]
        for chunk in chunks:
            chunk.result(4 * PATIENCE_SECONDS)

    assert {one.result().status_code for one in answers} <= {200, 422}
    # A chunk may have waited too long for the others; then it goes on where it was.
    for job in jobs:
        work(job)
        job.refresh_from_db()
        assert (job.state, job.examined) == ("done", len(up))
    check_stories()
