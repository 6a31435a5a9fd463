"""The password, then the code; before the code the session belongs to nobody."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import RecoveryCode, User
from apps.accounts.roles import sync_roles
from apps.offers.models import Offer
from tests.accounts.phones import shown, switched_on, wrong
from tests.factories import SECRET, make_offer, make_token, make_user

pytestmark = pytest.mark.django_db

LOGIN = "/admin/login/"
CODE = "/admin/login/code/"
PASSWORD = "secret"


@pytest.fixture
def ada() -> User:
    """Return an administrator."""
    sync_roles()
    return make_user("ada", role="admin")


def give_password(client: Client, password: str = PASSWORD, url: str = LOGIN) -> Any:
    """Return the answer to the first step."""
    return client.post(url, {"username": "ada", "password": password})


def is_signed_in(client: Client) -> bool:
    """Tell whether the overview opens."""
    return client.get("/admin/").status_code == 200


def test_without_a_second_step_the_password_signs_in(client: Client, ada: User) -> None:
    response = give_password(client, url=f"{LOGIN}?next=/admin/offers/offer/")

    assert response["Location"] == "/admin/offers/offer/"
    assert is_signed_in(client)


def test_with_one_the_password_leads_to_the_code_and_the_code_signs_in(
    client: Client, ada: User
) -> None:
    two_step, _ = switched_on(ada)
    where = {"username": "ada", "password": PASSWORD, "next": "/admin/offers/offer/"}

    asked = client.post(LOGIN, where)
    entered = client.post(CODE, {"code": shown(two_step)})

    assert asked["Location"] == CODE
    assert entered["Location"] == "/admin/offers/offer/"
    assert is_signed_in(client)


def test_the_way_back_never_leads_to_another_host(client: Client, ada: User) -> None:
    two_step, _ = switched_on(ada)
    foreign = "https://evil.example/"

    client.post(LOGIN, {"username": "ada", "password": PASSWORD, "next": foreign})

    assert client.post(CODE, {"code": shown(two_step)})["Location"] == "/admin/"


def test_before_the_code_no_address_knows_the_user(client: Client, ada: User) -> None:
    """The screens, the pages of the account, and the API of the same session."""
    switched_on(ada)
    offer: Offer = make_offer()
    give_password(client)
    screens = [
        reverse("admin:index"),
        reverse("admin:account"),
        reverse("admin:two_step"),
        reverse("admin:find"),
        reverse("admin:password_change"),
        reverse("admin:offers_offer_change", args=[offer.pk]),
        reverse("admin:accounts_user_changelist"),
    ]

    for url in screens:
        response = client.get(url)
        assert response.status_code == 302, url
        assert response["Location"].startswith(LOGIN), url
        assert client.post(url).status_code == 302, url
    assert client.get("/api/v1/offers").status_code == 401
    assert "_auth_user_id" not in client.session


def test_the_page_of_the_code_is_nothing_without_the_password(
    client: Client, ada: User
) -> None:
    two_step, _ = switched_on(ada)

    response = client.post(CODE, {"code": shown(two_step)})

    assert response["Location"] == LOGIN
    assert not is_signed_in(client)


def test_a_recovery_code_signs_in_once(client: Client, ada: User) -> None:
    _, codes = switched_on(ada)
    other = Client()

    for visitor in (client, other):
        give_password(visitor)
        visitor.post(CODE, {"code": codes[0]})

    assert is_signed_in(client)
    assert not is_signed_in(other)
    assert RecoveryCode.objects.filter(used_at=None).count() == len(codes) - 1


def test_a_wrong_code_says_what_to_do_and_shows_nothing_of_it(
    client: Client, ada: User
) -> None:
    two_step, _ = switched_on(ada)
    give_password(client)
    code = wrong(two_step)

    response = client.post(CODE, {"code": code})

    assert "wait for the next one" in response.content.decode()
    assert not is_signed_in(client)
    response = client.get(CODE)
    assert code not in response.content.decode()


def test_a_code_used_by_one_does_not_sign_in_another(client: Client, ada: User) -> None:
    two_step, _ = switched_on(ada)
    other = Client()
    give_password(client)
    give_password(other)
    code = shown(two_step)

    client.post(CODE, {"code": code})
    other.post(CODE, {"code": code})

    assert is_signed_in(client)
    assert not is_signed_in(other)


def test_the_code_is_awaited_for_five_minutes(client: Client, ada: User) -> None:
    two_step, _ = switched_on(ada)
    give_password(client)
    late = timezone.now() + timedelta(minutes=5, seconds=1)

    with patch("apps.console.sign_in.timezone.now", return_value=late):
        response = client.post(CODE, {"code": shown(two_step)}, follow=True)

    assert "was not entered in time" in response.content.decode()
    assert not is_signed_in(client)


@pytest.mark.parametrize("change", ["password", "inactive"])
def test_a_password_that_is_good_no_more_is_good_for_no_code(
    client: Client, ada: User, change: str
) -> None:
    two_step, _ = switched_on(ada)
    give_password(client)
    if change == "password":
        ada.set_password("another one")
    else:
        ada.is_active = False
    ada.save()

    client.post(CODE, {"code": shown(two_step)})

    assert "_auth_user_id" not in client.session


def test_the_session_gets_another_key_at_each_step(client: Client, ada: User) -> None:
    """A cookie planted before signing in is worth nothing after it."""
    two_step, _ = switched_on(ada)
    client.get(LOGIN)
    session = client.session
    session["planted"] = True
    session.save()
    keys = [session.session_key]

    give_password(client)
    keys.append(client.session.session_key)
    client.post(CODE, {"code": shown(two_step)})
    keys.append(client.session.session_key)

    assert len(set(keys)) == 3


def test_wrong_passwords_look_the_same_with_and_without_a_second_step(
    client: Client, ada: User
) -> None:
    plain = give_password(client, "wrong").content.decode()
    switched_on(ada)

    guarded = give_password(Client(), "wrong").content.decode()

    assert "Please enter the correct" in plain
    assert "Please enter the correct" in guarded


def test_tokens_of_the_api_need_no_code(
    client: Client, ada: User, settings: Any
) -> None:
    settings.REQUIRE_TWO_STEP = True
    switched_on(ada)
    make_token(make_offer(), scope="user", advertiser=None, user=ada)

    response = client.get(
        "/api/v1/offers", headers={"Authorization": f"Bearer {SECRET}"}
    )

    assert response.status_code == 200


def test_a_failed_attempt_is_remembered_without_password_and_code(
    client: Client, ada: User, settings: Any
) -> None:
    settings.AXES_ENABLED = True
    two_step, _ = switched_on(ada)
    give_password(client, "my-wrong-password")
    give_password(client)
    code = wrong(two_step)
    client.post(CODE, {"code": code})

    kept = "".join(AccessAttempt.objects.values_list("post_data", flat=True))
    assert AccessAttempt.objects.get().failures_since_start == 2
    assert "my-wrong-password" not in kept
    assert code not in kept


def test_when_the_sealing_key_is_lost_recovery_codes_still_sign_in(
    client: Client, ada: User, settings: Any
) -> None:
    two_step, codes = switched_on(ada)
    code = shown(two_step)
    settings.SECRET_BOX_KEYS = ["bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LW5ldyE="]
    give_password(client)

    refused = client.post(CODE, {"code": code}).content.decode()
    client.post(CODE, {"code": codes[0]})
    page = client.post(
        "/admin/account/two-step/", {"step": "off", "password": code}, follow=True
    )

    assert "Put the key back" in refused
    assert "Put the key back" in page.content.decode()
    assert is_signed_in(client)
