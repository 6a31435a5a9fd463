"""The whole way of a file in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from apps.deliveries.clock import database_now
from apps.ingest.importing.working import work_on_next_chunk
from apps.ingest.models import Import
from apps.offers.models import Offer
from tests.console.browsing import axe_findings, shoot
from tests.factories import make_rule

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ROWS = (
    "transaction_id;Sale Amount;Currency;Order id\n"
    "tx-1;12,50;EUR;A-1\ntx-2;1.250,00;EUR;A-2\nnobody;5;EUR;A-3\n"
)


def test_a_file_goes_from_the_list_to_its_result(
    page: Page, live_server: LiveServer, offer: Offer, tmp_path: Path
) -> None:
    make_rule(offer)
    path = tmp_path / "march.csv"
    path.write_text(ROWS)

    page.goto(f"{live_server.url}/admin/ingest/import/")
    page.get_by_role("link", name="Add import").first.click()
    page.get_by_label("File").set_input_files(path)
    shoot(page, "import_upload")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("#id_column_amount")).to_have_value("1")
    page.get_by_label("Amounts are written with").select_option(",")
    shoot(page, "import_columns")
    found = axe_findings(page)
    page.get_by_role("button", name="Rehearse").click()
    expect(page.get_by_text("Rehearsed 3 of 3 rows")).to_be_visible()
    shoot(page, "import_rehearsed", is_whole=True)
    found += axe_findings(page)
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_text("The import has begun.")).to_be_visible()
    work_on_next_chunk(Import.objects.get().pk, database_now())
    assert "4,unknown_transaction" in downloaded(page)
    job = Import.objects.get()
    assert (job.state, job.accepted, job.refused, job.planned) == ("done", 2, 1, 2)
    assert found == []


def downloaded(page: Page) -> str:
    """Return the file of refused rows."""
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the refused rows").click()
    return Path(downloading.value.path()).read_text("utf-8-sig")
