"""Workers that die, and files of many rows."""

import os
import signal
import subprocess
import sys
import time
import tracemalloc
from io import BytesIO

import pytest
from django.conf import settings

from apps.ingest.importing.steps import start
from apps.ingest.importing.storing import Upload, store_upload
from apps.ingest.importing.tasks import work_patiently
from apps.ingest.models import Import
from apps.offers.models import Offer
from apps.tracking.models import Conversion, Event
from tests.deliveries.clusters import database_url
from tests.factories import NOON, make_click, make_offer
from tests.imports.making import make_author, make_import, rehearse

ROWS = 600
WORK = """
import django, sys
django.setup()
from apps.ingest.importing import tasks
tasks.work(sys.argv[1])
"""


@pytest.fixture
def job(monkeypatch: pytest.MonkeyPatch) -> Import:
    """Return an import of many small chunks that was started."""
    monkeypatch.setattr("apps.ingest.importing.storing.CHUNK_ROWS", 20)
    offer: Offer = make_offer()
    for number in range(ROWS):
        make_click(offer, f"tx-{number}")
    lines = "".join(f"tx-{number}\n" for number in range(ROWS))
    found = rehearse(make_import(f"transaction_id\n{lines}"))
    start(job=found, now=NOON, is_history=False)
    found.refresh_from_db()
    return found


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_in_the_middle_loses_and_repeats_nothing(job: Import) -> None:
    """DESIGN §4.3: another goes on with the next chunk."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORK, str(job.pk)],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "postbacks_project.settings",
            "DATABASE_URL": database_url(),
            "DEBUG": "true",
        },
    )
    ends_at = time.monotonic() + 60
    while job.examined < 40 and time.monotonic() < ends_at:
        time.sleep(0.01)
        job.refresh_from_db()
    worker.send_signal(signal.SIGKILL)
    worker.wait(10)
    job.refresh_from_db()
    left = ROWS - job.examined

    while work_patiently(job.pk):
        pass

    job.refresh_from_db()
    assert 0 < left < ROWS
    assert (job.state, job.accepted, job.duplicate, job.refused) == ("done", ROWS, 0, 0)
    assert Event.objects.count() == Conversion.objects.count() == ROWS


@pytest.mark.django_db
def test_memory_stays_flat_however_long_the_file_is() -> None:
    """200,000 rows cost no more memory than a few chunks do."""
    line = b"tx-1,12.50,USD,a note of some length\n"
    file = BytesIO(b"transaction_id,amount,currency,note\n" + line * 200_000)
    job = Import(kind="conversions", author=make_author())
    upload = Upload(file, "long.csv", len(file.getvalue()))
    tracemalloc.start()

    store_upload(job, upload)

    peak = tracemalloc.get_traced_memory()[1] / 1024**2
    tracemalloc.stop()
    assert job.rows == 200_000
    assert peak < 20
