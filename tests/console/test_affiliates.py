"""What users of affiliates do with what is theirs, and what they try besides."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Affiliate, User
from apps.actions import registry
from apps.connections.models import Connection
from apps.core.adminkit.addresses import change_url, list_url
from apps.goals.models import Goal
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event
from tests.console.conftest import MARKER
from tests.console.neighbours import Own, make_own
from tests.console.test_flows import ADD, ping_values
from tests.factories import make_user

pytestmark = pytest.mark.django_db

CONNECT = "admin:connections_connection_add"
START = "?trigger=conversion_done&action=ping_url"


@pytest.fixture
def own(everything: Event) -> Own:
    """Return what the affiliate has, beside another one."""
    return make_own(Affiliate.objects.get(name=f"{MARKER} partner"))


@pytest.fixture
def client(own: Own, sign_in: Callable[[User], Client]) -> Client:
    """Return the browser of the affiliate's user."""
    return sign_in(own.user)


def readable(own: Own) -> list[Any]:
    """Return the screens whose lists the affiliate's user may open."""
    return [
        model_admin
        for model, model_admin in admin.site._registry.items()
        if own.user.has_perm(f"{model._meta.app_label}.view_{model._meta.model_name}")
    ]


def test_the_menu_holds_what_concerns_them(client: Client) -> None:
    """R231."""
    groups = client.get(reverse("admin:index")).context["app_list"]

    assert {g["name"]: [m["object_name"] for m in g["models"]] for g in groups} == {
        "Reports": ["Overview"],
        "Setup": ["Offer", "PostbackRule", "EventType", "Goal", "Connection"],
        "Activity": ["Event", "Delivery", "Conversion"],
    }


def test_lists_answer_no_comparison_with_what_they_do_not_offer(
    client: Client, own: Own
) -> None:
    """R224: ``?revenue__gte=`` would tell what the advertiser pays."""
    asked = 0
    for model_admin in readable(own):
        url = list_url(model_admin.model)
        offered = {
            f[0] if isinstance(f, tuple) else getattr(f, "parameter_name", f)
            for f in model_admin.list_filter
        }
        for field in model_admin.model._meta.concrete_fields:
            lookups = [] if field.name in offered else [f"{field.name}__isnull=0"]
            if field.remote_field:
                lookups += [f"{field.name}__{n}=a" for n in _texts(field.related_model)]
            for lookup in lookups:
                if field.name not in model_admin.linked_by or "startswith" in lookup:
                    assert client.get(f"{url}?{lookup}").status_code == 400, lookup
                    asked += 1
    assert asked > 100


def _texts(model: Any) -> list[str]:
    names = [f.name for f in model._meta.concrete_fields if not f.remote_field]
    return [f"{name}__startswith" for name in names if name != "id"]


def test_no_search_finds_rows_by_what_is_hidden(client: Client, own: Own) -> None:
    """R224: neither names of others, nor what came with one's own events."""
    for model_admin in readable(own):
        found = client.get(list_url(model_admin.model, q=MARKER))
        assert list(found.context["cl"].result_list) == [], model_admin


def test_bulk_actions_touch_nothing_foreign(client: Client, own: Own) -> None:
    for model_admin in readable(own):
        rows = model_admin.model._base_manager.order_by("pk")
        before = list(rows.values())
        keys = [str(pk) for pk in rows.values_list("pk", flat=True)]
        for action in ("delete_selected", "resend_selected", "replay_matching"):
            values = {"action": action, "_selected_action": keys, "post": "yes"}
            client.post(list_url(model_admin.model), values)
        assert list(rows.values()) == before, model_admin


def test_whatever_is_posted_a_postback_is_the_affiliates_own(
    client: Client, own: Own
) -> None:
    """R93: fixed to their own affiliate, on the form and by a raw POST."""
    foreign = Affiliate.objects.get(name=f"{MARKER} partner")
    add = f"{reverse(ADD)}{START}&offer={own.offer.pk}"
    values = {**ping_values(client, add), "affiliate": str(foreign.pk)}
    values |= {"owner_affiliate": str(foreign.pk), "author": "1", "sending_mode": "all"}

    client.post(add, values)

    rule = PostbackRule.objects.latest("pk")
    assert rule.affiliate == rule.owner_affiliate == own.user.affiliate
    assert rule.author == own.user
    assert 'name="affiliate"' not in client.get(add).content.decode()


