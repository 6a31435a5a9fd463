"""Every screen of the admin by group, with something to show on each of them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from axes.models import AccessAttempt
from django.contrib import admin
from django.urls import reverse

from apps.accounts.models import TwoStep, User
from apps.actions import registry
from apps.core.adminkit.scoping import ReadOnlyMixin
from apps.deliveries.models import Destination, Replay
from apps.events.models import SeenEventName
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import record_revision
from apps.reports.models import EventHour
from apps.retention.models import Pruning
from tests.console.people import make_person
from tests.console.world import World, build_world
from tests.imports.making import make_import, rehearse
from tests.lists.making import make_value_list

GROUPS: dict[str, tuple[str, ...]] = {
    "own pages": (),
    "configuration": ("core",),
    "access": ("accounts", "axes", "auditlog"),
    "offers": ("offers", "goals"),
    "events": ("events", "event_lists"),
    "value lists": ("value_lists",),
    "postbacks": ("postbacks",),
    "connections": ("connections",),
    "log": ("tracking", "attribution"),
    "inbound": ("ingest", "reports"),
    "deliveries": ("deliveries", "retention"),
}
"""Which apps are looked at in one go."""

MADE_ELSEWHERE = {"destination", "accessattempt", "logentry"}
SAMPLED = {"offer": ("history", "delete"), "postbackrule": ("history",)}
"""Screens of Django's own, of which one or two stand for all models."""
QUERIES = {
    "postbackrule_restore": "?revision=1",
    "offer_define": "?name=Trial+Started",
}
"""What a page is asked for with, where the address alone shows nothing."""


class Screen(NamedTuple):
    """A screen by the name of its picture."""

    name: str
    path: str


def build_gallery(now: datetime) -> World:
    """Store the small business and what else some screen shows."""
    world = build_world(now)
    make_person("9f86d081884c7d659a2feaa0c55")
    record_revision(rule=world.rule, author=world.admin, now=now, comment="New partner")
    AccessAttempt.objects.create(
        username="ada",
        ip_address="203.0.113.7",
        user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101",
        failures_since_start=10,
        attempt_time=now,
    )
    make_value_list("zoe@mail.example", "tim@mail.example", offer=world.offer)
    SeenEventName.objects.create(
        offer=world.offer,
        name="Trial Started",
        first_at=now - timedelta(days=3),
        last_at=now,
        refused_count=9,
    )
    TwoStep.objects.create(user=world.admin, sealed_secret="x", confirmed_at=now)
    _add_operations(world.rule, world.admin, now)
    Pruning.objects.create(
        table="attempts",
        until=now - timedelta(days=30),
        started_at=now - timedelta(hours=3),
        finished_at=now - timedelta(hours=2),
        rows=1_234_567,
        bytes=2_345_678_901,
        days_left=1,
    )
    _add_imports(world.admin)
    _add_funnels(now)
    return world


