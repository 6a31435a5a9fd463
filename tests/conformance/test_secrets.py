"""No secret of any kind of action is stored, shown, or logged, whatever happens."""

import json
import logging
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from apps.accounts.models import Role
from apps.accounts.roles import sync_roles
from apps.actions import registry
from apps.actions.redaction import Redactor, credentials_in
from apps.core import secret_box
from apps.core.adminkit.addresses import change_url
from apps.deliveries.models import Attempt
from tests.conformance.case import Case
from tests.conformance.world import Planted, lead, make_retries_due, plant, work
from tests.factories import make_user
from tests.fakes.server import Fakes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]

STEPS: list[dict[str, Any]] = [
    {"status": 400, "echo": True},
    {"status": 500, "echo": True},
    {"status": 200, "echo": True},
    {"status": 302, "echo": True, "headers": {"Location": "https://x.example/"}},
    {"fault": "garbage"},
    {"fault": "html_502"},
]
"""Everything that could bring a secret back: echoes in the body of each status."""


def secrets_of(planted: Planted) -> set[str]:
    """Return every secret text of the connection and the rule."""
    action = registry.get(planted.case.kind)
    found: set[str] = set()
    stored = [
        (action.RuleForm, planted.rule),
        (action.ConnectionForm, planted.connection),
    ]
    for form, row in stored:
        if row is None:
            continue
        for name, text in secret_box.unseal(row.sealed_secrets).items():
            field: Any = form.base_fields[name]
            found |= set(field.secret_values(text))
    return {text for text in found if len(text) >= 6}


def everything_stored() -> str:
    """Return all rows of all tables as text, without what is sealed."""
    rows: list[Any] = []
    for model in apps.get_models():
        fields = [f.attname for f in model._meta.concrete_fields]
        plain = [name for name in fields if not name.startswith("sealed_")]
        rows += model._default_manager.values_list(*plain)
    return json.dumps(rows, default=str, ensure_ascii=False)


def shown_pages(planted: Planted) -> str:
    """Return the pages of the admin that show the connection, the rule, attempts."""
    sync_roles()
    client = Client()
    client.force_login(make_user("ada", role=Role.ADMIN, is_superuser=True))
    rows = [
        planted.connection,
        planted.rule,
        *[a.delivery for a in Attempt.objects.all()],
    ]
    pages = [client.get(change_url(row)) for row in rows if row is not None]
    assert {page.status_code for page in pages} == {200}
    return "".join(page.content.decode() for page in pages)


def test_no_secret_is_left_anywhere(
    case: Case, fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    """Each secret starts with «canary»; echoes bring it back in every answer."""
    caplog.set_level(logging.DEBUG)
    planted = plant(case, fakes)
    for number in range(len(STEPS) + 1):
        lead(planted, f"T-{number}", email=f"a{number}@x.example")
    if case.is_http:
        fakes.script(case.fake, *STEPS)

    work()
    make_retries_due()
    work()

    secrets = secrets_of(planted)
    for request in fakes.requests(case.fake):
        # Basic authorization hides the password from a search for it.
        secrets |= credentials_in(request["headers"])
    assert secrets or not planted.connection
    assert Attempt.objects.count() > 0
    if case.is_http and secrets:
        sent = json.dumps(fakes.requests(case.fake), ensure_ascii=False)
        assert Redactor(secrets).text(sent) != sent, "The provider saw no secret."
    places = {
        "stored": everything_stored(),
        "shown": shown_pages(planted),
        "logged": caplog.text,
    }
    for where, text in places.items():
        assert "canary" not in text, where
        assert Redactor(secrets).text(text) == text.replace("\0", "\ufffd"), where
