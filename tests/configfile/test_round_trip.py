"""A file made of one database makes the same configuration in another."""

import pytest
from auditlog.models import LogEntry
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apps.accounts.models import Affiliate
from apps.configfile.documents import Entry
from apps.configfile.importing import compare_file
from apps.configfile.reading import read_file
from apps.configfile.shapes import SHAPES
from apps.configfile.writing import as_text, export_text
from apps.connections.models import Connection
from apps.console.demo_data import load_demo_data
from apps.core.config_version import current_version
from apps.offers.models import Project
from apps.postbacks.models import PostbackRule, RuleRevision
from tests.configfile.world import (
    CANARY,
    build_everything,
    imported,
    make_admin,
    wipe,
)
from tests.factories import make_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    min_size=1,
    max_size=40,
) | st.text(
    "ab \n\t\r:#-'\"|>&*!%@`{}[]?,~01.\x85\u2028\ufeff", min_size=1, max_size=20
)
ODD = (
    *("null", "yes", "12", "1e3", "1.5", "2026-01-01", "~", "=", "<<", "09:00", "0x1"),
    *(" a ", "a: b", "# a", "- a", "'", '"', "&a", "*a", "!a", "%a", "{a}", "a\tb"),
    *("a\x85b", "a\u2028b", "\ufeffa", "emoji 🎉", "Ünïcødé", "a\r\nb", "\x1b[31m"),
)


def test_everything_exported_and_imported_elsewhere_is_exported_byte_for_byte() -> None:
    build_everything()
    before = export_text()
    wipe()

    report = imported(before)

    assert [str(problem) for problem in report.problems] == []
    assert report.is_written
    assert export_text().encode() == before.encode()
    assert before.count("\n") > 500


def test_the_demo_is_exported_byte_for_byte_too() -> None:
    load_demo_data(receiver_url="http://127.0.0.1:8123", now=timezone.now())
    before = export_text()
    wipe()

    report = imported(before)

    assert [str(problem) for problem in report.problems] == []
    assert export_text() == before


def test_the_second_import_changes_nothing_and_makes_no_revision() -> None:
    build_everything()
    text = export_text()
    wipe()
    imported(text)
    marks = (RuleRevision.objects.count(), current_version(), LogEntry.objects.count())

    report = imported(text)

    assert report.changes == []
    assert report.is_written
    again = (RuleRevision.objects.count(), current_version(), LogEntry.objects.count())
    assert again == marks


def test_an_import_writes_revisions_and_an_audit_log_and_raises_the_version() -> None:
    make_rule(None, author=make_admin(), name="Tracker")
    text = export_text().replace("partner.example", "other.example")
    version = current_version()

    imported(text)

    rule = PostbackRule.objects.get()
    revision = rule.revisions.get(number=2)
    assert revision.comment == "Imported configuration"
    assert revision.snapshot["destination"] == "https://other.example:443"
    assert LogEntry.objects.filter(object_pk=rule.pk, action=1).count() == 1
    assert current_version() > version


def test_the_order_of_rows_in_the_database_does_not_matter() -> None:
    for name in ("b", "a", "C", "ä"):
        Project.objects.create(name=name)
    text = export_text()
    Project.objects.all().delete()
    for name in ("ä", "C", "a", "b"):
        Project.objects.create(name=name)

    assert export_text() == text
    assert text.index("name: C") < text.index("name: a") < text.index("name: ä")


def test_no_secret_and_no_token_is_in_the_file() -> None:
    build_everything()

    text = export_text()

    assert CANARY not in text
    assert "BEGIN" not in text
    assert "sealed" not in text
    for token in ("public_token", "token_hash", "password_hash"):
        assert token not in text


def test_what_lacks_its_secrets_waits_for_them_and_does_not_send() -> None:
    build_everything()
    text = export_text()
    wipe()

    report = imported(text)

    tracker = PostbackRule.objects.filter(name="Tracker").earliest("pk")
    assert tracker.status == "auto_disabled"
    assert tracker.status_reason == (
        "Imported without its secrets: enter them, then switch it on."
    )
    vault = Connection.objects.get(name="Vault", owner_affiliate=None)
    assert (vault.state, vault.last_error) == (
        "auth_error",
        "Imported without its secrets: enter them, then test it.",
    )
    assert ("connection «Vault»", ["token"]) in report.awaited


@settings(
    max_examples=500,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(text=TEXTS)
def test_any_text_is_read_as_it_was_written(text: str) -> None:
    written = as_text(
        {
            **{section: {} for section in SHAPES},
            "affiliates": {
                (text,): Entry((text,), {"status": "active", "external_ref": text})
            },
        }
    )

    document, problems = read_file(written.encode())

    assert problems == []
    assert document["affiliates"][text,].values["external_ref"] == text


def test_odd_names_come_back_from_the_database_as_they_were() -> None:
    for name in ODD:
        Affiliate.objects.create(name=name, external_ref=name)
        payload = f"x{name}\n{name}x".replace("{a}", "").replace("\r", "")
        settings = {"payload": payload, "payload_type": "text", "method": "POST"}
        make_rule(None, author=make_admin(), name=name, settings=settings)
    before = export_text()
    wipe()

    report = imported(before)

    assert [str(problem) for problem in report.problems] == []
    assert export_text() == before
    assert {one.name for one in Affiliate.objects.all()} == set(ODD)


def test_a_file_of_this_database_has_no_difference() -> None:
    build_everything()

    report = compare_file(export_text().encode())

    assert report.changes == []
    assert report.problems == []
