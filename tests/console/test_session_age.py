"""A session ends when nobody uses it, and after a while in any case."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from apps.accounts.roles import sync_roles
from tests.factories import make_user

pytestmark = pytest.mark.django_db

HOUR = 3600


@pytest.fixture(autouse=True)
def _ages(settings: Any) -> None:
    """End sessions after two idle hours, and after ten in all."""
    settings.SESSION_COOKIE_AGE = 2 * HOUR
    settings.SESSION_MAX_SECONDS = 10 * HOUR


@pytest.fixture
def signed_in(client: Client) -> Client:
    """Return a client that has just signed in."""
    sync_roles()
    make_user("ada", role="admin")
    client.post("/admin/login/", {"username": "ada", "password": "secret"})
    return client


@contextmanager
def after(hours: float) -> Iterator[None]:
    """Let Django believe that so many hours have passed."""
    moment = timezone.now() + timedelta(hours=hours)
    with patch("django.utils.timezone.now", return_value=moment):
        yield


def opens(client: Client) -> bool:
    """Tell whether the overview opens."""
    return client.get("/admin/").status_code == 200


def test_a_session_that_nobody_uses_ends(signed_in: Client) -> None:
    with after(1.9):
        assert opens(signed_in)
    with after(3.8):
        assert opens(signed_in)
    with after(5.9):
        assert not opens(signed_in)


def test_a_session_in_use_ends_too_and_says_why(signed_in: Client) -> None:
    for hours in (1.5, 3, 4.5, 6, 7.5, 9):
        with after(hours):
            assert opens(signed_in)
    with after(10.1):
        response = signed_in.get("/admin/", follow=True)

    assert "a session lasts 10 h at most" in response.content.decode()
    assert not opens(signed_in)


def test_signing_in_again_begins_anew(signed_in: Client) -> None:
    with after(1.9):
        signed_in.get("/admin/")
        signed_in.post("/admin/login/", {"username": "ada", "password": "secret"})
    for hours in (3.5, 5, 6.5, 8, 9.5, 11):
        with after(hours):
            assert opens(signed_in)


def test_the_session_is_stored_now_and_then_not_on_every_page(
    signed_in: Client,
) -> None:
    signed_in.get("/admin/account/")
    stored = Session.objects.get().expire_date

    with after(0.01):
        signed_in.get("/admin/account/")
    assert Session.objects.get().expire_date == stored
    with after(0.1):
        signed_in.get("/admin/account/")
    assert Session.objects.get().expire_date > stored


def test_the_api_ends_an_old_session_as_the_screens_do(signed_in: Client) -> None:
    for hours in (1.5, 3, 4.5, 6, 7.5, 9):
        with after(hours):
            assert signed_in.get("/api/v1/offers").status_code == 200
    with after(10.1):
        assert signed_in.get("/api/v1/offers").status_code == 401
