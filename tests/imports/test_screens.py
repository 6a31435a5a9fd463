"""The way of a file through the console: upload, columns, rehearsal, start, result."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.ingest.importing import steps
from apps.ingest.importing.permissions import ImportForbiddenError
from apps.ingest.importing.working import work_on_next_chunk
from apps.ingest.models import Import
from apps.offers.models import Offer
from apps.tracking.models import Event
from tests.factories import NOON, make_affiliate, make_rule, make_user
from tests.imports.making import HEADINGS, make_author, make_import, rehearse, run

pytestmark = pytest.mark.django_db

ROWS = f"{HEADINGS}\ntx-1,12.50,USD,A-1\nnobody,5,USD,A-2\n"


def page_of(job: Import, name: str = "change") -> str:
    return reverse(f"admin:ingest_import_{name}", args=[job.pk])


def file_of(text: str | bytes, name: str = "march.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def html_of(response: Any) -> str:
    """Return the text of a page, without the markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def upload(client: Client, **given: Any) -> Any:
    form = {"kind": "conversions", "has_headings": "on", **given}
    return client.post(reverse("admin:ingest_import_add"), form)


def test_the_whole_way_of_a_file(staff: Client, offer: Offer) -> None:
    make_rule(offer)

    uploaded = upload(staff, file=file_of(ROWS))
    job = Import.objects.get()
    columns = staff.get(uploaded["Location"])
    named = staff.post(
        uploaded["Location"],
        {
            "column_transaction_id": "0",
            "column_amount": "1",
            "column_currency": "2",
            "column_order_id": "3",
            "offer": str(offer.pk),
            "time_zone": "Europe/Berlin",
            "date_order": "iso",
            "decimal_mark": ".",
        },
    )
    rehearsed = html_of(staff.get(named["Location"]))
    staff.post(page_of(job, "step"), {"step": "start", "fires_postbacks": "1"})
    while work_on_next_chunk(job.pk, NOON):
        pass
    done = html_of(staff.get(page_of(job)))
    refused: Any = staff.get(page_of(job, "refused"))

    assert "march.csv" in html_of(columns)
    assert 'name="column_amount"' in columns.content.decode()
    assert "Rehearsed 2 of 2 rows: 1 would be accepted" in rehearsed
    assert "Fire postbacks: 1 delivery" in rehearsed
    job.refresh_from_db()
    assert (job.state, job.accepted, job.refused, job.planned) == ("done", 1, 1, 1)
    assert "1 accepted, 0 duplicates, 1 refused of 2" in done
    lines = b"".join(refused.streaming_content).decode().splitlines()
    assert lines[1].startswith("3,unknown_transaction,No click has this")
    assert lines[1].endswith("nobody,5,USD,A-2")


def test_rows_are_pasted_too(staff: Client, offer: Offer) -> None:
    answer = upload(staff, pasted="transaction_id\tamount\ntx-1\t5\n")

    job = Import.objects.get()
    assert (answer.status_code, job.delimiter, job.rows) == (302, "\t", 1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Choose a file or paste rows"),
        ({"file": b"PK\x03\x04rest"}, "This is a ZIP / XLSX file, not text"),
        ({"file": b"a,b\n"}, "has headings and no rows"),
        ({"file": b"a\n1\n", "pasted": "a"}, "one of the two"),
    ],
)
def test_what_is_no_table_is_refused_with_the_next_step(
    staff: Client, given: dict[str, Any], words: str
) -> None:
    if "file" in given:
        given = {**given, "file": file_of(given["file"])}

    answer = upload(staff, **given)

    assert words in html_of(answer)
    assert Import.objects.count() == 0


def test_required_columns_are_asked_for(staff: Client) -> None:
    job = make_import("a,b\n1,2\n", "events", author=make_user("root"), columns={})
    form = {"time_zone": "UTC", "date_order": "iso", "decimal_mark": "."}

    none = staff.post(page_of(job, "mapping"), form)
    half = staff.post(page_of(job, "mapping"), {**form, "column_transaction_id": "0"})
    fixed = staff.post(
        page_of(job, "mapping"),
        {**form, "column_transaction_id": "0", "fixed_event": "sale"},
    )

    assert "Transaction id (required)" in html_of(none)
    assert none.status_code == 200
    assert "Choose the column of: Event." in html_of(half)
    assert fixed.status_code == 302


