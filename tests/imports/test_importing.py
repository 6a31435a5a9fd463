"""A file through the doors: the same verdicts, the same keys, nothing counted twice."""

from decimal import Decimal
from typing import Any

import pytest

from apps.deliveries.models import Delivery
from apps.events.categories import RepeatPolicy
from apps.events.models import EventLimit, SeenEventName
from apps.ingest.importing.steps import ImportStateError, start
from apps.ingest.importing.working import work_on_next_chunk
from apps.ingest.models import Import, RefusedRequest
from apps.offers.models import Offer, Project
from apps.tracking.models import Click, Conversion, ConversionChange, Event
from tests.factories import (
    NOON,
    make_advertiser,
    make_click,
    make_conversion,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
)
from tests.imports.making import (
    HEADINGS,
    counts,
    make_import,
    rehearse,
    results,
    run,
)

pytestmark = pytest.mark.django_db

FILE = f"""{HEADINGS}
tx-1,12.50,USD,A-1
tx-2,"1,250.00",usd,A-2
nobody,5,USD,A-3
tx-3,many,USD,A-4
tx-3,5,Dollar,A-5
tx-1,12.50,USD,A-1
"""


def test_rows_become_conversions_under_the_rules_of_every_door(offer: Offer) -> None:
    """R222: only the source differs."""
    make_rule(offer)

    job = run(make_import(FILE))

    assert (job.state, job.rows, job.examined) == ("done", 6, 6)
    assert counts(job) == (2, 1, 3)
    assert results(job) == [
        (4, "unknown_transaction"),
        (5, "bad_amount"),
        (6, "bad_currency"),
        (7, "duplicate"),
    ]
    assert job.planned == Delivery.objects.count() == 2
    stored = Event.objects.get(transaction_id="tx-2")
    assert (stored.source, stored.sale_amount) == ("import", Decimal(1250))
    assert stored.triggered_by == job.author
    assert RefusedRequest.objects.filter(method="CSV").count() == 4


def test_a_rehearsal_stores_nothing_and_says_what_would_happen(offer: Offer) -> None:
    make_rule(offer)

    job = rehearse(make_import(FILE))

    assert (job.state, job.planned, counts(job)) == ("rehearsed", 2, (2, 1, 3))
    assert job.reasons == {
        "unknown_transaction": 1,
        "bad_amount": 1,
        "bad_currency": 1,
    }
    for model in (Event, Conversion, Delivery, RefusedRequest, SeenEventName):
        assert model._default_manager.count() == 0, model


def test_a_rehearsal_counts_no_names(offer: Offer) -> None:
    make_offer_event(offer, make_event_type("visit", needs_conversion=False))

    rehearse(make_import("transaction_id,event\ntx-1,visit\ntx-2,x\n", "events"))

    assert SeenEventName.objects.count() == 0


def test_the_same_file_twice_is_all_duplicates(offer: Offer) -> None:
    """Also where events may repeat and the rows have no ids of their own."""
    view = make_event_type("view", category="views", needs_conversion=False)
    make_offer_event(offer, view, repeat_policy=RepeatPolicy.UNLIMITED)
    text = "transaction_id,event,page\ntx-1,view,a\ntx-1,view,b\ntx-1,view,b\n"

    first = run(make_import(text, "events", kept=[2]))
    second = run(make_import(text, "events", kept=[2]))

    assert counts(first) == (2, 1, 0)
    assert counts(second) == (0, 3, 0)
    assert Event.objects.count() == 2


def test_an_order_id_tells_rows_apart_that_are_the_same_otherwise(
    offer: Offer,
) -> None:
    view = make_event_type("view", category="views", needs_conversion=False)
    make_offer_event(offer, view, repeat_policy=RepeatPolicy.UNLIMITED)
    text = "transaction_id,event,order_id\ntx-1,view,1\ntx-1,view,2\ntx-1,view,2\n"

    job = run(make_import(text, "events"))

    assert counts(job) == (2, 1, 0)


def test_history_is_stored_and_told_to_nobody(offer: Offer) -> None:
    """An old click is no reason to refuse what happened long ago."""
    make_rule(offer)
    Click.objects.update(
        clicked_at="2025-01-01T00:00:00Z", expires_at="2025-02-01T00:00:00Z"
    )
    text = "transaction_id,date\ntx-1,2025-01-02 10:00\n"

    live = rehearse(make_import(text))
    history = run(make_import(text, is_history=True, time_zone="Europe/Berlin"))

    assert results(live) == [(2, "click_expired")]
    assert (counts(history), history.planned) == ((1, 0, 0), 0)
    assert Event.objects.get().occurred_at.isoformat() == "2025-01-02T09:00:00+00:00"


