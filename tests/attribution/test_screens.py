"""The screens of attribution: subjects, the trace, the postback's form, the offer's."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.attribution.algorithm import Touch
from apps.attribution.models import Subject
from apps.attribution.sightings import Touched, Who
from apps.attribution.storage import record_touch
from apps.core.adminkit.addresses import add_url, change_url, list_url
from apps.postbacks.models import PostbackRule
from apps.reports.models import OutcomeHour
from apps.reports.rollups import roll_up
from apps.tracking.models import Event
from tests.attribution.test_accepting import WORKED, play
from tests.attribution.world import App, make_worked_app
from tests.console.conftest import sign_in, staff
from tests.console.test_flows import ping_values
from tests.factories import make_click, make_rule, make_user

__all__ = ["sign_in", "staff"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

SOURCES = ("n0", "n1", "organic")


@pytest.fixture
def app(client: Client) -> App:
    """Return an app whose device lived through the worked example."""
    found = make_worked_app()
    play(found, client, WORKED)
    return found


def start(app: App, **choices: str) -> str:
    """Return the address of the form of a postback on facts."""
    return add_url(
        PostbackRule,
        trigger="attribution",
        action="ping_url",
        offer=app.offer.pk,
        **choices,
    )


def form(staff: Client, url: str, **fields: Any) -> dict[str, Any]:
    """Return what the form of a postback sends; it listens to installs of devices."""
    given = {"facts": ["install"], "subject_kind": "device", **fields}
    return ping_values(staff, url, **given)


def test_the_page_of_a_device_draws_its_story(app: App, staff: Client) -> None:
    """Periods as bars by source, events as marks, facts, pauses."""
    page = staff.get(change_url(Subject.objects.get()))

    drawing = page.context["drawing"]
    assert [drawing["bars"].count(f'"source {one}"') for one in SOURCES] == [1, 1, 1]
    assert drawing["bars"].count('class="name') == 2  # A third is too short.
    assert drawing["marks"].count("<circle") == 8
    assert drawing["facts"].count('class="fact announced"') == 15
    assert drawing["pauses"].count('class="pause"') == 2
    assert ">31 d</text>" in drawing["pauses"]
    assert drawing["ticks"].count("<text") == 4
    assert page.content.decode().count(">dormant<") == 2


def test_a_long_story_shows_its_newest_part(client: Client, staff: Client) -> None:
    """What the oldest event shown came after is known all the same."""
    web = App(platform="web")
    for day in range(12):
        web.click(f"w{day}", day, "B")
        web.send(client, day + 0.5, "visit", transaction_id=f"w{day}")
    web.send(client, 60, "visit")

    with patch("apps.console.subjects.SHOWN", 1):
        page = staff.get(change_url(Subject.objects.get()))

    assert page.context["is_cut"]
    assert [row["gap"] for row in page.context["rows"]] == ["48 d"]
    assert page.context["rows"][0]["is_dormant"]
    assert len(page.context["periods"]) == 1
    assert page.context["drawing"]["bars"].count("<rect") == 1


def test_a_device_without_events_shows_the_clicks_that_name_it(
    app: App, staff: Client
) -> None:
    at = app.start
    click = make_click(app.offer, "only-click", clicked_at=at)
    who = Who("device", app.offer.pk, None, None, "D-2")
    touch = Touch(click.pk, app.affiliate("B").pk)
    record_touch([who], Touched(touch, at))

    page = staff.get(change_url(Subject.objects.get(external_id="D-2")))

    assert "only clicks name it so far" in page.content.decode()
    assert "B · only-click" in page.content.decode()


def test_ids_are_shown_to_those_who_may_see_people(
    app: App, sign_in: Any, staff: Client
) -> None:
    """R230: others see the first characters."""
    manager = sign_in(make_user("m", role=Role.ACCOUNT_MANAGER))
    Subject.objects.update(external_id="4f3c2b1a")
    pages = [list_url(Subject), change_url(Subject.objects.get())]

    for page in pages:
        assert "4f3c2b1a" in staff.get(page).content.decode()
        assert "4f3c2b1a" not in manager.get(page).content.decode()


def test_the_trace_shows_touch_gap_and_period_of_each_fact(
    app: App, staff: Client
) -> None:
    """R228."""
    event = Event.objects.order_by("occurred_at")[3]

    page = staff.get(change_url(event)).content.decode()

    assert "dormant: more than 30 days" in page
    assert "click-b71" in page
    assert "Re-engagement" in page


def test_the_trace_tells_which_facts_a_postback_wanted(app: App, staff: Client) -> None:
    """R202: in words, also where it came as something else or is not listened to."""
    for name, fact in (("Returns", "re_engagement"), ("Sales", "first_purchase")):
        make_rule(
            app.offer,
            name=name,
            trigger="attribution",
            facts=[fact],
            subject_kind="device",
        )
    event = Event.objects.order_by("occurred_at")[3]

    page = staff.get(change_url(event)).content.decode()

    assert "attribution fact" in page
    assert "Device: First purchase" in page
    assert "Fact: Re-engagement (Device)" in page


def test_the_form_of_a_postback_explains_the_facts(app: App, staff: Client) -> None:
    """R158, R159: what each is, and what it is good for."""
    page = staff.get(start(app)).content.decode()

    assert "Pay per install (CPI)." in page
    assert "remarketing lists" in page
    assert page.count('name="facts"') == 20


def test_a_preset_leaves_only_the_sending_mode_to_set(app: App, staff: Client) -> None:
    """R111: an integrated partner's postbacks are made ready."""
    page = staff.get(start(app, preset="voluum")).context["adminform"].form

    assert page.initial["sending_mode"] == "attributed"
    assert "install" in page.initial["facts"]
    assert page.initial["subject_kind"] == "device"


