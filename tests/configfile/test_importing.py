"""An import is one transaction, tried first if asked, and alone."""

import threading
import time
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection, transaction

from apps.accounts.models import Affiliate
from apps.configfile.importing import LOCK, Report
from apps.core.config_version import current_version
from apps.deliveries.models import Delivery
from apps.offers.models import Project
from tests.configfile.world import imported, make_admin
from tests.factories import make_delivery, make_event, make_offer, make_rule

pytestmark = pytest.mark.usefixtures("no_wake_ups")

GOOD = "version: 1\nprojects:\n- name: P\naffiliates:\n- name: A\n"
BAD = f"{GOOD}rules:\n- name: R\n  trigger: conversion_done\n  action: fax\n"


@pytest.mark.django_db
def test_a_problem_at_the_end_leaves_nothing_of_the_beginning() -> None:
    make_admin()
    version = current_version()

    report = imported(BAD)

    assert len(report.problems) == 1
    assert not report.is_written
    assert not Project.objects.exists()
    assert not Affiliate.objects.exists()
    assert current_version() == version


@pytest.mark.django_db
def test_a_dry_run_tells_the_same_and_keeps_nothing() -> None:
    tried = imported(GOOD, is_dry_run=True)
    entries = LogEntry.objects.filter(content_type__model="project").count()

    done = imported(GOOD)

    assert tried.changes == done.changes
    assert (tried.is_written, done.is_written) == (False, True)
    assert entries == 0
    assert Project.objects.count() == 1


@pytest.mark.django_db
def test_what_was_held_is_sent_when_a_file_switches_a_postback_on() -> None:
    offer = make_offer("O")
    rule = make_rule(offer, author=make_admin(), name="R", status="disabled")
    delivery = make_delivery(
        rule, make_event(offer), state="held", reason="rule_paused"
    )
    text = (
        "version: 1\nrules:\n- advertiser: Acme\n  offer: O\n  name: R\n"
        "  trigger: conversion_done\n  action: ping_url\n  settings:\n"
        "    url: https://partner.example/pb?tid={transaction_id}\n"
    )

    report = imported(text)

    assert report.problems == []
    assert Delivery.objects.get(pk=delivery.pk).state == "pending"


@pytest.mark.django_db(transaction=True)
def test_of_two_imports_at_once_one_waits_and_finds_nothing_left_to_do() -> None:
    make_admin()
    reports: list[Report] = []

    def run() -> None:
        reports.append(imported(GOOD))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))
        for thread in threads:
            thread.start()
        _wait_for_waiting(2)
        assert reports == []
    for thread in threads:
        thread.join(timeout=30)

    changes = sorted(len(report.differences) for report in reports)
    assert changes == [0, 2]
    assert all(report.is_written for report in reports)
    assert Project.objects.count() == 1


def _wait_for_waiting(count: int) -> None:
    """Wait until so many connections wait for the lock of imports."""
    ends = time.monotonic() + timedelta(seconds=20).total_seconds()
    while time.monotonic() < ends:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' "
                "AND NOT granted"
            )
            row = cursor.fetchone()
        if row and row[0] == count:
            return
        time.sleep(0.05)
    raise AssertionError("The imports do not wait.")