def test_columns_are_remembered_for_the_next_file_alike(staff: Client) -> None:
    root = make_user("root")
    make_import("x,y\n1,2\n", author=root, columns={"transaction_id": 1}, kept=[0])
    job = make_import("x,y\n1,2\n", author=root, columns={})

    html = staff.get(page_of(job, "mapping")).content.decode()

    select = html.split('name="column_transaction_id"')[1].split("</select>")[0]
    assert '<option value="1" selected>y</option>' in select


def test_without_the_tick_it_is_history(staff: Client, offer: Offer) -> None:
    make_rule(offer)
    job = rehearse(make_import(ROWS, author=make_user("root")))

    staff.post(page_of(job, "step"), {"step": "start"})
    while work_on_next_chunk(job.pk, NOON):
        pass

    job.refresh_from_db()
    assert (job.is_history, job.accepted, job.planned) == (True, 1, 0)


def test_buttons_pause_go_on_cancel_and_delete(staff: Client, offer: Offer) -> None:
    job = rehearse(make_import(ROWS, author=make_user("root")))
    seen = []
    for step in ("start", "pause", "resume", "pause", "cancel", "forget", "start"):
        staff.post(page_of(job, "step"), {"step": step})
        job.refresh_from_db()
        seen.append(job.state)

    assert seen == [
        *("running", "paused", "running", "paused"),
        *("cancelled", "cancelled", "cancelled"),
    ]
    assert job.forgotten_at is not None
    assert job.chunks.count() == Event.objects.count() == 0


def test_an_affiliate_neither_sees_nor_brings_imports(
    sign_in: Callable[[User], Client],
) -> None:
    """R224."""
    job = make_import(ROWS)
    client = sign_in(make_user("partner", affiliate=make_affiliate()))

    answers = [
        client.get(reverse("admin:ingest_import_changelist")),
        upload(client, file=file_of(ROWS)),
        client.get(page_of(job)),
        client.post(page_of(job, "step"), {"step": "start"}),
    ]

    assert {answer.status_code for answer in answers} <= {302, 403}
    assert Import.objects.count() == 1


def test_an_operator_brings_no_imports(sign_in: Callable[[User], Client]) -> None:
    client = sign_in(make_user("op", role=Role.OPERATOR))

    assert upload(client, file=file_of(ROWS)).status_code == 403


def test_cells_are_shown_to_who_brought_them_or_may_see_people(
    sign_in: Callable[[User], Client], staff: Client, offer: Offer
) -> None:
    job = run(make_import(ROWS, author=make_author()))
    other = sign_in(make_user("colleague"))

    assert other.get(page_of(job, "refused")).status_code == 403
    assert "nobody" not in html_of(other.get(page_of(job)))
    assert staff.get(page_of(job, "refused")).status_code == 200


def test_an_author_who_lost_the_right_imports_nothing(offer: Offer) -> None:
    job = rehearse(make_import(ROWS))
    User.objects.filter(pk=job.author_id).update(is_active=False)

    with pytest.raises(ImportForbiddenError, match="may not import"):
        steps.start(job=Import.objects.get(), now=NOON, is_history=False)

    assert Event.objects.count() == 0


def test_old_rows_are_deleted_in_time(offer: Offer) -> None:
    done = run(make_import(ROWS))
    left = make_import(ROWS)
    fresh = make_import(ROWS)
    old = NOON - timedelta(days=8)
    Import.objects.filter(pk__in=[done.pk, left.pk]).update(updated_at=old)
    Import.objects.filter(pk=fresh.pk).update(updated_at=NOON)

    assert steps.forget_in_time(NOON) == 2

    states = dict(Import.objects.values_list("pk", "state"))
    assert states == {done.pk: "done", left.pk: "cancelled", fresh.pk: "draft"}
    assert Import.objects.filter(chunks__isnull=False).distinct().get() == fresh
