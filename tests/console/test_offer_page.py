"""The tabs of an offer: its events, their URLs, the names it received, its partners."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.core.adminkit.addresses import change_url, list_url, page_url
from apps.core.adminkit.showing import NOTHING
from apps.events.models import EventType, OfferEvent, OfferEventField, SeenEventName
from apps.goals.models import Goal
from apps.offers.models import Offer, OfferAffiliate
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event, Lead
from tests.factories import (
    NOON,
    make_affiliate,
    make_event,
    make_event_list,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db

MAX_QUERIES = 15


def shown(client: Client, url: str) -> str:
    """Return the HTML of a page that answers."""
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def see(offer: Offer, name: str, **counts: int) -> None:
    """Store that ``offer`` received ``name``."""
    SeenEventName.objects.create(
        offer=offer, name=name, first_at=NOON, last_at=NOON, **counts
    )


def texts_of(response: Any) -> str:
    """Return the messages of a page."""
    return " ".join(str(message) for message in response.context["messages"])


def test_an_offer_has_a_tab_for_each_side_of_it(staff: Client) -> None:
    """R65."""
    offer = make_offer()

    tabs = staff.get(change_url(offer)).context["tabs"]

    assert [tab.label for tab in tabs] == [
        "General",
        "Revenue & payout",
        "Postbacks",
        "Leads",
        "Event log",
        "Deliveries",
        "Affiliates",
        "History",
    ]
    for tab in tabs:
        page = staff.get(tab.url)
        current = page.context.get("owner_tabs") or page.context["tabs"]
        assert [one.label for one in current if one.is_current] == [tab.label]


def test_every_tab_takes_few_queries(staff: Client) -> None:
    offer = make_offer()
    types = [make_event_type(f"event_{number}") for number in range(30)]
    for event_type in types[:20]:
        row = make_offer_event(offer, event_type)
        OfferEventField.objects.create(offer_event=row, name="plan", is_required=True)
        make_rule(offer, trigger="event", event_type=event_type)
    make_event_list(*types, offers=[offer])
    for number in range(30):
        see(offer, f"unknown_{number}")
    tabs = [tab.url for tab in staff.get(change_url(offer)).context["tabs"]]
    lists = [reverse(f"admin:{name}_changelist") for name in ("offers_offer",)]
    lists += [list_url(model) for model in (EventType, OfferEvent, Goal)]
    lists += [reverse("admin:event_lists_eventlist_changelist"), change_url(types[0])]

    for url in [*tabs, *lists]:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert staff.get(url).status_code == 200
        assert len(queries) <= MAX_QUERIES, (url, len(queries))


def test_the_table_shows_each_event_with_its_terms_figures_and_url(
    staff: Client,
) -> None:
    """R21, R59, R200, R225: own events and those of lists, none twice."""
    offer = make_offer()
    sale = make_event_type("sold", is_conversion=True, aliases=["sale_old"])
    own = make_offer_event(offer, sale, payout_type="cps", payout_value=Decimal(12))
    OfferEventField.objects.create(offer_event=own, name="plan", is_required=True)
    call = make_event_type("callback_asked", category="engagement")
    make_event_list(sale, call, offers=[offer])
    see(offer, "sold", accepted_count=40)
    see(offer, "sale_old", accepted_count=2, refused_count=3)

    response = staff.get(page_url(offer, "terms"))

    first, second = response.context["rows"]
    assert (first.event.event_type, second.event.event_type) == (call, sale)
    assert (second.revenue, second.payout) == ("3.00 USD", "12 %")
    assert (second.count, second.refused, second.last_at) == (42, 3, NOON)
    assert second.url == (
        f"http://testserver/postback/{offer.public_token}/{sale.pk}"
        "?secure=TOKEN&transaction_id=REPLACE&plan="
    )
    assert [flag.label for flag in second.flags] == ["conversion", "after a conversion"]
    assert [label for label, _ in first.links] == [
        "View logs",
        "Add postback URL",
        "Customize",
    ]
    assert 'class="copyable"' in response.content.decode()
    for row in (first, second):
        for label, url in row.links:
            assert staff.get(url).status_code == 200, label


def test_an_event_of_a_list_earns_what_the_offer_says_if_it_is_a_conversion(
    staff: Client,
) -> None:
    offer = make_offer()
    paid = make_event_type("a_paid", is_affiliate_conversion=True)
    make_event_list(paid, make_event_type("b_unpaid"), offers=[offer])

    first, second = staff.get(page_url(offer, "terms")).context["rows"]

    assert (first.revenue, first.payout) == ("10.00 USD", "5.00 USD")
    assert (second.revenue, second.payout) == (NOTHING, NOTHING)


def test_terms_are_saved_on_their_tab_and_nothing_else_changes(staff: Client) -> None:
    offer = make_offer(enable_goals=True, vertical="Software")
    url = page_url(offer, "terms")
    form = staff.get(url).context["adminform"].form
    values = {name: form[name].value() or "" for name in form.fields}
    rows = {
        f"{prefix}-{name}_FORMS": "0"
        for prefix in ("offereventlist_set", "event_limits")
        for name in ("TOTAL", "INITIAL")
    }

    response = staff.post(url, {**values, **rows, "payout_value": "7.5"})

    offer.refresh_from_db()
    assert (response.status_code, response["Location"]) == (302, url)
    assert (offer.payout_value, offer.enable_goals) == (Decimal("7.5"), True)
    assert offer.vertical == "Software"


def test_the_lists_of_an_offer_keep_its_tabs_and_know_it_when_adding(
    staff: Client,
) -> None:
    offer = make_offer()

    page = staff.get(list_url(PostbackRule, offer__id__exact=offer.pk))

    html = page.content.decode()
    assert "<h1>VPN Trial</h1>" in html
    assert f'/add/?offer={offer.pk}">Add postback' in html
    assert "No postbacks yet" in html


@pytest.mark.parametrize("model", [Lead, Event], ids=lambda model: model.__name__)
def test_an_empty_tab_says_what_to_do(staff: Client, model: Any) -> None:
    offer = make_offer()

    assert "yet." in shown(staff, list_url(model, offer__id__exact=offer.pk))
    assert "Add an event" in shown(staff, page_url(offer, "terms"))


def test_affiliates_see_the_events_and_nothing_of_the_terms(
    sign_in: Callable[[User], Client],
) -> None:
    """R21, R224."""
    affiliate = make_affiliate()
    offer = make_offer()
    OfferAffiliate.objects.create(offer=offer, affiliate=affiliate)
    make_offer_event(
        offer, make_event_type("sold"), advertiser_event_name="af_secret_name"
    )
    make_offer_event(offer, make_event_type("hidden_one"), is_enabled=False)
    make_event(offer, affiliate=make_affiliate("Other"))
    see(offer, "af_unknown")
    client = sign_in(make_user("partner", affiliate=affiliate))

    page = client.get(change_url(offer))

    html = page.content.decode()
    assert "sold" in html
    for foreign in ("af_secret_name", "hidden_one", "af_unknown", offer.public_token):
        assert foreign not in html
    assert [tab.label for tab in page.context["tabs"]] == [
        "General",
        "Postbacks",
        "Event log",
        "Deliveries",
    ]
    for name in ("terms", "affiliates", "define"):
        assert client.get(page_url(offer, name)).status_code == 403


def test_goals_are_added_only_where_the_offer_has_them_switched_on(
    staff: Client,
) -> None:
    """R94: the tab shows them, the form refuses others."""
    off, on = make_offer("Off"), make_offer("On", enable_goals=True)
    add = reverse("admin:goals_goal_add")

    refused = staff.post(add, {"offer": off.pk, "name": "sold", "status": "active"})
    staff.post(add, {"offer": on.pk, "name": "sold", "status": "active"})

    assert "Goals are switched off on «Off»" in refused.content.decode()
    assert [goal.offer for goal in Goal.objects.all()] == [on]
    assert "goals-TOTAL_FORMS" in shown(staff, change_url(on))
    assert "goals-TOTAL_FORMS" not in shown(staff, change_url(off))


def test_a_goal_is_only_shown_when_the_offers_goals_are_switched_off(
    staff: Client,
) -> None:
    goal = Goal.objects.create(offer=make_offer(), name="sold")

    response = staff.post(change_url(goal), {"name": "other", "status": "active"})

    goal.refresh_from_db()
    assert (response.status_code, goal.name) == (403, "sold")
    assert "sold" in shown(staff, change_url(goal))


def test_without_other_postbacks_the_page_says_what_to_do_instead(
    staff: Client,
) -> None:
    """R101."""
    offer = make_offer()

    html = shown(staff, page_url(offer, "duplicate"))

    assert "No other offer has postbacks." in html
    assert f"/add/?offer={offer.pk}" in html


def test_who_may_not_add_postbacks_is_offered_no_copies(
    sign_in: Callable[[User], Client],
) -> None:
    """R101."""
    offer = make_offer()
    make_offer_event(offer)
    see(offer, "unknown")
    client = sign_in(make_user("reader", role="viewer"))
    terms = shown(client, page_url(offer, "terms"))

    assert "Duplicate postbacks" not in shown(client, change_url(offer))
    assert client.get(page_url(offer, "duplicate")).status_code == 403
    assert "View logs" in terms
    for action in ("Add event", "Add postback URL", "Define it"):
        assert action not in terms
