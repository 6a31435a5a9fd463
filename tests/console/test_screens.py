"""Every screen answers, for everybody, with data and without."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.tracking.models import Event
from tests.console.conftest import MARKER
from tests.factories import make_affiliate, make_user

pytestmark = pytest.mark.django_db

WITHOUT_SCREEN = {
    "Measure",
    *("Fact", "Period", "SubjectEvent", "Touch"),
    "RecoveryCode",
    "RuleRevision",
    "TwoStep",
    "GoalSettings",
    "RuleCustomEvent",
    "WorkerShift",
    "Attempt",
    "AlertNotice",
    "RuleHealth",
    "ConversionChange",
    "OfferAffiliate",
    "OfferEventField",
    "OfferEventPayout",
    "EventLimit",
    "EventLimitCount",
    "RuleCap",
    "RuleCapCount",
    "RuleCondition",
    "RuleWindow",
    "Simulation",
    "EventListItem",
    "OfferEventList",
    "OfferValueList",
    "ListedValue",
    "DeliveryHour",
    "FactHour",
    "Finding",
    "ImportChunk",
}
"""Parts of others, sums, and what no person looks at."""

REGISTERED = [
    model for model in admin.site._registry if model.__module__.startswith("apps.")
]


def urls_of(model: Any) -> Iterator[str]:
    """Yield the list, the add form, and every page of every row of ``model``."""
    info = f"{model._meta.app_label}_{model._meta.model_name}"
    yield reverse(f"admin:{info}_changelist")
    yield reverse(f"admin:{info}_changelist") + f"?q={MARKER}"
    yield reverse(f"admin:{info}_add")
    pages = [page.name for page in getattr(admin.site._registry[model], "pages", ())]
    for pk in model._base_manager.values_list("pk", flat=True):
        yield reverse(f"admin:{info}_change", args=[pk])
        yield reverse(f"admin:{info}_history", args=[pk])
        yield reverse(f"admin:{info}_delete", args=[pk])
        for name in pages:
            yield reverse(f"admin:{info}_{name}", args=[pk])


def every_url() -> Iterator[str]:
    """Yield every address of the admin."""
    yield reverse("admin:index")
    yield reverse("admin:account")
    yield reverse("admin:two_step")
    yield reverse("admin:axes_accessattempt_changelist")
    yield reverse("admin:find") + f"?q={MARKER}-tx"
    yield reverse("admin:find") + f"?q={MARKER}"
    for model in REGISTERED:
        yield from urls_of(model)


@pytest.mark.parametrize("model", REGISTERED, ids=lambda model: model.__name__)
def test_an_empty_list_and_an_add_form_answer(staff: Client, model: Any) -> None:
    for url in urls_of(model):
        assert staff.get(url).status_code in (200, 302, 403), url


def test_every_page_of_every_row_answers(staff: Client, everything: Event) -> None:
    for url in every_url():
        assert staff.get(url).status_code in (200, 302, 403), url


@pytest.mark.parametrize("role", [r for r in Role if r != Role.AFFILIATE])
def test_every_role_gets_an_answer_and_no_error(
    sign_in: Callable[[User], Client], everything: Event, role: Role
) -> None:
    client = sign_in(make_user(role.value, role=role))

    for url in every_url():
        assert client.get(url).status_code in (200, 302, 403), url


def test_an_affiliate_never_sees_what_belongs_to_another(
    sign_in: Callable[[User], Client], everything: Event
) -> None:
    """R103, R224, R231: lists, pages, search, history, choices."""
    other = make_affiliate("Other")
    client = sign_in(make_user("other", affiliate=other))

    for url in every_url():
        response = client.get(url)
        shown = response.content.decode().replace(url.replace("&", "&amp;"), "")
        assert response.status_code in (200, 302, 403), url
        assert f"{MARKER} " not in shown, url


def test_the_api_shows_an_affiliate_nothing_foreign(
    sign_in: Callable[[User], Client], everything: Event
) -> None:
    """R224: lists and single rows, also by their ids."""
    client = sign_in(make_user("other", affiliate=make_affiliate("Other")))
    staff = sign_in(make_user("boss", role=Role.ADMIN))
    lists = ("events", "conversions", "leads", "offers", "rules", "deliveries")

    for name in lists:
        rows = staff.get(f"/api/v1/{name}").json()["results"]
        assert rows, name
        assert not client.get(f"/api/v1/{name}").json().get("results"), name
        for row in rows:
            id_ = row.get("public_id") or row["id"]
            found = client.get(f"/api/v1/{name}/{id_}")
            assert found.status_code in (403, 404), name


def test_an_affiliate_sees_its_own_rule_but_not_the_staffs(
    sign_in: Callable[[User], Client], everything: Event
) -> None:
    """R103: also not an admin's rule that targets their own affiliate."""
    user = User.objects.get(username=f"{MARKER}-user")
    client = sign_in(user)

    rules = client.get(reverse("admin:postbacks_postbackrule_changelist")).content
    trace = client.get(
        reverse("admin:tracking_event_change", args=[everything.pk])
    ).content

    for page in (rules, trace):
        assert f"{MARKER} rule".encode() in page
        assert f"{MARKER} staff rule".encode() not in page


def test_nothing_is_inline_so_the_strict_policy_holds(
    staff: Client, everything: Event
) -> None:
    for url in every_url():
        response = staff.get(url)
        if response.status_code == 200:
            html = response.content.decode()
            assert " style=" not in html, url
            assert "<style" not in html, url
            assert " onclick=" not in html, url
            assert "default-src 'self'" in response["Content-Security-Policy"]


def test_every_entity_has_a_screen() -> None:
    ours = {
        model.__name__
        for model in apps.get_models()
        if model.__module__.startswith("apps.")
    }

    assert ours - {model.__name__ for model in REGISTERED} == WITHOUT_SCREEN