def test_an_event_may_stand_on_a_conversion_of_an_earlier_chunk(
    offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R37: a rehearsal takes chunks back and still knows what they made."""
    monkeypatch.setattr("apps.ingest.importing.storing.CHUNK_ROWS", 2)
    bought = make_event_type("bought", needs_conversion=False)
    make_offer_event(offer, bought, is_affiliate_conversion=True)
    make_offer_event(offer, make_event_type("refund", needs_conversion=True))
    text = "transaction_id,event\ntx-1,bought\ntx-2,bought\ntx-1,refund\ntx-3,refund\n"
    job = make_import(text, "events")

    rehearsed = rehearse(job)

    assert job.chunks.count() == 2
    assert results(rehearsed) == [(5, "conversion_required")]
    assert counts(run(rehearsed)) == (3, 0, 1)


def test_an_import_is_about_its_offer_project_or_advertiser_only(offer: Offer) -> None:
    other = make_offer(
        "Other",
        advertiser=make_advertiser("Other"),
        project=Project.objects.create(name="P"),
    )
    make_click(other, "tx-other")
    text = "transaction_id\ntx-1\ntx-other\n"

    for scope in ("offer", "project", "advertiser"):
        limits: Any = {scope: other if scope == "offer" else getattr(other, scope)}
        job = rehearse(make_import(text, **limits))
        assert results(job) == [(2, "unknown_transaction")], scope
    assert counts(rehearse(make_import(text))) == (2, 0, 0)


def test_limits_of_the_offer_hold(offer: Offer) -> None:
    make_offer_event(offer, make_event_type("visit", needs_conversion=False))
    EventLimit.objects.create(offer=offer, maximum=1, period="day")
    text = "transaction_id,event\ntx-1,visit\ntx-2,visit\n"

    job = run(make_import(text, "events"))

    assert counts(job) == (1, 0, 1)
    assert results(job) == [(3, "filtered:1_per_day")]


def test_a_row_without_an_event_is_no_conversion(offer: Offer) -> None:
    """In a file of events an empty cell is a mistake, not the base conversion."""
    job = run(make_import("transaction_id,event\ntx-1,\n", "events"))

    assert results(job) == [(2, "missing_field:event")]
    assert Event.objects.count() == 0


def test_statuses_are_moved_as_by_hand(offer: Offer) -> None:
    make_rule(offer, trigger="conversion_reject")
    moved = make_conversion(offer, transaction_id="tx-1")
    make_conversion(offer, transaction_id="tx-2", status="rejected")
    text = (
        "transaction_id,status,reason\n"
        "tx-1,Rejected,fraud\ntx-2,rejected,\ntx-2,pending,\ntx-3,approved,\ntx-1,,\n"
    )

    job = run(make_import(text, "statuses"))

    assert counts(job) == (1, 1, 3)
    assert results(job) == [
        (3, "duplicate"),
        (4, "bad_status"),
        (5, "not_found"),
        (6, "missing_field:status"),
    ]
    change = ConversionChange.objects.get()
    assert (change.conversion, change.source, change.actor, change.reason) == (
        moved,
        "import",
        job.author,
        "fraud",
    )
    assert job.planned == Delivery.objects.count() == 1


def test_statuses_of_history_tell_nobody(offer: Offer) -> None:
    make_rule(offer, trigger="conversion_reject")
    make_conversion(offer, transaction_id="tx-1")

    job = run(
        make_import("transaction_id,status\ntx-1,rejected\n", "statuses"),
        is_history=True,
    )

    assert (job.accepted, job.planned, Delivery.objects.count()) == (1, 0, 0)


def test_a_status_names_its_event_where_a_transaction_has_several(
    offer: Offer,
) -> None:
    sale, trial = make_event_type("bought"), make_event_type("trial")
    for kind in (sale, trial):
        make_conversion(offer, transaction_id="tx-1", event_type=kind)
    text = "transaction_id,status,event\ntx-1,rejected,\ntx-1,rejected,trial\n"

    job = run(make_import(text, "statuses"))

    assert results(job) == [(2, "bad_field:event")]
    assert Conversion.objects.get(status="rejected").event_type == trial


def test_clicks_begin_transactions_with_their_own_ids_or_ours(offer: Offer) -> None:
    text = (
        "transaction_id,affiliate,date,ip,sub1\n"
        f"old-1,{Click.objects.all()[0].affiliate_id},2026-01-31,203.0.113.9,news\n"
        ",,2026-01-31,,x\n,,2026-01-31,,x\ntx-1,,,,\nold-2,,,1.2.3,\n"
    )

    job = run(make_import(text, "clicks", offer=offer, kept=[4]))
    again = run(make_import(text, "clicks", offer=offer, kept=[4]))

    assert counts(job) == (2, 2, 1)
    assert counts(again) == (0, 4, 1)
    assert results(job)[-1] == (6, "bad_field:ip")
    made = Click.objects.get(transaction_id="old-1")
    assert (made.params["sub1"], made.ip, made.clicked_at.isoformat()) == (
        "news",
        "203.0.113.9",
        "2026-01-31T00:00:00+00:00",
    )


def test_an_import_is_started_once(offer: Offer) -> None:
    job = rehearse(make_import("transaction_id\ntx-1\n"))
    start(job=job, now=NOON, is_history=False)

    with pytest.raises(ImportStateError, match="running"):
        start(job=job, now=NOON, is_history=False)

    while work_on_next_chunk(job.pk, NOON):
        pass
    assert not work_on_next_chunk(job.pk, NOON)
    assert counts(Import.objects.get()) == (1, 0, 0)
