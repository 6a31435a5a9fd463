"""Lists as CSV files: what is filtered, nothing foreign, nothing a sheet would run."""

import csv
import io
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.core.adminkit import exporting
from apps.tracking.models import Event
from tests.console.conftest import MARKER
from tests.factories import (
    make_affiliate,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db

EVENTS = "admin:tracking_event_export"
DELIVERIES = "admin:deliveries_delivery_export"
RECONCILIATION = "admin:reports_outcomehour_export"
ALL = (EVENTS, DELIVERIES, RECONCILIATION)


def text_of(response: Any) -> str:
    """Return a streamed file as text."""
    return b"".join(response.streaming_content).decode("utf-8-sig")


def rows_of(client: Client, name: str, **query: str) -> list[dict[str, str]]:
    """Return the rows of a file by their headings."""
    response = client.get(reverse(name), query)
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(text_of(response))))


NO_LISTS = {"core_configversion", "deliveries_worker"}
"""Pages in the place of a list: the configuration file, and the workers that live."""
LISTS = {
    f"{model._meta.app_label}_{model._meta.model_name}"
    for model in admin.site._registry
    if model.__module__.startswith(("apps.", "axes.", "auditlog."))
} - NO_LISTS


@pytest.mark.parametrize("name", sorted(LISTS))
def test_every_list_is_saved_as_it_is_shown(
    staff: Client, everything: Event, name: str
) -> None:
    """Also through the button above the list, and with nothing to run in a sheet."""
    shown = staff.get(reverse(f"admin:{name}_changelist")).content.decode()
    text = text_of(staff.get(reverse(f"admin:{name}_export")))

    assert "Export CSV" in shown
    rows = list(csv.reader(io.StringIO(text)))
    assert len(rows[0]) > 1
    assert not any(cell.startswith(("=", "@")) for row in rows for cell in row)
    assert not any("<" in cell and "</" in cell for row in rows for cell in row)


def make_events(count: int) -> None:
    """Store events with a delivery each."""
    offer = make_offer()
    rule = make_rule(offer)
    for number in range(count):
        event = make_event(offer, transaction_id=f"t-{number}")
        make_delivery(rule, event, state="failed", finished_at=event.received_at)


def test_the_event_log_is_exported_as_it_is_filtered(
    staff: Client, everything: Event
) -> None:
    make_event(make_offer("Other"), transaction_id="other")

    [row] = rows_of(staff, EVENTS, offer__id__exact=str(everything.offer_id))

    assert row["timestamp"] == "2026-03-01T12:00:00.000+00:00"
    assert row["transaction"] == f"{MARKER}-tx"
    assert row["lead"] == f"{MARKER}-lead"
    assert row["campaign"] == f"{MARKER} offer"
    assert (row["postbacks sent"], row["postbacks"]) == ("0", "1")


def test_deliveries_are_exported_as_they_are_filtered(staff: Client) -> None:
    make_events(2)

    rows = rows_of(staff, DELIVERIES, q="t-1", state__exact="failed")

    assert [(row["transaction"], row["state"]) for row in rows] == [("t-1", "Failed")]
    assert rows_of(staff, DELIVERIES, state__exact="held") == []


def test_the_list_links_its_export_with_the_filters_in_force(staff: Client) -> None:
    make_events(1)
    url = reverse("admin:deliveries_delivery_changelist")

    html = staff.get(f"{url}?state__exact=failed").content.decode()

    assert 'href="export/?state__exact=failed"' in html


def test_no_cell_is_a_formula(staff: Client) -> None:
    make_event(make_offer('=HYPERLINK("http://x.example")'), transaction_id="+1-2")

    [row] = rows_of(staff, EVENTS)

    assert row["campaign"] == '\'=HYPERLINK("http://x.example")'
    assert row["transaction"] == "'+1-2"


def test_no_file_holds_what_the_log_holds_of_people(
    staff: Client, everything: Event
) -> None:
    """R230: payloads and partners' words stay on the screen, where they are masked."""
    Event.objects.filter(pk=everything.pk).update(
        params={"email": "jo@mail.example"}, fields={"phone": "+15551234567"}
    )
    everything.deliveries.update(message="jo@mail.example is refused")

    for name in ALL:
        text = text_of(staff.get(reverse(name)))
        assert "mail.example" not in text, name
        assert "5551234567" not in text, name


def test_a_stranger_exports_nothing_foreign(
    sign_in: Callable[[User], Client], everything: Event
) -> None:
    """R224."""
    client = sign_in(make_user("other", affiliate=make_affiliate("Other")))

    for name in (EVENTS, DELIVERIES):
        assert rows_of(client, name) == []
    assert client.get(reverse(RECONCILIATION)).status_code == 403


def test_an_affiliate_exports_its_own_events_without_revenue(
    sign_in: Callable[[User], Client], everything: Event
) -> None:
    """R224."""
    client = sign_in(User.objects.get(username=f"{MARKER}-user"))

    [row] = rows_of(client, EVENTS)

    assert row["transaction"] == f"{MARKER}-tx"
    assert "payout" in row
    assert "revenue" not in row


def test_who_may_not_look_may_not_export(sign_in: Callable[[User], Client]) -> None:
    user = make_user("nobody", role=Role.AFFILIATE, affiliate=make_affiliate())
    client = sign_in(user)

    assert client.get(reverse(RECONCILIATION)).status_code == 403
    assert Client().get(reverse(EVENTS)).status_code == 302


def test_a_file_is_made_in_chunks_and_says_when_it_is_shortened(
    staff: Client,
) -> None:
    make_events(7)

    with (
        patch.object(exporting, "CHUNK", 2),
        patch.object(exporting, "MAX_ROWS", 5),
        CaptureQueriesContext(connection) as queries,
    ):
        lines = text_of(staff.get(reverse(EVENTS))).splitlines()

    assert len(lines) == 1 + 5 + 1
    assert "Shortened" in lines[-1]
    assert len(queries) <= 25


def test_a_file_that_is_just_full_is_not_called_shortened(staff: Client) -> None:
    make_events(4)

    with patch.object(exporting, "CHUNK", 2), patch.object(exporting, "MAX_ROWS", 4):
        text = text_of(staff.get(reverse(EVENTS)))

    assert len(text.splitlines()) == 5
    assert "Shortened" not in text


def test_a_filter_that_makes_no_sense_leads_back_to_the_list(staff: Client) -> None:
    response = staff.get(reverse(EVENTS), {"nonsense": "1"})

    assert response.status_code == 302
