"""Revisions are shown with what changed and come back; postbacks are duplicated."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.core import secret_box
from apps.core.adminkit.addresses import page_url
from apps.goals.models import Goal
from apps.offers.models import OfferAffiliate
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import record_revision
from tests.factories import (
    NOON,
    make_affiliate,
    make_offer,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db


def changed_rule() -> PostbackRule:
    """Return a rule whose URL was changed once."""
    rule = make_rule(make_offer(), url="https://old.example/")
    rule.settings = {**rule.settings, "url": "https://new.example/"}
    rule.save()
    record_revision(rule=rule, author=make_user("ann"), now=NOON, comment="moved")
    return rule


def texts_of(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def test_a_revision_tells_who_changed_what(staff: Client) -> None:
    rule = changed_rule()

    page = staff.get(page_url(rule, "revisions")).content.decode()

    for text in ("https://old.example/", "https://new.example/", "ann", "moved"):
        assert text in page


def test_secrets_that_were_only_sealed_anew_are_no_change(staff: Client) -> None:
    """Each saving seals again, and so does a change of the key."""
    rule = changed_rule()
    for number, header in enumerate(["X-Key: 1", "X-Key: 1"], start=1):
        sealed = secret_box.seal({"headers": header})
        rule.revisions.filter(number=number).update(sealed_secrets=sealed)
    page = page_url(rule, "revisions")

    same = staff.get(page).content.decode()
    rule.revisions.filter(number=1).update(sealed_secrets="opened by no key")
    other = staff.get(page).content.decode()

    assert "••••" not in same
    assert "••••" in other


def test_a_revision_whose_connection_was_deleted_is_not_restored(
    staff: Client,
) -> None:
    rule = make_rule(make_offer())
    connection = Connection.objects.create(name="Gone", kind="ping_url")
    rule.connection = connection
    rule.save()
    record_revision(rule=rule, author=None, now=NOON)
    rule.connection = None
    rule.save()
    record_revision(rule=rule, author=None, now=NOON)
    connection.delete()

    page = staff.post(page_url(rule, "restore"), {"number": "2"})

    assert "Revision 2 sends with a connection that was deleted" in (
        page.content.decode()
    )


def test_a_revision_is_restored_after_a_confirmation(staff: Client) -> None:
    rule = changed_rule()
    restore = page_url(rule, "restore")

    asked = staff.get(restore, {"revision": "1"})
    wrong = staff.post(restore, {"number": "7"})
    staff.post(restore, {"number": "1"})

    assert 'value="1"' in asked.content.decode()
    assert "There is no revision 7; the newest is 2." in wrong.content.decode()
    restored = PostbackRule.objects.get(pk=rule.pk)
    assert restored.settings["url"] == "https://old.example/"
    assert restored.revision == 3


def test_postbacks_are_duplicated_from_another_offer(staff: Client) -> None:
    """R101, R102: choose the offer, tick, confirm."""
    source = make_offer("Source", enable_goals=True)
    goal = Goal.objects.create(offer=source, name="sold")
    rule, other = make_rule(source, goal=goal), make_rule(source)
    target = make_offer("Target")
    page = page_url(target, "duplicate")

    second = staff.post(page, {"source": source.pk})["Location"]
    unticked = staff.post(second, {})
    done = staff.post(second, {"rules": [rule.pk]}, follow=True)

    assert f"#{other.pk}" in staff.get(second).content.decode()
    assert "Tick at least one" in unticked.content.decode()
    (copy,) = PostbackRule.objects.filter(offer=target)
    assert (copy.status, copy.goal) == ("disabled", None)
    assert "no goal «sold»" in texts_of(done)


def test_an_affiliate_duplicates_own_postbacks_only(
    sign_in: Callable[[User], Client],
) -> None:
    """R103, R224: the picker shows nothing of others."""
    affiliate = make_affiliate()
    partner = make_user("partner", affiliate=affiliate)
    source, target = make_offer("Source"), make_offer("Target")
    for offer in (source, target):
        OfferAffiliate.objects.create(offer=offer, affiliate=affiliate)
    foreign = make_rule(source)
    client = sign_in(partner)
    page = page_url(target, "duplicate")

    nothing = client.post(page, {"source": source.pk})
    own = make_rule(source, author=partner)
    forged = client.post(f"{page}?source={source.pk}", {"rules": [foreign.pk]})
    client.post(f"{page}?source={source.pk}", {"rules": [own.pk]})

    assert "Select a valid choice" in nothing.content.decode()
    assert "Select a valid choice" in forged.content.decode()
    (copy,) = PostbackRule.objects.filter(offer=target)
    assert (copy.owner_affiliate, copy.author) == (affiliate, partner)
