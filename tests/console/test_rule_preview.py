"""The preview on the form: the request as the form stands, and nothing happens."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.deliveries.models import Attempt, Delivery, Destination
from apps.offers.models import Offer, OfferAffiliate
from apps.postbacks.models import PostbackRule, RuleRevision
from tests.console.test_flows import ADD, ping_values
from tests.factories import (
    NOON,
    make_affiliate,
    make_click,
    make_conversion,
    make_event,
    make_offer,
    make_rule,
    make_user,
)
from tests.lists.making import make_value_list

pytestmark = pytest.mark.django_db

URL = "https://t.example/pb?tid={transaction_id}&e={event_sent_as}&sum={payout}"
NEW = "admin:postbacks_postbackrule_preview_new"
OLD = "admin:postbacks_postbackrule_preview"


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    """Forget the previews that other tests asked for."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def offer() -> Offer:
    """Return an offer with an event and an approved conversion."""
    found = make_offer()
    click = make_click(found, "t-9")
    shared: dict[str, Any] = {"click": click, "transaction_id": "t-9"}
    conversion = make_conversion(found, **shared)
    conversion.changes.create(
        number=1,
        operation="create",
        new_status="approved",
        source="url",
        changed_at=NOON,
    )
    make_event(found, name="sign_up", category="engagement", payout=3, **shared)
    return found


def previewed(client: Client, offer: Offer, **values: Any) -> str:
    """Return the answer to the preview of a new postback about ``t-9``."""
    trigger = values.pop("trigger", "event")
    query = f"?trigger={trigger}&action=ping_url&offer={offer.pk}"
    given = {"cfg_url": URL, "_about": "t-9", "fragment": "1", **values}
    form = ping_values(client, reverse(ADD) + query, **given)
    return client.post(reverse(NEW) + query, form).content.decode()


def test_a_new_postback_is_previewed_with_a_chosen_transaction(
    staff: Client, offer: Offer
) -> None:
    shown = previewed(staff, offer)

    assert "GET https://t.example/pb?tid=t-9&amp;e=sign_up&amp;sum=3" in shown
    for model in (PostbackRule, RuleRevision, Delivery, Attempt, Destination):
        assert not model.objects.exists()


def test_the_name_that_the_partner_gets_comes_from_the_rows_of_the_form(
    staff: Client, offer: Offer
) -> None:
    """R28: unsaved custom events count, too."""
    rows = {
        "custom_events-TOTAL_FORMS": "1",
        "custom_events-0-name": "sign_up",
        "custom_events-0-send_as": "Lead",
    }

    assert "e=Lead" in previewed(staff, offer, **rows)


def test_a_postback_on_conversions_is_previewed_with_a_change(
    staff: Client, offer: Offer
) -> None:
    shown = previewed(
        staff, offer, trigger="conversion_done", cfg_url=f"{URL}&s={{status}}"
    )

    assert "s=approved" in shown
    assert "t-9 · new → approved · 2026-03-01 12:00:00" in shown


def test_without_a_transaction_the_values_are_examples(
    staff: Client, offer: Offer
) -> None:
    shown = previewed(staff, offer, _about="")

    assert "With example values" in shown
    assert "tid=T-9001" in shown


def test_what_is_wrong_is_named_instead(staff: Client, offer: Offer) -> None:
    shown = previewed(staff, offer, cfg_url="https://t.example/?a={transacton_id}")

    assert "transaction_id" in shown
    assert "once this is right" in shown


def test_secrets_are_masked_new_and_kept_ones(staff: Client, offer: Offer) -> None:
    """R223."""
    secret = {"cfg_headers": "Authorization: Bearer very-secret-1"}
    query = f"?trigger=event&action=ping_url&offer={offer.pk}"
    staff.post(reverse(ADD) + query, ping_values(staff, reverse(ADD) + query, **secret))
    rule = PostbackRule.objects.get()
    change = reverse("admin:postbacks_postbackrule_change", args=[rule.pk])
    kept = ping_values(staff, change, cfg_headers="", fragment="1", cfg_url=URL)
    kept["cfg_url"] = rule.settings["url"]

    new = previewed(staff, offer, **secret)
    old = staff.post(reverse(OLD, args=[rule.pk]), kept).content.decode()

    for shown in (new, old):
        assert "Authorization: " in shown
        assert "very-secret" not in shown