def test_a_postback_on_facts_is_saved(app: App, staff: Client) -> None:
    """R112: without a preset, to whatever address one has."""
    answer = staff.post(start(app), form(staff, start(app)))

    assert answer.status_code == 302
    rule = PostbackRule.objects.get()
    assert (rule.facts, rule.subject_kind) == (["install"], "device")
    assert rule.revisions.get().snapshot["facts"] == ["install"]


@pytest.mark.parametrize(
    ("fields", "platform", "message"),
    [
        ({"facts": []}, "android", "Choose at least one fact."),
        ({"facts": ["new_user"]}, "android", "No facts of this kind"),
        ({"facts": ["install"]}, "web", "do not tell: Install."),
        ({"facts": ["install"]}, "vk_mini_app", "have no postbacks on facts"),
    ],
)
def test_a_postback_on_facts_that_cannot_be_is_refused(
    app: App, staff: Client, fields: dict[str, Any], platform: str, message: str
) -> None:
    """R113, R115, R220."""
    app.offer.platform = platform
    app.offer.save()

    answer = staff.post(start(app), form(staff, start(app), **fields))

    assert message in answer.content.decode()
    assert PostbackRule.objects.count() == 0


def test_an_offer_keeps_its_platform_while_postbacks_need_it(
    app: App, staff: Client
) -> None:
    """R115, R220: asked once more when the platform changes."""
    make_rule(
        app.offer, trigger="attribution", facts=["install"], subject_kind="device"
    )
    page = staff.get(change_url(app.offer)).context
    values = page["adminform"].form.initial
    sent = {name: v for name, v in values.items() if v not in (None, [])}
    for one in page["inline_admin_formsets"]:
        prefix = one.formset.prefix
        sent |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}

    answer = staff.post(change_url(app.offer), {**sent, "platform": "web"})

    assert "listen to facts that offers of this platform" in answer.content.decode()
    app.offer.refresh_from_db()
    assert app.offer.platform == "android"


def test_the_reconciliation_sets_events_beside_postbacks(
    app: App, staff: Client, client: Client
) -> None:
    """R160: Events and Events CA."""
    make_rule(
        app.offer,
        trigger="attribution",
        facts=["custom_event", "custom_event_ca"],
        subject_kind="device",
    )
    for day in (130, 131, 132):
        app.send(client, day, "tutorial")
    roll_up(now=datetime.now(UTC))

    lines = staff.get(list_url(OutcomeHour)).context["fact_lines"]

    assert [(one.metric, one.events, one.postbacks) for one in lines] == [
        ("Events", 3, 3),
        ("Events CA", 3, 3),
    ]
