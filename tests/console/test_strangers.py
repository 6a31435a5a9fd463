"""What a user of one affiliate cannot reach or do with the rows of another."""

from collections.abc import Callable, Iterator

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.deliveries.models import Delivery
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event
from tests.console.conftest import MARKER
from tests.console.test_flows import ADD, ping_values
from tests.factories import make_affiliate, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger(sign_in: Callable[[User], Client], everything: Event) -> Client:
    """Return the client of a user of another affiliate than the marked one."""
    return sign_in(make_user("other", affiliate=make_affiliate("Other")))


def autocompletes() -> Iterator[str]:
    """Yield the look-up address of every field that completes names."""
    for model, model_admin in admin.site._registry.items():
        screens = [model_admin, *model_admin.inlines]
        for screen in screens:
            for name in getattr(screen, "autocomplete_fields", ()):
                owner = getattr(screen, "model", None) or model
                options = owner._meta
                yield (
                    f"{reverse('admin:autocomplete')}?term={MARKER}&field_name={name}"
                    f"&app_label={options.app_label}&model_name={options.model_name}"
                )


def test_look_ups_complete_no_foreign_names(stranger: Client) -> None:
    """R224."""
    addresses = list(autocompletes())

    for url in addresses:
        response = stranger.get(url)
        assert response.status_code in (200, 403), url
        assert MARKER not in response.content.decode(), url
    assert len(addresses) > 10


def test_a_foreign_delivery_can_be_neither_resent_nor_cancelled(
    stranger: Client,
) -> None:
    delivery = Delivery.objects.get()
    url = reverse("admin:deliveries_delivery_act", args=[delivery.pk])

    answers = [
        stranger.post(url, {"what": what}).status_code
        for what in ("resend", "mark", "cancel")
    ]

    delivery.refresh_from_db()
    assert answers == [403, 403, 403]
    assert delivery.state == "pending"


def test_a_foreign_postback_can_be_neither_changed_nor_switched_nor_deleted(
    stranger: Client,
) -> None:
    rule = PostbackRule.objects.get(name=f"{MARKER} rule")
    for name, values in (
        ("change", {"name": "Mine"}),
        ("status", {"status": "disabled", "reason": "x"}),
        ("remove", {"typed": str(rule.pk)}),
    ):
        url = reverse(f"admin:postbacks_postbackrule_{name}", args=[rule.pk])
        assert stranger.post(url, values).status_code == 302, name

    rule.refresh_from_db()
    assert (rule.name, rule.status, rule.archived_at) == (
        f"{MARKER} rule",
        "active",
        None,
    )


def test_an_offer_one_is_not_on_cannot_be_chosen(stranger: Client) -> None:
    offer = Offer.objects.get()
    add = f"{reverse(ADD)}?trigger=conversion_done&action=ping_url"
    values = ping_values(stranger, add)

    response = stranger.post(f"{add}&offer={offer.pk}", values)

    assert response.status_code == 200
    assert not PostbackRule.objects.filter(author__username="other").exists()


def test_the_search_finds_nothing_foreign(stranger: Client) -> None:
    delivery = Delivery.objects.get()
    rule = PostbackRule.objects.first()
    assert rule is not None
    for text in (f"{MARKER}-tx", f"#{rule.pk}", str(delivery.pk), f"{MARKER} offer"):
        response = stranger.get(reverse("admin:find"), {"q": text})

        assert response.status_code == 200, text
        assert response.context["groups"] == [], text
