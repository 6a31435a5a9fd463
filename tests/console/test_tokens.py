"""Tokens of senders: made once, shown once, worth no more than who makes them."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import ApiToken, User, hash_token
from tests.factories import NOON, make_user

pytestmark = pytest.mark.django_db

ADD = reverse("admin:accounts_apitoken_add")


def typed(user: User) -> dict[str, str]:
    """Return what is typed to make a token that acts as ``user``."""
    return {
        "label": "Dashboard",
        "scope": "user",
        "user": str(user.pk),
        "valid_from_0": f"{NOON:%Y-%m-%d}",
        "valid_from_1": "12:00",
    }


def test_the_secret_is_shown_once_and_only_its_hash_is_stored(staff: Client) -> None:
    page = staff.post(ADD, typed(make_user("ada")), follow=True).content.decode()

    token = ApiToken.objects.get()
    shown = page.split("The token is <code>")[1].split("</code>")[0]
    assert token.token_hash == hash_token(shown)
    again = staff.get(reverse("admin:accounts_apitoken_change", args=[token.pk]))
    assert shown not in again.content.decode()


def test_a_token_is_worth_no_more_than_who_makes_it(
    sign_in: Callable[[User], Client],
) -> None:
    """An administrator who is no superuser makes none for a superuser."""
    root = make_user("root", role="admin", is_superuser=True)
    administrator = sign_in(make_user("ada", role="admin"))

    refused = administrator.post(ADD, typed(root))
    allowed = administrator.post(ADD, typed(make_user("bob")))

    assert "Select a valid choice" in refused.content.decode()
    assert allowed.status_code == 302
    names = ApiToken.objects.values_list("user__username", flat=True)
    assert list(names) == ["bob"]
