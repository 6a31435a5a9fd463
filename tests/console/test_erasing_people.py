"""A person is found by address, phone or id in all offers, and erased everywhere."""

from collections.abc import Callable
from io import StringIO
from unittest.mock import patch

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.attribution.models import Subject
from apps.deliveries.models import Attempt
from apps.ingest import finding_people
from apps.ingest.finding_people import Asked, TooManyError, erase, find
from apps.ingest.models import RefusedRequest
from apps.tracking.models import Click, Event, Lead
from tests.console.people import DEVICE, EMAIL, PHONE, TRACES, make_person
from tests.console.test_erasing import tables_with
from tests.factories import NOON, make_event, make_offer, make_user
from tests.retention.world import NOW, device_at, event_at

pytestmark = pytest.mark.django_db
URL = "/admin/tracking/lead/erase-a-person/"
FOUND = {
    "leads": 2,
    "subjects": 0,
    "clicks": 2,
    "events": 2,
    "conversions": 2,
    "refused_requests": 2,
}


def counts_of(asked: Asked) -> dict[str, int]:
    counts = find(asked).counts()
    return {name: counts[name] for name in FOUND}


@pytest.mark.parametrize(
    "asked",
    [
        Asked(email=EMAIL.upper()),
        Asked(phone="0049 (30) 5550-1234"),
        Asked(phone=PHONE),
        Asked(email=EMAIL, phone=PHONE),
    ],
)
def test_all_leads_of_an_address_or_phone_are_found_however_it_is_written(
    asked: Asked,
) -> None:
    make_person()
    make_person("tx-r")

    assert counts_of(asked) == FOUND


def test_nothing_of_a_stranger_is_found() -> None:
    make_person()

    assert not find(Asked(email="tim@mail.example", device="other"))


def test_no_trace_is_left_in_any_table_of_any_of_the_transactions() -> None:
    make_person()
    make_person("tx-r")
    assert all(tables_with(trace) for trace in TRACES)

    erasure = erase(find(Asked(email=EMAIL)), make_user(), NOON)

    assert {trace: tables_with(trace) for trace in TRACES} == {
        trace: [] for trace in TRACES
    }
    assert erasure.attempts == Attempt.objects.count() > 0
    assert not find(Asked(email=EMAIL, phone=PHONE))


def test_a_device_is_forgotten_with_the_events_and_clicks_of_its_story() -> None:
    """Also without a lead, in whichever transaction the events were."""
    offer = make_offer()
    told = event_at(
        offer, NOW, transaction_id="t-1", params={"device_id": DEVICE, "city": "Ulm"}
    )
    device_at(offer, DEVICE, NOW, NOW, told)

    erase(find(Asked(device=DEVICE)), make_user("erika"), NOW)

    assert Event.objects.get().params == {}
    assert Click.objects.get().params == {"sub1": "s-1"}
    subject = Subject.objects.get()
    assert subject.external_id == f"erased-{subject.pk}"
    assert tables_with(DEVICE) == []
    assert LogEntry.objects.get(object_pk=str(subject.pk)).actor.username == "erika"


def test_a_device_stays_known_by_its_id_until_all_of_it_is_erased() -> None:
    """Whoever is interrupted finds the rest by the same id."""
    offer = make_offer()
    told = event_at(offer, NOW, transaction_id="t-1", params={"device_id": DEVICE})
    device_at(offer, DEVICE, NOW, NOW, told)

    with (
        patch.object(finding_people, "erase_subject", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        erase(find(Asked(device=DEVICE)), make_user(), NOW)

    assert find(Asked(device=DEVICE)).counts()["subjects"] == 1


def test_an_id_that_many_share_is_refused() -> None:
    make_person()
    make_person("tx-r")

    with (
        patch.object(finding_people, "MOST", 1),
        pytest.raises(TooManyError, match="not one person's"),
    ):
        find(Asked(email=EMAIL))


def test_the_log_can_be_searched_for_what_no_index_knows() -> None:
    """An address in the parameters of an event without lead, and a refused request."""
    make_event(make_offer(), params={"mail": "tim_x@mail.example"})
    make_event(
        make_offer("Other"), transaction_id="o", params={"m": "timax@mail.example"}
    )
    RefusedRequest.objects.create(
        received_at=NOON,
        result="refused",
        reason="x",
        fields={"e": "TIM_X@mail.example"},
    )
    asked = Asked(email="tim_x@mail.example")

    found = find(asked, in_log=True)
    erase(found, None, NOON)

    assert not find(asked)
    assert (len(found.transactions), len(found.refused)) == (1, 1)
    assert RefusedRequest.objects.get().fields == {}
    assert list(Event.objects.order_by("offer").values_list("params", flat=True)) == [
        {},
        {"m": "timax@mail.example"},
    ]


def test_the_command_reports_asks_and_erases() -> None:
    make_person()
    said = StringIO()

    call_command("erase_person", "--email", EMAIL, "--dry-run", stdout=said)
    still = Lead.objects.get().email_hash
    with patch("builtins.input", return_value="no"), pytest.raises(CommandError):
        call_command("erase_person", "--phone", PHONE, stdout=said)
    call_command("erase_person", "--phone", PHONE, "--yes", stdout=said)

    assert still
    assert "leads: 1\n" in said.getvalue()
    assert "lead lead-tx-q" in said.getvalue()
    assert "Erased. Attempts that were blanked: 2." in said.getvalue()
    assert Lead.objects.get().erased_at is not None
    with pytest.raises(CommandError, match="Say who"):
        call_command("erase_person")


def test_the_page_reports_first_and_erases_once_the_word_is_typed(
    staff: Client,
) -> None:
    make_person()
    nobody = staff.post(URL, {}).content.decode()
    report = staff.post(URL, {"email": EMAIL}).content.decode()
    wrong = staff.post(URL, {"email": EMAIL, "typed": "erase 7"}).content.decode()
    still = Lead.objects.get().email_hash
    done = staff.post(URL, {"email": EMAIL, "typed": "erase 1"}, follow=True)

    assert "Fill in an e-mail address" in nobody
    assert "What was found" in report
    assert "Type erase 1 to confirm." in report
    assert "Nothing was erased." in wrong
    assert still
    assert "were erased for ever. Leads: 1" in done.content.decode()
    assert EMAIL not in done.content.decode()
    assert Lead.objects.get().erased_at is not None


def test_a_search_without_a_find_says_what_else_there_is(staff: Client) -> None:
    page = staff.post(URL, {"email": "tim@mail.example"}).content.decode()

    assert "Nothing was found" in page
    assert "--search-log" in page


def test_the_list_of_leads_leads_to_it(staff: Client) -> None:
    page = staff.get(reverse("admin:tracking_lead_changelist")).content.decode()

    assert URL in page


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.ACCOUNT_MANAGER, Role.VIEWER])
def test_only_administrators_may(sign_in: Callable[[User], Client], role: Role) -> None:
    make_person()
    client = sign_in(make_user("u", role=role))

    answer = client.post(URL, {"email": EMAIL, "typed": "erase 1"})
    listed = client.get(reverse("admin:tracking_lead_changelist")).content.decode()

    assert answer.status_code == 403
    assert URL not in listed
    assert Lead.objects.get().email_hash
