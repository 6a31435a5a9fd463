"""Every operation of the schema keeps its word, whatever it is sent."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import connection
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from apps.deliveries.models import Replay
from apps.ingest.throttling import forget_senders
from tests.factories import NOON, make_offer_event
from tests.lists.making import make_value_list
from tests.rest.world import make_world, secret

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

application = get_wsgi_application()
schema = schemathesis.openapi.from_wsgi("/api/v1/schema?format=json", application)
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(autouse=True)
def known() -> Iterator[dict[str, str]]:
    """Make rows of every kind; return the ids that requests may name.

    The connection of the test's transaction stays open between requests; Django's own
    test client keeps it in the same way.
    """
    ours, _ = make_world()
    offered = make_offer_event(ours.offer)
    forget_senders()
    ids = {
        "conversions": ours.conversion.pk,
        "deliveries": ours.delivery.pk,
        "event-types": offered.event_type_id,
        "events": ours.event.pk,
        "leads": ours.lead.public_id,
        "offers": ours.offer.pk,
        "rules": ours.rule.pk,
        "rule": ours.rule.pk,
        "replays": Replay.objects.create(
            kind="resend",
            rule=ours.rule,
            starts_at=NOON,
            ends_at=NOON + timedelta(days=1),
        ).pk,
        "step": "start",
        "public_id": ours.lead.public_id,
        "offer_token": ours.offer.public_token,
        "offer": ours.offer.public_token,
        "transaction_id": ours.event.transaction_id,
        "secure": secret("account"),
        "event_id": offered.event_type_id,
        "event_name": offered.event_type.name,
        "event": offered.event_type.name,
        "reference": make_value_list(allows_api=True).reference,
    }
    with patch.object(connection, "close_if_unusable_or_obsolete"):
        yield {name: str(value) for name, value in ids.items()}


@schema.parametrize()
@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_nothing_undocumented_is_answered(case: Any, known: dict[str, str]) -> None:
    """No server error, no undocumented status, type or shape; then aimed at rows."""
    headers = {"Authorization": f"Bearer {secret('account')}"}
    case.call_and_validate(headers=headers, checks=CHECKS)
    _aim(case, known)
    case.call_and_validate(headers=headers, checks=CHECKS)


def _aim(case: Any, known: dict[str, str]) -> None:
    """Name things that exist, or hardly any generated request passes the door."""
    collection = case.path.removeprefix("/api/v1/").split("/")[0]
    ids = {**known, "key": known.get(collection, "")}
    items = case.body.get("events") if isinstance(case.body, dict) else None
    several = items if isinstance(items, list) else []
    for place in (case.path_parameters, case.query, case.body, *several):
        if isinstance(place, dict):
            place.update({name: id_ for name, id_ in ids.items() if name in place})