def _add_funnels(now: datetime) -> None:
    """Count what offers other than that of the history had; one of them long ago."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    loans, solar = (
        Offer.objects.get(name=name) for name in ("Home Loans UK", "Solar Leads DE")
    )
    EventHour.objects.create(
        hour=hour,
        offer=loans,
        accepted=173_380,
        views=148_200,
        engagement=21_930,
        progress=2_611,
        conversions=412,
        partial_conversions=35,
        uncategorized=192,
    )
    EventHour.objects.create(
        hour=hour, offer=solar, accepted=1_270, views=900, conversions=54
    )


def _add_operations(rule: PostbackRule, author: User, now: datetime) -> None:
    Destination.objects.filter(key="https://warehouse.example:443").update(
        state="paused", paused_reason="They move their servers until Monday."
    )
    Destination.objects.filter(key="https://tracker.example:443").update(
        breaker="open",
        failures=12,
        trips=2,
        retry_at=now + timedelta(minutes=4),
    )
    Replay.objects.create(
        kind="resend",
        rule=rule,
        states=["failed"],
        starts_at=now - timedelta(days=2),
        ends_at=now,
        comment="Their server was down over the weekend.",
        author=author,
        state="running",
        total=480,
        examined=120,
        planned=118,
        skipped=2,
        started_at=now - timedelta(minutes=2),
    )


def _add_imports(author: User) -> None:
    text = "transaction_id,amount,currency,sub1\n"
    make_import(f"{text}tx_1,5,EUR,a\n", author=author)
    rows = "tx_00000dca1a2,49.90,USD,news\nnobody,1,USD,news\n,many,Dollar,x\n"
    rehearse(make_import(f"{text}{rows}", author=author, kept=[3]))


def screens(group: str, world: World) -> Iterator[Screen]:
    """Yield the screens of a group: of each model the list, the forms, the pages."""
    if group == "own pages":
        yield from _own_pages()
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label in GROUPS[group]:
            yield from _screens_of(model, model_admin, world)
    if group == "postbacks":
        yield from _rules()


def _own_pages() -> Iterator[Screen]:
    find = reverse("admin:find")
    yield Screen("overview", reverse("admin:index"))
    yield Screen("find_nothing", f"{find}?q=nothing-like-it")
    yield Screen("find_several", f"{find}?q=tx_00000dca1a2")
    nothing = reverse("admin:offers_offer_changelist") + "?q=zzz"
    yield Screen("nothing_matches", nothing)
    for name in ("account", "two_step", "password_change"):
        yield Screen(name, reverse(f"admin:{name}"))
    yield Screen("erase_a_person", reverse("admin:tracking_lead_erase_people"))


def _screens_of(model: Any, model_admin: Any, world: World) -> Iterator[Screen]:
    name = model._meta.model_name
    info = f"admin:{model._meta.app_label}_{name}"
    yield Screen(f"{name}_list", reverse(f"{info}_changelist"))
    may_add = type(model_admin).has_add_permission
    if may_add is not ReadOnlyMixin.has_add_permission and name not in MADE_ELSEWHERE:
        yield Screen(f"{name}_add", reverse(f"{info}_add"))
    rows = _rows(model, world)
    for page in ("change", *SAMPLED.get(name, ())) if rows else ():
        yield Screen(f"{name}_{page}", reverse(f"{info}_{page}", args=[rows[0].pk]))
    for page in getattr(model_admin, "pages", ()):
        row = next(row for row in rows if page.is_offered(row))
        shown = f"{name}_{page.name}"
        path = reverse(f"{info}_{page.name}", args=[row.pk])
        yield Screen(shown, path + QUERIES.get(shown, ""))


def _rows(model: Any, world: World) -> list[Any]:
    """Return all rows, first the one with the most to show."""
    known = {row.pk for row in (world.rule, world.offer, world.event)}
    newest = model._base_manager.order_by("-pk")
    return sorted(newest, key=lambda row: row.pk not in known)


def _rules() -> Iterator[Screen]:
    """Yield a form of each trigger, and what starts one for an offer."""
    add = reverse("admin:postbacks_postbackrule_add")
    for trigger in ("event", "conversion_any", "attribution"):
        asked = f"?trigger={trigger}&action=ping_url"
        yield Screen(f"postbackrule_{trigger}", f"{add}{asked}")
    custom = PostbackRule.objects.exclude(goal=None).get()
    change = reverse("admin:postbacks_postbackrule_change", args=[custom.pk])
    yield Screen("postbackrule_of_goal", change)


def forms_of(group: str) -> Iterator[Screen]:
    """Yield the form of each action of a group of actions."""
    add = reverse("admin:postbacks_postbackrule_add")
    for action in registry.all_actions():
        if action.group == group:
            asked = f"?trigger=conversion_done&action={action.kind}"
            yield Screen(f"action_{action.kind}", add + asked)
