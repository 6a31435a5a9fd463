"""Every screen and page, by GET and POST, for every role: who may, and who may not."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Affiliate, Role, User
from apps.accounts.roles import GRANTS
from apps.console.import_sections import may_see_rows
from apps.core.adminkit.scoping import visible
from apps.deliveries.models import Delivery
from apps.ingest.models import Import
from apps.tracking.models import Event
from tests.console.conftest import MARKER
from tests.console.neighbours import make_own
from tests.factories import make_user
from tests.house.role_page import PAGE, expected

pytestmark = pytest.mark.django_db

FORBIDDEN = 403
OURS = [
    model_admin
    for model, model_admin in admin.site._registry.items()
    if model.__module__.startswith(("apps.", "auditlog."))
    or type(model_admin).__module__.startswith("apps.")
]
NOBODYS = [found for found in admin.site._registry.values() if found not in OURS]


@pytest.fixture(params=list(Role))
def user(request: pytest.FixtureRequest, everything: Event) -> User:
    """Return a user of each role in turn; the affiliate's has rows of its own."""
    own = make_own(Affiliate.objects.get(name=f"{MARKER} partner"))
    if request.param == Role.AFFILIATE:
        return own.user
    return make_user("somebody", role=request.param)


@pytest.fixture
def client(user: User, sign_in: Callable[[User], Client]) -> Client:
    """Return the user's browser."""
    return sign_in(user)


def may(user: User, verb: str, model: Any) -> bool:
    """Tell whether the table of roles grants ``verb``."""
    label = model._meta.label_lower
    return any(
        verb in verbs
        for names, verbs in GRANTS[Role(user.role)].items()
        if label in names
    )


def address(model_admin: Any, name: str, *arguments: Any) -> str:
    options = model_admin.opts
    route = f"admin:{options.app_label}_{options.model_name}_{name}"
    return reverse(route, args=arguments)


def rows_of(model_admin: Any, user: User) -> Iterator[Any]:
    """Yield a row that ``user`` may see, if there is one."""
    yield from visible(model_admin.model._default_manager.all(), user)[:1]


def test_the_page_of_the_roles_is_what_they_are() -> None:
    """Run «make docs» when this fails."""
    assert PAGE.read_text() == expected(), "Run «make docs»."


def test_lists_open_for_those_who_may_see_them(client: Client, user: User) -> None:
    for model_admin in OURS:
        answer = client.get(address(model_admin, "changelist"))
        is_allowed = may(user, "view", model_admin.model)
        assert (answer.status_code == 200) == is_allowed, (user.role, model_admin)


def test_nobody_but_superusers_sees_what_belongs_to_libraries(
    client: Client, user: User
) -> None:
    """Tasks of the queue hold payloads; attempts to sign in hold names."""
    for model_admin in NOBODYS:
        answer = client.get(address(model_admin, "changelist"))
        assert answer.status_code == FORBIDDEN, (user.role, model_admin)


def test_forms_take_only_what_the_role_may_do(client: Client, user: User) -> None:
    for model_admin in OURS:
        adds = may(user, "add", model_admin.model)
        if not adds and model_admin.opts.model_name != "replay":
            for send in (client.get, client.post):
                answer = send(address(model_admin, "add"))
                assert answer.status_code == FORBIDDEN, (user.role, model_admin)
        for row in rows_of(model_admin, user):
            _check_row(client, user, model_admin, row)


def _check_row(client: Client, user: User, model_admin: Any, row: Any) -> None:
    model = model_admin.model
    sees, changes = may(user, "view", model), may(user, "change", model)
    change = address(model_admin, "change", row.pk)
    assert (client.get(change).status_code == FORBIDDEN) == (not sees), change
    if not changes:
        before = model._base_manager.filter(pk=row.pk).values().get()
        client.post(change, {"name": "Changed", "status": "disabled"})
        assert model._base_manager.filter(pk=row.pk).values().get() == before, change
    if not may(user, "delete", model):
        delete = address(model_admin, "delete", row.pk)
        assert client.post(delete, {"post": "yes"}).status_code == FORBIDDEN, delete
        assert model._base_manager.filter(pk=row.pk).exists(), delete


def test_further_pages_answer_those_who_may_use_them(
    client: Client, user: User
) -> None:
    checked = 0
    for model_admin in OURS:
        for row in rows_of(model_admin, user):
            for page in getattr(model_admin, "pages", ()):
                if page.is_offered(row):
                    is_allowed = _may_use(user, page, row)
                    url = address(model_admin, page.name, row.pk)
                    # A tab is a part of the row's own form, which some may only see.
                    is_saved = is_allowed and (
                        not page.is_tab or may(user, "change", model_admin.model)
                    )
                    is_shown = client.get(url).status_code != FORBIDDEN
                    is_taken = client.post(url).status_code != FORBIDDEN
                    assert (is_shown, is_taken) == (is_allowed, is_saved), (user, url)
                    checked += 1
    assert checked > 10


def _may_use(user: User, page: Any, row: Any) -> bool:
    if page.is_for_staff and user.affiliate_id is not None:
        return False
    if isinstance(row, Import) and not may_see_rows(user, row):
        return False
    more = not page.needs or user.has_perm(page.needs)
    return may(user, page.permission, type(row)) and more


@pytest.mark.parametrize(
    ("route", "values"),
    [
        ("deliveries_delivery_act", {"what": "cancel"}),
        ("deliveries_replay_step", {"step": "start"}),
    ],
)
def test_buttons_act_for_those_who_may(
    client: Client, user: User, route: str, values: dict[str, str]
) -> None:
    name = route.split("_")[1]
    for row in rows_of(next(a for a in OURS if a.opts.model_name == name), user):
        answer = client.post(reverse(f"admin:{route}", args=[row.pk]), values)
        is_allowed = may(user, "change", Delivery)
        assert (answer.status_code != FORBIDDEN) == is_allowed, user.role
