"""A rule of one kind on a real offer, and leads that come in by the API."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from apps.actions import registry
from apps.actions.base import Job
from apps.actions.storing import stored_values
from apps.connections.models import Connection
from apps.core import secret_box
from apps.deliveries import alerting, draining
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import Delivery, Destination
from apps.deliveries.sending import job_for, load_connections, load_revisions
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.postbacks.services import record_revision
from tests.conformance.case import Case, placed
from tests.factories import SECRET, make_click, make_offer, make_token, make_user
from tests.fakes.server import Fakes

MOST_QUESTIONS = 3
CONTACT = {
    "email": "John.Smith@Example.com",
    "phone": "(415) 555-2671",
    "first_name": "John",
    "last_name": "Smith",
    "zip": "10001",
    "city": "New York",
    "state": "NY",
    "country": "US",
    "trustedform_url": "https://cert.trustedform.com/"
    "2605ec3a321e1b3a41addf0bba1213505ef57985",
}
CLICK = {
    "sub1": "s-1",
    "fbclid": "AbCd",
    "fbc": "fb.1.1795200000000.AbCd",
    "fbp": "fb.1.1795199999000.1098115397",
    "gclid": "Cj0KCQ",
    "ttclid": "E.C.P.",
    "ttp": "2a3b4c",
    "ga_client_id": "709808103.1671720316",
    "ga_session_id": "1795207000",
    "landing_url": "https://offer.example/lp?x=1",
}


@dataclass(frozen=True)
class Planted:
    """One case in the database."""

    case: Case
    fakes: Fakes
    offer: Offer
    connection: Connection | None
    rule: PostbackRule

    @property
    def effects(self) -> list[Any]:
        return self.fakes.effects(self.case.fake)

    def job(self, delivery: Delivery) -> Job:
        """Return the next attempt of ``delivery``, as a worker would make it."""
        with transaction.atomic():
            (row,) = claim_due(limit=1, now=timezone.now())
            transaction.set_rollback(True)
        load_revisions({row.revision_id})
        ids = [] if row.connection_id is None else [row.connection_id]
        connection = load_connections(ids).get(row.connection_id, {})
        return job_for(row, connection, timezone.now())


def plant(case: Case, fakes: Fakes, **connection: Any) -> Planted:
    """Store the case's connection, with changes, and its rule on a new offer."""
    label = f"{case.kind} {PostbackRule.objects.count()}"
    offer = make_offer(label)
    if not offer.advertiser.tokens.exists():
        make_token(offer)
    stored = _connection(case, fakes, label, **connection)
    action = registry.get(case.kind)
    settings, secrets = stored_values(action.RuleForm, placed(case.settings, fakes))
    author = make_user()
    rule = PostbackRule.objects.create(
        name=label,
        offer=offer,
        trigger=TriggerKind.CONVERSION_DONE,
        action=case.kind,
        settings=settings,
        sealed_secrets=secret_box.seal(secrets),
        connection=stored,
        author=author,
    )
    record_revision(rule=rule, author=author, now=timezone.now())
    return Planted(case, fakes, offer, stored, rule)


def _connection(
    case: Case, fakes: Fakes, name: str, **changes: Any
) -> Connection | None:
    action = registry.get(case.kind)
    if not case.connection:
        return None
    typed = placed({**case.connection, **changes}, fakes)
    settings, secrets = stored_values(action.ConnectionForm, typed)
    return Connection.objects.create(
        name=name,
        kind=case.kind,
        settings=settings,
        sealed_secrets=secret_box.seal(secrets),
    )


def change_connection(planted: Planted, **changes: Any) -> None:
    """Correct the stored connection, as somebody does in the admin."""
    action = registry.get(planted.case.kind)
    values = placed({**planted.case.connection, **changes}, planted.fakes)
    settings, secrets = stored_values(action.ConnectionForm, values)
    if planted.connection is not None:
        planted.connection.settings = settings
        planted.connection.sealed_secrets = secret_box.seal(secrets)
        planted.connection.save()


def lead(planted: Planted, transaction_id: str = "T-9001", **contact: str) -> Delivery:
    """Have a lead come in; return the delivery that was planned for it."""
    make_click(planted.offer, transaction_id, params=CLICK)
    body = {"transaction_id": transaction_id, **CONTACT, **contact}
    answer = Client().post(
        "/api/v1/leads",
        body,
        "application/json",
        headers={"authorization": f"Bearer {SECRET}"},
    )
    assert answer.status_code == 201, answer.content
    return Delivery.objects.get(rule=planted.rule, event__transaction_id=transaction_id)


def work() -> None:
    """Do what a worker does: everything that is due, and ask until there is a result."""
    draining.work_shift()
    for _ in range(MOST_QUESTIONS):
        open_ones = Delivery.objects.exclude(ticket="").filter(state="retrying")
        if not open_ones.update(due_at=timezone.now()):
            return
        draining.work_shift()


def look_for_alerts() -> None:
    """Do what a worker does each minute about troubles."""
    alerting.reconcile(now=timezone.now())


def make_retries_due() -> None:
    """Let the time until the next attempt pass, and that of an open breaker."""
    now = timezone.now()
    Delivery.objects.filter(state="retrying").update(due_at=now)
    Destination.objects.exclude(retry_at=None).update(retry_at=now)
