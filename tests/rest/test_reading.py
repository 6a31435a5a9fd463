"""Who reads what through the REST API."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import ApiToken
from tests.factories import NOON, make_user
from tests.rest.world import Side, make_world, read, secret

pytestmark = pytest.mark.django_db

LISTS = ("events", "leads", "conversions", "deliveries", "offers", "rules")
EVERYBODY = ("advertiser", "offer", "account", "affiliate", "viewer")


@pytest.fixture
def sides() -> tuple[Side, Side]:
    """Return our side and a stranger's."""
    return make_world()


def paths_of(side: Side) -> dict[str, str]:
    """Return the address of every row of a side."""
    return {
        "events": f"events/{side.event.pk}",
        "leads": f"leads/{side.lead.public_id}",
        "conversions": f"conversions/{side.conversion.pk}",
        "deliveries": f"deliveries/{side.delivery.pk}",
        "offers": f"offers/{side.offer.pk}",
        "rules": f"rules/{side.rule.pk}",
    }


def may_read(who: str, name: str) -> bool:
    """Tell what the table of rights says (DESIGN §4.8, §7 of the domain)."""
    if who in ("advertiser", "offer"):
        return name not in ("deliveries", "rules")
    return not (who == "affiliate" and name == "leads")


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_reads_own_rows_only(
    client: Client, sides: tuple[Side, Side], who: str, name: str
) -> None:
    """DESIGN §4.8: what is somebody else's does not exist."""
    ours, theirs = sides
    listed = read(client, name, who)
    own = read(client, paths_of(ours)[name], who)
    foreign = read(client, paths_of(theirs)[name], who)

    if not may_read(who, name):
        assert {listed.status_code, own.status_code, foreign.status_code} == {403}
        assert listed.json()["reason"] == "forbidden"
        return
    sees_all = who in ("account", "viewer")
    assert len(listed.json()["results"]) == (2 if sees_all else 1)
    assert own.status_code == 200
    assert foreign.status_code == (200 if sees_all else 404)
    if not sees_all:
        assert "theirs" not in listed.content.decode()


@pytest.mark.parametrize(
    ("who", "revenue", "payout", "goal"),
    [
        ("account", True, True, True),
        ("viewer", True, True, True),
        ("advertiser", True, False, True),
        ("affiliate", False, True, False),
    ],
)
def test_amounts_and_private_goals_are_shown_to_whom_they_concern(
    client: Client,
    sides: tuple[Side, Side],
    who: str,
    revenue: bool,
    payout: bool,
    goal: bool,
) -> None:
    """Advertisers learn no payout, affiliates no revenue and no private goal."""
    for name in ("events", "conversions"):
        row = read(client, paths_of(sides[0])[name], who).json()
        assert ("revenue" in row, "payout" in row) == (revenue, payout)
        assert (row["goal"] is not None) == goal


def test_an_affiliate_learns_nothing_of_the_advertiser(
    client: Client, sides: tuple[Side, Side]
) -> None:
    offer = read(client, paths_of(sides[0])["offers"], "affiliate").json()
    event = read(client, paths_of(sides[0])["events"], "affiliate").json()

    assert {"advertiser", "revenue_value", "ip_allowlist"}.isdisjoint(offer)
    assert {"params", "custom_fields"}.isdisjoint(event)


@pytest.mark.parametrize("who", EVERYBODY)
def test_everybody_reads_the_vocabulary(
    client: Client, sides: tuple[Side, Side], who: str
) -> None:
    page = read(client, "event-types", who, name="sale").json()

    (row,) = page["results"]
    assert row["name"] == "sale"
    assert read(client, f"event-types/{row['id']}", who).json() == row


@pytest.mark.parametrize("who", EVERYBODY)
def test_no_answer_holds_a_secret(
    client: Client, sides: tuple[Side, Side], who: str
) -> None:
    """DESIGN §4.7."""
    for name in (*LISTS, *paths_of(sides[0]).values()):
        text = read(client, name, who).content.decode()
        for marker in ("sealed", "_hash", ".example/pb", "token-of"):
            assert marker not in text, (name, marker)


def test_strangers_and_old_tokens_read_nothing(
    client: Client, sides: tuple[Side, Side]
) -> None:
    ApiToken.objects.update(valid_until="2026-03-02T00:00Z")

    for name in LISTS:
        for answer in (client.get(f"/api/v1/{name}"), read(client, name, "account")):
            assert (answer.status_code, answer.json()["reason"]) == (401, "bad_token")
            assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_person_who_was_switched_off_reads_nothing(
    client: Client, sides: tuple[Side, Side]
) -> None:
    vera = make_user("vera")
    vera.is_active = False
    vera.save()

    assert read(client, "events", "viewer").status_code == 401


def test_a_session_reads_like_a_token_of_its_person(
    client: Client, sides: tuple[Side, Side]
) -> None:
    client.force_login(make_user("ours author"))

    page = client.get("/api/v1/conversions").json()

    assert [row["id"] for row in page["results"]] == [str(sides[0].conversion.pk)]


def test_a_delivery_shows_its_tries(client: Client, sides: tuple[Side, Side]) -> None:
    delivery = sides[0].delivery
    delivery.attempt_log.create(
        number=1, started_at=NOON, outcome="retry", request={"url": "https://x.example"}
    )

    row = read(client, paths_of(sides[0])["deliveries"], "account").json()

    assert [attempt["outcome"] for attempt in row["attempt_log"]] == ["retry"]
    assert "request" not in row["attempt_log"][0]


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_what_is_only_read_is_only_read(
    client: Client, sides: tuple[Side, Side], method: str
) -> None:
    answer: Any = getattr(client, method)(
        "/api/v1/rules", headers={"authorization": f"Bearer {secret('account')}"}
    )

    assert (answer.status_code, answer.json()["reason"]) == (405, "bad_method")