@pytest.mark.parametrize("field", ["offer", "goal", "connection"])
def test_a_foreign_row_cannot_be_chosen_for_a_postback(
    client: Client, own: Own, field: str
) -> None:
    """R103, R224: refused in the same words as what does not exist."""
    offers = Offer.objects.filter(name__startswith=MARKER)
    foreign = {
        "offer": offers.get().pk,
        "goal": Goal.objects.filter(is_private=True).get().pk,
        "connection": Connection.objects.get(name__startswith=MARKER).pk,
    }[field]
    count = PostbackRule.objects.count()
    told = []
    for pk in (foreign, 999_999):
        offer = pk if field == "offer" else own.offer.pk
        add = f"{reverse(ADD)}{START}&offer={offer}"
        known = f"{reverse(ADD)}{START}&offer={own.offer.pk}"
        values = {**ping_values(client, known), field: str(pk)}
        page = client.post(add, values).content.decode()
        told.append("Select a valid choice" in page)

    assert told == [True, True]
    assert PostbackRule.objects.count() == count


@pytest.mark.parametrize(
    "action", [a.kind for a in registry.all_actions() if not a.is_for_affiliates]
)
def test_actions_that_contact_people_or_change_lists_are_not_for_affiliates(
    client: Client, own: Own, action: str
) -> None:
    start = f"?trigger=conversion_done&action={action}&offer={own.offer.pk}"
    page = client.get(reverse(ADD) + start)
    connection = client.get(f"{reverse(CONNECT)}?kind={action}")

    assert b'name="name"' not in page.content
    assert b'name="name"' not in connection.content
    assert client.post(reverse(ADD) + start, {"name": "x"}).status_code == 200
    assert not PostbackRule.objects.filter(action=action).exists()


@pytest.mark.parametrize(
    "macro", ["revenue", "lead:email", "param:note", "field:plan", "advertiser_name"]
)
def test_what_others_entrusted_to_us_is_refused_also_when_staff_write_it(
    client: Client, own: Own, macro: str, sign_in: Callable[[User], Client]
) -> None:
    """R231: an affiliate's postback goes wherever the affiliate says."""
    staff = sign_in(make_user("boss", role="admin"))
    url = change_url(own.rule)
    for browser in (client, staff):
        values = {
            **ping_values(browser, url),
            "cfg_url": f"https://x.example/?a={{{macro}}}",
        }
        page = browser.post(url, values)
        assert (
            f"{{{macro}}} is not for postbacks of affiliates" in page.content.decode()
        )

    own.rule.refresh_from_db()
    assert macro not in str(own.rule.settings)


def test_affiliates_keep_connections_of_their_own_under_names_that_others_have(
    client: Client, own: Own
) -> None:
    """R224, R231: «exists already» would tell of a foreign connection."""
    foreign = Affiliate.objects.get(name=f"{MARKER} partner")
    url = f"{reverse(CONNECT)}?kind=ping_url"
    values = {"name": f"{MARKER} connection", "state": "ok", "cfg_auth": "none"}

    client.post(url, {**values, "owner_affiliate": str(foreign.pk)})
    again = client.post(url, values).content.decode()

    made = Connection.objects.get(
        owner_affiliate=own.user.affiliate, name=values["name"]
    )
    assert "exists already" in again
    assert "owner_affiliate" not in client.get(change_url(made)).content.decode()


def test_a_postback_offers_the_connections_of_its_owner_to_everybody(
    client: Client, own: Own, sign_in: Callable[[User], Client]
) -> None:
    """Staff cannot lend one, nor take one."""
    staff = sign_in(make_user("boss", role="admin"))
    new = f"{reverse(ADD)}{START}&offer={own.offer.pk}"
    pages = [
        (staff, change_url(own.rule)),
        (client, change_url(own.rule)),
        (staff, new),
    ]

    offered = [
        set(browser.get(url).context["adminform"].form.fields["connection"].queryset)
        for browser, url in pages
    ]

    ours = Connection.objects.get(owner_affiliate=None)
    assert offered == [{own.connection}, {own.connection}, {ours}]


def test_the_api_hides_what_an_offer_promises_others(client: Client, own: Own) -> None:
    """R231."""
    shown = client.get(f"/api/v1/offers/{own.offer.pk}").json()

    assert not {"payout_value", "revenue_value", "advertiser"} & shown.keys()


def test_a_foreign_page_answers_as_one_that_does_not_exist(
    client: Client, own: Own
) -> None:
    foreign = PostbackRule.objects.exclude(owner_affiliate=own.user.affiliate)[0]
    told = []
    for pk in (foreign.pk, 999_999):
        url = reverse("admin:postbacks_postbackrule_change", args=[pk])
        (message,) = client.get(url, follow=True).context["messages"]
        told.append(str(message).replace(str(pk), "?"))

    assert told[0] == told[1]
