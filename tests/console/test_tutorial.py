"""The tutorial is followed in a real browser, word by word.

``PICTURES=true`` writes the pictures into the documents; otherwise they go to a
temporary folder, so that a test run changes no file.
"""

import os
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import Affiliate, User
from apps.core.deadlines import Deadline
from apps.core.resolving import Resolver, SocketAddress
from apps.deliveries.models import AlertChannel, Delivery, Worker
from apps.reports.rollups import roll_up
from tests.console.browsing import WIDE, browser_page
from tests.console.following import HEIGHT, PICTURE, Reader, steps_of
from tests.deliveries.steps import one_attempt
from tests.docs.blocks import documents
from tests.docs.world import begin, environment_of
from tests.house.tree import ROOT
from tests.sink import Sink, running_sink

TUTORIAL = ROOT / "docs" / "tutorial.md"
FOLDER = ROOT / "docs" / "pictures"
BYTES_MAX = 150_000
LINKED = re.compile(r"\(((?:\.\./)?(?:docs/)?pictures/[^)]+)\)")


@pytest.fixture
def tracker() -> Iterator[Sink]:
    """Run a real server on this machine, and let tracker.example lead to it."""
    with running_sink() as found:
        port = int(found.url.rpartition(":")[2])

        def resolve(
            _self: Resolver, host: str, _port: int, _deadline: Deadline
        ) -> list[SocketAddress]:
            assert host == "tracker.example"
            return [SocketAddress(socket.AF_INET, ("127.0.0.1", port))]

        with patch.object(Resolver, "resolve", resolve):
            yield found


@pytest.fixture
def stranger(
    live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Page]:
    """Return a browser's page that nobody has signed in on; its errors fail."""
    # Playwright's loop runs in this thread; Django would call that asynchronous.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    with browser_page(live_server.url, session="") as opened:
        opened.set_viewport_size({"width": WIDE, "height": HEIGHT})
        opened.emulate_media(color_scheme="light", reduced_motion="reduce")
        yield opened


@pytest.mark.browser
@pytest.mark.curl
@pytest.mark.django_db(transaction=True)
def test_who_follows_the_tutorial_gets_where_it_says(
    stranger: Page, tracker: Sink, live_server: LiveServer, tmp_path: Path
) -> None:
    """From the empty installation to a partner that was told, with every picture."""
    begin()
    environment = environment_of(live_server.url, tmp_path)
    stranger.goto(f"{live_server.url}/admin/")
    reader = Reader(stranger, environment, tracker)

    reader.follow(TUTORIAL, _folder(tmp_path), lambda: _work(environment))

    paths = [path for _, path, _ in tracker.received]
    assert paths.count("/pb?cid=click-77&sum=6.00") == 2
    assert paths[-2:] == ["/event?cid=click-77&event=signup"] * 2
    assert not Delivery.objects.exclude(state="delivered").exists()
    assert User.objects.get(username="hedgerow").affiliate == Affiliate.objects.get()
    assert AlertChannel.objects.get().email == "on-call@acorn.example"
    assert all(after - before == 1 for before, after in pairwise(reader.numbers))
    assert set(reader.pictures) == set(_pictures_of(TUTORIAL))


def _folder(temporary: Path) -> Path:
    return FOLDER if os.environ.get("PICTURES") == "true" else temporary


def _work(environment: dict[str, str]) -> None:
    """Play the worker: send what is due, sum up, and be seen."""
    one_attempt()
    now = datetime.now(UTC)
    roll_up(now=now)
    Worker.objects.update_or_create(
        name="worker-1.example/4021",
        defaults={"processes": 2, "threads": 64, "started_at": now, "seen_at": now},
    )
    if affiliate := Affiliate.objects.first():
        environment["AFFILIATE"] = str(affiliate.pk)


def _pictures_of(document: Path) -> list[str]:
    lines = document.read_text().splitlines()
    return [found[1] for line in lines if (found := PICTURE.match(line))]


def test_every_picture_is_linked_and_small() -> None:
    """That every linked one exists is said by the test of the links."""
    linked = {
        (document.parent / target).resolve()
        for document in documents()
        for target in LINKED.findall(document.read_text())
    }
    stored = set(FOLDER.iterdir())

    assert stored == linked
    assert [path.name for path in stored if path.stat().st_size > BYTES_MAX] == []


def test_sentences_are_read_as_steps_in_their_order() -> None:
    line = "3. Open **Offers**. Enter `10` in **Value**. You see “Saved”. Nothing else."

    assert steps_of(line) == [
        ("open", ("Offers",)),
        ("enter", ("10", "Value")),
        ("see", ("Saved",)),
    ]
