"""Postbacks for opt-out lists in the admin: who may remove, what they need."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.accounts.roles import sync_roles
from apps.connections.models import Connection
from apps.core import secret_box
from apps.offers.models import OfferAffiliate
from apps.postbacks.models import PostbackRule
from tests.console.test_flows import ADD, ping_values
from tests.factories import make_offer, make_user

pytestmark = pytest.mark.django_db

REFUSED = b"You may not take anybody off a list."


def make_connection() -> Connection:
    """Return a connection to a list of Opt-Intel."""
    settings = {
        "base_url": "https://optintel.example/optout/1",
        "auth_style": "header",
        "key_header": "X-API-KEY",
        "key_field": "apiKey",
        "body_format": "form",
    }
    sealed = secret_box.seal({"api_key": "s3cr3t-key"})
    return Connection.objects.create(
        name="Opt-outs", kind="optintel_unsub", settings=settings, sealed_secrets=sealed
    )


def add(client: Client, action: str, **changes: Any) -> Any:
    """Post the form of a new postback with its initial values and ``changes``."""
    offer = make_offer()
    for affiliate in {user.affiliate for user in User.objects.exclude(affiliate=None)}:
        OfferAffiliate.objects.create(offer=offer, affiliate=affiliate)
    url = f"{reverse(ADD)}?trigger=conversion_done&action={action}&offer={offer.pk}"
    values = ping_values(client, url, **changes)
    return client.post(url, values)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.ACCOUNT_MANAGER])
def test_who_manages_accounts_may_remove_from_a_list(
    sign_in: Callable[[User], Client], role: Role
) -> None:
    client = sign_in(make_user("ada", role=role))
    connection = make_connection()

    response = add(
        client, "optintel_unsub", cfg_operation="remove", connection=connection.pk
    )

    assert response.status_code == 302, response.context["adminform"].form.errors
    assert PostbackRule.objects.get().settings["operation"] == "remove"


@pytest.mark.parametrize(
    ("action", "operation", "is_refused"),
    [
        ("optintel_unsub", "remove", True),
        ("dnpl", "remove", True),
        ("optintel_unsub", "add", False),
    ],
)
def test_who_lacks_the_permission_may_not_remove_from_a_list(
    sign_in: Callable[[User], Client], action: str, operation: str, is_refused: bool
) -> None:
    client = sign_in(make_user("boss", role=Role.ADMIN))
    Group.objects.get(name=Role.ADMIN.label).permissions.remove(
        *Permission.objects.filter(codename="can_remove_suppression")
    )

    response = add(client, action, cfg_operation=operation, cfg_local_list="blocked")

    assert (REFUSED in response.content) is is_refused
    assert not PostbackRule.objects.filter(settings__operation="remove").exists()


def test_a_list_kept_elsewhere_needs_a_connection(staff: Client) -> None:
    response = add(staff, "dnpl", cfg_backend="remote", cfg_list_id="12")

    assert b"This action needs a connection." in response.content
    assert not PostbackRule.objects.exists()


def test_two_roles_may_remove() -> None:
    sync_roles()

    groups = Group.objects.filter(permissions__codename="can_remove_suppression")

    assert {group.name for group in groups} == {
        str(Role.ADMIN.label),
        str(Role.ACCOUNT_MANAGER.label),
    }
