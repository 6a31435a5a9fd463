"""The audit log: who changed what, and never a secret."""

import pytest
from auditlog.models import LogEntry
from auditlog.registry import auditlog
from django.test import Client
from django.urls import reverse

from apps.console.audit import SECRET_COLUMNS
from apps.core import secret_box
from tests.factories import make_offer, make_rule

pytestmark = pytest.mark.django_db


def test_no_sealed_column_is_left_for_the_audit_log_to_tell() -> None:
    """A new sealed field must be kept out, or this fails."""
    secret = ("sealed", "token_hash", "password", "secret")
    told = {
        (model, field.name)
        for model in auditlog.get_models()
        for field in model._meta.get_fields()
        if any(word in field.name for word in secret)
    }

    kept_out = {
        (model, name) for model, names in SECRET_COLUMNS.items() for name in names
    }
    assert len(told) >= 5
    assert told - kept_out == set()


def test_the_audit_log_tells_before_and_after_but_no_secret(staff: Client) -> None:
    rule = make_rule(make_offer(), name="Old")
    rule.name = "New"
    rule.sealed_secrets = secret_box.seal({"key": "very-secret-value"})
    rule.save()
    entry = LogEntry.objects.get_for_object(rule).first()
    assert entry is not None

    html = staff.get(reverse("admin:auditlog_logentry_change", args=[entry.pk]))

    assert "<code>Old</code> → <code>New</code>" in html.content.decode()
    assert rule.sealed_secrets not in html.content.decode()
    assert "sealed" not in html.content.decode()


def test_the_audit_log_tells_of_columns_and_not_of_who_points_to_the_row() -> None:
    offer = make_offer()

    entry = LogEntry.objects.get_for_object(offer).first()

    assert entry is not None
    columns = {field.name for field in offer._meta.concrete_fields}
    assert {"name", "advertiser"} <= set(entry.changes) <= columns
