"""Leads: finding them, and the story of their transaction (R163)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.console import timeline
from apps.core.adminkit.addresses import change_url, page_url
from apps.deliveries.about import about
from apps.deliveries.models import Delivery
from apps.tracking.models import Click, Conversion, Event, Lead
from tests.console.people import EMAIL, FIRST_NAME, PHONE, TRACES, make_person
from tests.factories import NOON, make_delivery, make_event, make_rule, make_user
from tests.moments import id_at

pytestmark = pytest.mark.django_db

LIST = "admin:tracking_lead_changelist"


def found(client: Client, text: str) -> list[str]:
    page = client.get(reverse(LIST), {"q": text}).context["cl"]
    return [lead.public_id for lead in page.result_list]


@pytest.mark.parametrize(
    "text",
    ["lead-tx-q", "tx-q", EMAIL, f" {EMAIL.upper()} ", PHONE, "0049 3055501234"],
)
def test_a_lead_is_found_by_its_ids_and_by_hashes_of_its_person(
    staff: Client, text: str
) -> None:
    """However the address or the number is written."""
    make_person()
    make_person("tx-r")
    Lead.objects.filter(public_id="lead-tx-r").update(email_hash="", phone_hash="")

    with CaptureQueriesContext(connection) as queries:
        assert found(staff, text) == ["lead-tx-q"]

    assert not any("zoe.quill" in one["sql"].lower() for one in queries)


def test_a_part_of_an_id_or_of_a_number_finds_nothing(staff: Client) -> None:
    make_person()

    assert [found(staff, text) for text in ("lead", "tx", "5550", "@", "zoe")] == [
        [] for _ in range(5)
    ]


def test_the_search_of_the_header_opens_the_lead_of_an_address(staff: Client) -> None:
    lead = make_person().lead

    answer = staff.get(reverse("admin:find"), {"q": EMAIL})

    assert answer["Location"] == change_url(lead)


def test_the_list_tells_outcome_and_contact_and_costs_the_same_for_many(
    staff: Client,
) -> None:
    make_person()
    with CaptureQueriesContext(connection) as few:
        page = staff.get(reverse(LIST)).content.decode()
    for number in range(5):
        make_person(f"tx-{number}")

    with CaptureQueriesContext(connection) as many:
        staff.get(reverse(LIST))

    assert "Approved" in page
    assert "e-mail, phone" in page
    assert not any(trace in page for trace in TRACES)
    assert len(few) == len(many) <= 15


def test_the_list_is_filtered_by_what_is_known(staff: Client) -> None:
    make_person()

    def shown(contact: str) -> int:
        page = staff.get(reverse(LIST), {"contact": contact})
        return len(page.context["cl"].result_list)

    assert [shown(one) for one in ("known", "unknown", "erased")] == [1, 0, 0]


def test_the_page_tells_the_whole_story_newest_last(staff: Client) -> None:
    """R163: click, lead, events, conversions, changes, deliveries, each with a link."""
    person = make_person(received_at=NOON)
    Click.objects.update(clicked_at=NOON - timedelta(minutes=1))
    change = person.conversion.changes.create(
        number=2,
        operation="update",
        old_status="approved",
        new_status="rejected",
        reason="fraud",
        source="manual",
        actor=make_user("mona"),
        fires_postbacks=False,
        changed_at=NOON + timedelta(hours=1),
    )

    page = staff.get(change_url(person.lead))

    entries = page.context["story"].entries
    html = page.content.decode()
    kinds = ["Click", "Lead", "Event", "Conversion", "Test", "Postback", "Status"]
    assert [one.what for one in entries] == kinds
    assert entries[-1].more == "mona · fraud · nobody was told"
    assert "5.00 USD payout" in html
    for obj in (person.event, person.conversion, person.delivery, person.event.click):
        assert f'href="{change_url(obj)}"' in html, obj
    assert str(change) in html


def test_a_long_story_is_cut_to_the_newest_with_a_link_to_the_log(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = make_person(id=id_at(NOON))
    Click.objects.update(clicked_at=NOON)
    monkeypatch.setattr(timeline, "SHOWN", 4)
    for number in range(6):
        moment = NOON + timedelta(hours=number + 1)
        make_event(
            person.lead.offer,
            id=id_at(moment),
            name=f"e{number}",
            transaction_id="tx-q",
            received_at=moment,
        )

    page = staff.get(change_url(person.lead))

    names = [str(one.link) for one in page.context["story"].entries]
    assert [name.split(">")[1][:2] for name in names] == ["e2", "e3", "e4", "e5"]
    assert f"{reverse('admin:tracking_event_changelist')}?q=tx-q" in (
        page.content.decode()
    )


def test_the_deliveries_of_a_story_are_found_by_their_indexes() -> None:
    person = make_person()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")

    plan = Delivery.objects.filter(about([person.event.pk])).explain()

    assert "delivery_one_live_per_rule_and_trigger" in plan
    assert "delivery_test_of_trigger" in plan


def test_the_story_costs_the_same_for_many_events_and_deliveries(
    staff: Client,
) -> None:
    person = make_person()
    with CaptureQueriesContext(connection) as few:
        staff.get(change_url(person.lead))
    rule = person.delivery.rule
    for _ in range(5):
        event = make_event(person.lead.offer, transaction_id="tx-q")
        make_delivery(rule, event)

    with CaptureQueriesContext(connection) as many:
        page = staff.get(change_url(person.lead))

    assert len(page.context["story"].entries) > 12
    assert len(many) == len(few)


def test_a_status_is_changed_on_the_way_from_the_lead_and_back(staff: Client) -> None:
    person = make_person()
    page = staff.get(change_url(person.lead)).content.decode()
    url = f"{page_url(person.conversion, 'status')}?lead={person.lead.pk}"

    answer = staff.post(url, {"status": "rejected", "reason": "fraud"}, follow=True)

    conversion = Conversion.objects.get()
    change = conversion.changes.latest("number")
    assert url in page
    assert answer.redirect_chain == [(change_url(person.lead), 302)]
    assert (conversion.status, str(change.actor)) == ("rejected", "root")
    assert not change.fires_postbacks
    assert "nobody was told, as you asked" in answer.content.decode()


def test_a_change_of_status_says_how_many_postbacks_it_fires(staff: Client) -> None:
    person = make_person()
    make_rule(person.lead.offer, trigger="conversion_reject")
    url = page_url(person.conversion, "status")
    values = {"status": "rejected", "reason": "x", "fires_postbacks": "on"}

    answer = staff.post(url, values, follow=True)

    assert "1 postback is on the way" in answer.content.decode()
    assert answer.redirect_chain == [(change_url(person.conversion), 302)]


def test_a_lead_of_another_transaction_is_no_way_back(staff: Client) -> None:
    person, other = make_person(), make_person("tx-r")
    url = f"{page_url(person.conversion, 'status')}?lead={other.lead.pk}"

    answer = staff.post(url, {"status": "rejected", "reason": "x"})

    assert answer["Location"] == change_url(person.conversion)


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.ADMIN, True),
        (Role.OPERATOR, True),
        (Role.ACCOUNT_MANAGER, False),
        (Role.VIEWER, False),
    ],
)
def test_contact_data_are_shown_to_some_roles_only(
    sign_in: Callable[[User], Client], role: Role, sees: bool
) -> None:
    """R230."""
    person = make_person()

    page = sign_in(make_user("u", role=role)).get(change_url(person.lead))

    html = page.content.decode()
    assert (EMAIL in html, FIRST_NAME in html) == (sees, sees)
    assert ("Your role does not show personal data." in html) is not sees


def test_events_are_not_found_by_part_of_a_transaction(staff: Client) -> None:
    make_person()

    assert Event.objects.count() == 1
    page = staff.get(reverse("admin:tracking_conversion_changelist"), {"q": "tx-"})
    assert list(page.context["cl"].result_list) == []
