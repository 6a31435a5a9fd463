"""Devices and users: the story of each, drawn and in words."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.attribution.models import Fact, Period, Subject, SubjectEvent
from apps.console.attribution_words import (
    KINDS,
    counting_of,
    in_order,
    last_activity_before,
    shown_id,
    state_of,
)
from apps.console.people import signed_in
from apps.console.subject_drawing import Story, draw, signs
from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.showing import NOTHING, duration, link, moment, moment_column

SHOWN = 200
"""So many events and periods are drawn and listed, the newest."""
TOUCHES_SHOWN = 5


@admin.register(Subject)
class SubjectAdmin(FactsAdmin):
    """Whom events were seen of, with what followed for attribution."""

    list_title = gettext_lazy("Devices & users")
    facts_template = "console/subject.html"
    list_display = (
        "id",
        "kind",
        "id_of_sender",
        "of",
        moment_column("first_seen_at", gettext_lazy("first seen")),
        moment_column("last_activity_at", gettext_lazy("last activity")),
    )
    list_filter = ("kind",)
    list_select_related = ("offer", "project", "advertiser")
    search_fields = ("external_id__exact",)
    search_help_text = gettext_lazy("The whole device or user id")
    empty = (
        gettext_lazy("No devices and users yet."),
        gettext_lazy("They appear when events carry device_id or user_id."),
    )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Tell each row who looks."""
        page = super().get_changelist_instance(request)
        for subject in page.result_list:
            subject.viewer = signed_in(request)
        return page

    @admin.display(description=gettext_lazy("id of the sender"))
    def id_of_sender(self, obj: Any) -> str:
        """Return the device's or user's id as far as the viewer may see it."""
        return shown_id(obj, obj.viewer)

    @admin.display(description=gettext_lazy("of"))
    def of(self, obj: Subject) -> str:
        """Return the offer of a device; the project or advertiser of a user."""
        return str(obj.offer or obj.project or obj.advertiser)

    def heading(self, obj: Subject) -> str:
        """Return a title that names nobody."""
        return f"{obj.get_kind_display()} #{obj.pk}"

    def sections(self, request: HttpRequest, obj: Subject) -> list[Section]:
        """Return what is remembered of the subject."""
        user = signed_in(request)
        owner = obj.offer or obj.project or obj.advertiser
        facts = (
            (_("Id of the sender"), shown_id(obj, user)),
            (_("Of"), link(owner, user)),
            (_("First seen"), moment(obj.first_seen_at)),
            (_("Last activity"), moment(obj.last_activity_at)),
            (_("Clicks that name it"), obj.touches.count()),
        )
        return [Section(_("Subject"), facts), *_touches(obj, user)]

    def more_context(self, request: HttpRequest, obj: Subject) -> dict[str, Any]:
        """Add the drawing, the periods and the events with their facts."""
        user = signed_in(request)
        events = _newest_events(obj)
        periods = _newest_periods(obj)
        facts = _facts_of(obj, events)
        return {
            "drawing": draw(Story(events, periods, facts)),
            "signs": signs(),
            "is_cut": len(events) == SHOWN,
            "has_older_periods": len(periods) == SHOWN,
            "periods": [
                {
                    "period": one,
                    "source": one.affiliate or _("organic"),
                    "click": link(one.click, user) if one.click else NOTHING,
                }
                for one in periods
            ],
            "rows": _rows(events, facts, user),
        }


def _touches(subject: Subject, user: User) -> list[Section]:
    """Return the newest clicks that named the subject; no box where none did."""
    touches = subject.touches.select_related("affiliate", "click")
    shown = tuple(
        (
            moment(one.touched_at),
            link(one.click, user, f"{one.affiliate} · {one.click}"),
        )
        for one in touches.order_by("-touched_at")[:TOUCHES_SHOWN]
    )
    return [Section(_("Newest clicks"), shown)] if shown else []


def _newest_periods(subject: Subject) -> list[Period]:
    rows = subject.periods.select_related("affiliate", "click")
    return list(rows.order_by("-started_at")[:SHOWN])[::-1]


def _newest_events(subject: Subject) -> list[SubjectEvent]:
    rows = subject.timeline.select_related("event", "affiliate")
    return list(rows.order_by("-occurred_at", "-event_id")[:SHOWN])[::-1]


def _facts_of(subject: Subject, events: list[SubjectEvent]) -> list[Fact]:
    facts: QuerySet[Fact] = subject.facts.filter(event__in=[e.event_id for e in events])
    return in_order(facts.select_related("affiliate", "event", "retracted_by"))


def _rows(
    events: list[SubjectEvent], facts: list[Fact], user: User
) -> list[dict[str, Any]]:
    """Return a row for each event: its gap, its touch, its facts."""
    of_event: dict[Any, list[dict[str, Any]]] = {}
    for fact in facts:
        shown = {
            "name": str(fact),
            "source": fact.affiliate or _("organic"),
            "state": state_of(fact),
            "late": _late(fact, user),
        }
        of_event.setdefault(fact.event_id, []).append(shown)
    found = []
    last = last_activity_before(events[0]) if events else None
    for one in events:
        gap = (one.occurred_at - last).total_seconds() if last else None
        found.append(
            {
                "one": one,
                "kind": KINDS[one.kind],
                "counting": counting_of(one),
                "event": link(one.event, user, one.event.display_name),
                "gap": NOTHING if gap is None else duration(gap),
                "is_dormant": _is_dormant(one, gap),
                "facts": of_event.get(one.event_id, []),
            }
        )
        if one.is_activity and one.state == "counted":
            last = one.occurred_at
    return found


def _late(fact: Fact, user: User) -> Any:
    """Return the late event that made a fact untrue, "" for a fact that stands."""
    late = fact.retracted_by
    return link(late, user, late.display_name) if late else ""


def _is_dormant(one: SubjectEvent, gap: float | None) -> bool:
    return one.is_activity and gap is not None and gap > one.inactivity_days * 86_400
