"""An affiliate's user visits every address of every row, and posts to it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from apps.accounts.models import Affiliate, User
from apps.tracking.models import Event
from tests.console.addresses import Address, every_address
from tests.console.conftest import MARKER
from tests.console.neighbours import HIDDEN, Own, make_own, mark_everything

pytestmark = pytest.mark.django_db

POSTED = {
    "post": "yes",
    "name": "Mine now",
    "status": "disabled",
    "reason": "x",
    "what": "cancel",
    "step": "start",
    "action": "delete_selected",
    "number": "1",
    "hours": "1",
    "fires_postbacks": "on",
    "cancel": "1",
}
"""What some form or button would take."""
QUERIES = ("?q=Zanz", "?o=1.2.3.4.5.6.7.8", "?all=")
ASIDE = {"sessions.Session", "ingest.RefusedRequest"}
"""What may be written: who is signed in, and what was refused."""


@pytest.fixture
def own(everything: Event) -> Own:
    """Return what the affiliate has, with a marked neighbour."""
    owner = Affiliate.objects.get(name=f"{MARKER} partner")
    assert mark_everything() > 60
    return make_own(Affiliate.objects.get(pk=owner.pk))


@pytest.fixture
def client(own: Own, sign_in: Callable[[User], Client]) -> Client:
    """Return the browser of the affiliate's user."""
    return sign_in(own.user)


def visible(row: Any, user: User) -> bool:
    """Tell whether ``row`` is among what the models say the user may see."""
    rows = type(row)._default_manager.all()
    visible_to = getattr(rows, "visible_to", None)
    return visible_to is not None and visible_to(user).filter(pk=row.pk).exists()


def snapshot() -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all tables."""
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values())
        for model in apps.get_models()
        if model._meta.label not in ASIDE
    }


def leaks(client: Client, url: str) -> list[str]:
    """Return what the page at ``url`` tells and must not; its own address is known."""
    response = client.get(url)
    assert response.status_code in (200, 301, 302, 400, 403, 404, 405), url
    body = response.getvalue() if response.streaming else response.content
    shown = body.decode() + str(response.headers)
    # Addresses repeat what was asked for, e.g. the id of a lead.
    shown = shown.replace(url, "").replace(url.replace("&", "&amp;"), "")
    return [f"{url}: {text}" for text in HIDDEN if text in shown]


def test_no_address_shows_an_affiliate_what_is_not_theirs(
    client: Client, own: Own
) -> None:
    """R103, R223, R224, R231: every route, every row, also of a shared offer."""
    addresses = every_address()
    lists = [url for name, url, _ in addresses if name.endswith("_changelist")]
    urls = [url for _, url, _ in addresses]
    urls += [url + query for url in lists for query in QUERIES]

    found = [leak for url in urls for leak in leaks(client, url)]

    assert found == []
    assert len(urls) > 250
    assert len(lists) > 25


def test_no_post_to_what_is_not_theirs_changes_anything(
    client: Client, own: Own
) -> None:
    """R103, R231: forms, buttons, pages and doors of the API with foreign ids."""
    foreign = [
        address
        for address in every_address()
        if address[2] is not None and not visible(address[2], own.user)
    ]
    before = snapshot()

    for address in foreign:
        _post(client, address)

    after = snapshot()
    changed = {label for label in before if before[label] != after[label]}
    assert changed == set()
    assert len(foreign) > 100


def _post(client: Client, address: Address) -> None:
    name, url, row = address
    values = {**POSTED, "typed": str(row.pk), "_selected_action": str(row.pk)}
    if name.startswith("api-"):
        given: dict[str, Any] = {"content_type": "application/json"}
        answers = [
            client.post(url, {"status": "rejected", "value": "x"}, **given),
            client.patch(url, {"status": "rejected"}, **given),
            client.delete(url),
        ]
        assert {answer.status_code for answer in answers} <= {403, 404, 405}, url
        return
    assert client.post(url, values).status_code in (302, 403, 404), url
