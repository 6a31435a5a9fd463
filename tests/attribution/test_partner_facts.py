"""A partner is told of facts by one choice: what is missing is made, the rest switched."""

from typing import Any

import pytest
from django.test import Client

from apps.core.adminkit.addresses import page_url
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, RuleStatus
from tests.attribution.world import App
from tests.console.conftest import sign_in, staff
from tests.factories import make_rule, make_user

__all__ = ["sign_in", "staff"]

pytestmark = pytest.mark.django_db

URL = "https://track.partner.example/postback?cid={partner_click_id}&event={fact}"


@pytest.fixture
def app() -> App:
    """Return an app that the affiliate «B» promotes."""
    found = App()
    found.affiliate("B")
    return found


def address(app: App, preset: str = "voluum") -> str:
    """Return the page of the second step, for the affiliate «B»."""
    page = page_url(app.offer, "partner-facts")
    return f"{page}?affiliate={app.affiliate('B').pk}&preset={preset}"


def press(staff: Client, url: str, **fields: Any) -> Any:
    """Preview and confirm; return the answer to the last step."""
    given = {"mode": "attributed", "url": URL, **fields}
    context = staff.post(url, given).context
    return staff.post(url, {**given, **dict(context["hidden"])})


def rules() -> list[tuple[list[str], str, str]]:
    """Return facts, mode and status of all postbacks."""
    return [
        (rule.facts, rule.sending_mode, rule.status)
        for rule in PostbackRule.objects.order_by("pk")
    ]


USUAL = (
    "install",
    "re_engagement",
    "re_install",
    "first_purchase",
    "purchase",
    "first_registration",
)


def test_one_choice_makes_all_postbacks_of_a_partner(app: App, staff: Client) -> None:
    """R111: for an integrated partner only the sending mode is set."""
    start = staff.post(
        page_url(app.offer, "partner-facts"),
        {"affiliate": app.affiliate("B").pk, "preset": "voluum"},
    )

    assert address(app).endswith(start["Location"])
    answer = press(staff, address(app))

    assert answer.status_code == 302
    assert rules() == [([fact], "attributed", "active") for fact in USUAL]
    rule = PostbackRule.objects.earliest("pk")
    assert (rule.name, rule.affiliate) == ("Voluum: Install", app.affiliate("B"))
    assert rule.settings["url"] == URL
    snapshot = rule.revisions.get().snapshot
    assert snapshot["conditions"]["sending_mode"] == "attributed"
    assert snapshot["destination"] == "https://track.partner.example:443"


def test_nothing_is_written_before_the_preview_was_seen(
    app: App, staff: Client
) -> None:
    """What was previewed is what is done: another choice is previewed again."""
    first = staff.post(address(app), {"mode": "all", "url": URL})
    seen = dict(first.context["hidden"])
    other = staff.post(address(app), {"mode": "off", "url": URL, **seen})

    assert "New: Install. Send all" in first.content.decode()
    assert "New: Install. Send nothing" in other.content.decode()
    assert rules() == []


def test_the_mode_of_a_whole_set_is_switched(app: App, staff: Client) -> None:
    """Off keeps the postbacks, disabled; what was added by hand belongs to it."""
    press(staff, address(app))
    revisions = PostbackRule.objects.earliest("pk").revision

    press(staff, address(app), mode="off")
    off = rules()
    press(staff, address(app), mode="all")

    assert off == [([fact], "attributed", "disabled") for fact in USUAL]
    assert rules() == [([fact], "all", "active") for fact in USUAL]
    first = PostbackRule.objects.earliest("pk")
    assert first.revision == revisions + 3
    assert first.revisions.latest("number").snapshot["status"] == "active"


def test_only_missing_facts_are_made(app: App, staff: Client) -> None:
    """And postbacks of others, and of users, are left alone."""
    own = {"trigger": "attribution", "affiliate": app.affiliate("B")}
    make_rule(app.offer, facts=["install", "purchase"], subject_kind="device", **own)
    failed = make_rule(app.offer, facts=["re_install"], subject_kind="device", **own)
    failing = RuleStatus.AUTO_DISABLED
    PostbackRule.objects.filter(pk=failed.pk).update(status=failing)
    make_rule(app.offer, facts=["new_user"], subject_kind="user", **own)

    press(staff, address(app))

    assert [facts for facts, mode, _ in rules() if mode == "attributed"] == [
        ["install", "purchase"],
        ["re_install"],
        ["re_engagement"],
        ["first_purchase"],
        ["first_registration"],
    ]
    failed.refresh_from_db()
    assert failed.status == RuleStatus.AUTO_DISABLED


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("https://your-voluum.example/pb", "Replace your-voluum.example"),
        ("https://t.example/pb?x={nonsense}", "nonsense"),
        ("", "This field is required."),
    ],
)
def test_an_address_that_cannot_be_is_refused(
    app: App, staff: Client, url: str, told: str
) -> None:
    answer = staff.post(address(app), {"mode": "all", "url": url})

    assert told in answer.content.decode()
    assert rules() == []


def test_a_website_has_fewer_facts_and_a_mini_app_none(app: App, staff: Client) -> None:
    """R113, R115."""
    Offer.objects.filter(pk=app.offer.pk).update(platform="vk_mini_app")
    refused = staff.get(address(app), follow=True)
    Offer.objects.filter(pk=app.offer.pk).update(platform="web")

    press(staff, address(app))

    assert "have no postbacks on facts" in refused.content.decode()
    assert [facts for facts, _, _ in rules()] == [
        ["re_engagement"],
        ["first_registration"],
    ]


def test_affiliates_do_not_make_sets(app: App, sign_in: Any) -> None:
    affiliate = sign_in(make_user("p", role="affiliate", affiliate=app.affiliate("B")))

    assert affiliate.get(page_url(app.offer, "partner-facts")).status_code == 403