def test_without_a_script_it_is_a_page(staff: Client, offer: Offer) -> None:
    rule = make_rule(offer, trigger="event", categories=["engagement"], url=URL)
    change = reverse("admin:postbacks_postbackrule_change", args=[rule.pk])
    values = ping_values(staff, change, _about="t-9", cfg_url=f"{URL}&v=2")

    form = staff.get(change).content.decode()
    page = staff.post(reverse(OLD, args=[rule.pk]), values).content.decode()

    assert 'formaction="../preview/"' in form
    assert '<option value="t-9">t-9 · sign_up' in form
    assert "<h1>Preview</h1>" in page
    assert "sum=3.00&amp;v=2" in page
    rule.refresh_from_db()
    assert rule.settings["url"] == URL


def test_an_affiliate_sees_own_transactions_and_no_revenue(
    sign_in: Callable[[User], Client], offer: Offer
) -> None:
    """R103, R224: also not by naming a foreign transaction, or a foreign postback."""
    affiliate = make_affiliate("Other")
    OfferAffiliate.objects.create(offer=offer, affiliate=affiliate)
    client = sign_in(make_user("partner", affiliate=affiliate))
    foreign = make_rule(offer)

    shown = previewed(client, offer)
    revenue = previewed(client, offer, cfg_url="https://t.example/?r={revenue}")
    other = client.post(reverse(OLD, args=[foreign.pk]), {"fragment": "1"})

    assert "tid=t-9" not in shown
    assert "{revenue} is not for postbacks of affiliates." in revenue
    assert other.status_code == 302


def test_only_who_may_change_postbacks_may_preview(
    sign_in: Callable[[User], Client], offer: Offer
) -> None:
    rule = make_rule(offer)
    client = sign_in(make_user("watcher", role="viewer"))

    assert client.post(reverse(OLD, args=[rule.pk])).status_code == 403
    assert client.post(reverse(NEW)).status_code == 403


def test_it_needs_a_post_with_a_token(staff: Client, offer: Offer) -> None:
    rule = make_rule(offer)
    url = reverse(OLD, args=[rule.pk])
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = staff.cookies

    assert staff.get(url).status_code == 302
    assert strict.post(url, {"fragment": "1"}).status_code == 403


def test_previews_are_bounded_by_the_minute(
    staff: Client, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.console.rule_preview.MOST_A_MINUTE", 2)
    monkeypatch.setattr("apps.console.rule_preview.minute_of", lambda now: "12:00")
    rule = make_rule(offer)
    url = reverse(OLD, args=[rule.pk])

    codes = [staff.post(url, {"fragment": "1"}).status_code for _ in range(3)]

    assert codes == [200, 200, 429]


def test_a_message_and_a_list_are_previewed_in_their_own_words(
    staff: Client, offer: Offer
) -> None:
    """An action that makes no HTTP request: e-mail, a list that is kept here."""
    connection = Connection.objects.create(
        name="Mail",
        kind="smtp",
        settings={
            "host": "mail.example",
            "port": 587,
            "security": "starttls",
            "default_from": "us@mail.example",
            "timeout_seconds": 10,
        },
    )
    mail = preview_of(
        staff,
        offer,
        "smtp",
        connection=str(connection.pk),
        cfg_to="boss@mail.example",
        cfg_subject="Sale of {transaction_id}",
        cfg_body_text="Hello",
    )

    values = make_value_list(name="Blocked people")
    listed = preview_of(
        staff,
        offer,
        "dnpl",
        cfg_local_list=values.reference,
        cfg_value="{transaction_id}",
    )

    assert "SMTP smtp://mail.example:587" in mail
    assert "Sale of t-9" in mail
    assert "<dt>Operation</dt><dd>add</dd>" in listed
    assert "<dt>Value</dt><dd>t-9</dd>" in listed


def preview_of(client: Client, offer: Offer, kind: str, **values: str) -> str:
    """Return the preview of a new postback with another action."""
    query = f"?trigger=event&action={kind}&offer={offer.pk}"
    given = {"_about": "t-9", "fragment": "1", **values}
    form = ping_values(client, reverse(ADD) + query, **given)
    return client.post(reverse(NEW) + query, form).content.decode()
