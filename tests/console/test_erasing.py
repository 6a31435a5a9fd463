"""Erasing a person: nothing is left in any table, and the money stays."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.core.adminkit.addresses import change_url, page_url
from apps.core.ids import uuid7
from apps.deliveries.models import Attempt, Delivery
from apps.ingest.erasing import erase_person
from apps.tracking.models import Click, Conversion, Event, Lead
from tests.console.people import TRACES, Person, make_person
from tests.factories import make_user

pytestmark = pytest.mark.django_db


def tables_with(text: str) -> list[str]:
    """Return the tables in which some column of some row holds ``text``."""
    with connection.cursor() as cursor:
        names = connection.introspection.table_names(cursor)
        found = []
        for name in names:
            cursor.execute(
                f'SELECT 1 FROM "{name}" t WHERE t::text ILIKE %s LIMIT 1',
                [f"%{text}%"],
            )
            if cursor.fetchone():
                found.append(name)
    return found


def erased(person: Person) -> None:
    author = make_user("erika", role=Role.ADMIN)
    erase_person(person.lead.pk, author, timezone.now())


def test_no_plain_value_is_left_in_any_table() -> None:
    """Searched in every column of every table; the traces were there before."""
    person = make_person()
    hashes = (person.lead.email_hash, person.lead.phone_hash)
    assert all(tables_with(trace) for trace in (*TRACES, *hashes))

    erased(person)

    assert {trace: tables_with(trace) for trace in (*TRACES, *hashes)} == {
        trace: [] for trace in (*TRACES, *hashes)
    }


def test_the_money_and_the_history_stay() -> None:
    person = make_person()
    before = (
        Event.objects.values_list("payout", "order_id", "category", "name").get(),
        Conversion.objects.values_list("payout", "status", "version").get(),
        list(Delivery.objects.values_list("state", "attempts").order_by("pk")),
    )

    erased(person)

    assert before == (
        Event.objects.values_list("payout", "order_id", "category", "name").get(),
        Conversion.objects.values_list("payout", "status", "version").get(),
        list(Delivery.objects.values_list("state", "attempts").order_by("pk")),
    )
    assert Click.objects.get().params == {
        "partner_click_id": "p-77",
        "sub1": "for ••••",
    }
    assert Attempt.objects.filter(response_status=422).count() == 2


def test_another_person_keeps_theirs() -> None:
    person, other = make_person(), make_person("tx-r")

    erased(person)

    other.lead.refresh_from_db()
    assert other.lead.sealed_contact
    assert Event.objects.get(pk=other.event.pk).params["email"]
    assert Attempt.objects.get(delivery=other.delivery).response_body


def test_it_is_logged_without_what_it_was() -> None:
    person = make_person()

    erased(person)

    entry = LogEntry.objects.get(object_repr=person.lead.public_id)
    assert entry.actor.username == "erika"
    assert entry.changes == {"personal data": ["kept", "erased"]}


def test_what_is_being_sent_is_told_and_erased_the_second_time() -> None:
    person = make_person()
    sending = Delivery.objects.filter(pk=person.delivery.pk)
    sending.update(
        state="sending",
        finished_at=None,
        lease_until=timezone.now() + timedelta(minutes=1),
        lease_token=uuid7(),
    )
    author = make_user("erika")

    first = erase_person(person.lead.pk, author, timezone.now())
    sending.update(state="retrying", lease_until=None, lease_token=None)
    second = erase_person(person.lead.pk, author, timezone.now())

    assert (first.being_sent, second.being_sent) == (1, 0)
    assert not Attempt.objects.exclude(response_body="").exists()


@pytest.mark.parametrize(("state", "ticket"), [("cancelled", ""), ("held", "W_1")])
def test_a_partner_s_ticket_stays_only_while_its_result_is_open(
    state: str, ticket: str
) -> None:
    person = make_person()
    now = timezone.now()
    Delivery.objects.update(
        state=state,
        reason="ambiguous",
        finished_at=now if state == "cancelled" else None,
        attempts=1,
        ticket="W_1",
        underway_since=now,
    )

    erased(person)

    assert set(Delivery.objects.values_list("ticket", flat=True)) == {ticket}


def test_the_page_asks_for_the_id_first(staff: Client) -> None:
    person = make_person()
    url = page_url(person.lead, "erase")

    wrong = staff.post(url, {"typed": "lead-tx"})
    assert Lead.objects.get().sealed_contact
    right = staff.post(url, {"typed": "lead-tx-q"}, follow=True)

    assert "Nothing was erased" in wrong.content.decode()
    assert right.redirect_chain == [(change_url(person.lead), 302)]
    assert "were erased" in right.content.decode()
    assert "Erased" in right.content.decode()
    assert Lead.objects.get().erased_at is not None


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ACCOUNT_MANAGER, Role.VIEWER])
def test_only_administrators_erase(
    sign_in: Callable[[User], Client], role: Role
) -> None:
    person = make_person()

    answer = sign_in(make_user("u", role=role)).post(
        page_url(person.lead, "erase"), {"typed": "lead-tx-q"}
    )

    assert answer.status_code == 403
    assert Lead.objects.get().sealed_contact


def test_the_pages_of_what_was_erased_say_so(staff: Client) -> None:
    person = make_person()
    erased(person)

    page = staff.get(change_url(person.delivery)).content.decode()

    assert "Erased with the personal data of the lead." in page
    assert not any(trace in page for trace in TRACES)
