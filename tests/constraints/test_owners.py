"""The database keeps the postbacks and connections of affiliates apart (ADR 0013)."""

import pytest

from apps.accounts.models import Affiliate
from apps.connections.models import Connection
from apps.postbacks.models import PostbackRule
from tests.constraints.refusing import refused_by
from tests.factories import make_affiliate, make_offer, make_rule, make_user

pytestmark = pytest.mark.django_db


def owned(owner: Affiliate | None, name: str = "One") -> Connection:
    return Connection.objects.create(name=name, kind="ping_url", owner_affiliate=owner)


def rule_of(owner: Affiliate) -> PostbackRule:
    author = make_user(f"user of {owner}", affiliate=owner)
    return make_rule(make_offer(), author=author)


def test_an_affiliates_postback_is_about_that_affiliate_only() -> None:
    """R93, R103."""
    own, other = make_affiliate("Own"), make_affiliate("Other")
    rule = PostbackRule.objects.filter(pk=rule_of(own).pk)

    for wrong in (other, None):
        with refused_by("rule_of_affiliate_is_about_it"):
            rule.update(affiliate=wrong)


def test_a_postback_uses_connections_of_its_own_owner_only() -> None:
    """R231: neither may an affiliate spend our secret, nor see what ours send."""
    own, other = make_affiliate("Own"), make_affiliate("Other")
    connections = [owned(None), owned(own), owned(other)]
    for owner, rule in (
        (own, rule_of(own)),
        (None, make_rule(make_offer("Other offer"))),
    ):
        rows = PostbackRule.objects.filter(pk=rule.pk)
        for connection in connections:
            if connection.owner_affiliate == owner:
                assert rows.update(connection=connection) == 1
                continue
            with refused_by("rule_connection_of_same_owner"):
                rows.update(connection=connection)


def test_a_connection_keeps_its_owner() -> None:
    connection = Connection.objects.filter(pk=owned(make_affiliate("Own")).pk)

    for wrong in (None, make_affiliate("Other")):
        with refused_by("connection_owner_is_fixed"):
            connection.update(owner_affiliate=wrong)


def test_each_owner_names_connections_freely_but_no_two_alike() -> None:
    own = make_affiliate("Own")
    for owner in (None, own, make_affiliate("Other")):
        owned(owner)

    for owner in (None, own):
        with refused_by("connection_name_unique"):
            owned(owner)
