"""The story of a subject as a drawing: periods, events, facts and pauses.

Made by the server without script or inline style, so that the strict CSP holds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.attribution.models import EventState, Fact, FactState, Period, SubjectEvent

WIDTH, LEFT = 960.0, 8.0
COLOURS = 6
"""Sources have so many colours; organic has one of its own."""


class Story(NamedTuple):
    """What is drawn, each by time."""

    events: Sequence[SubjectEvent]
    periods: Sequence[Period]
    facts: Sequence[Fact]


class _Scale(NamedTuple):
    start: datetime
    span: timedelta

    def x(self, at: datetime) -> float:
        share = (at - self.start) / self.span
        return round(LEFT + max(0.0, min(1.0, share)) * (WIDTH - 2 * LEFT), 1)


def draw(story: Story) -> dict[str, Any] | None:
    """Return the parts of the drawing; ``None`` for a story without events."""
    if not story.events:
        return None
    first, last = story.events[0].occurred_at, story.events[-1].occurred_at
    span = max(last - first, timedelta(days=1))
    scale = _Scale(first - span / 50, span + span / 20)
    standing = [one for one in story.periods if not one.is_superseded]
    sources = _sources(standing)
    return {
        "size": f"0 0 {WIDTH:.0f} 128",
        "bars": _bars(standing, sources, scale),
        "pauses": _pauses(story.events, scale),
        "marks": _marks(story.events, scale),
        "facts": _facts(story, scale),
        "legend": [(name, place) for name, place in sources.items()],
        "from": first,
        "to": last,
    }


def _sources(periods: Sequence[Period]) -> dict[str, str]:
    """Return the class of each source, in the order of their first periods."""
    found: dict[str, str] = {}
    for period in periods:
        name = _name(period)
        if name not in found:
            is_organic = period.affiliate_id is None
            found[name] = "organic" if is_organic else f"n{len(found) % COLOURS}"
    return found


def _name(period: Period) -> str:
    return str(period.affiliate or _("organic"))


def _bars(
    periods: Sequence[Period], sources: dict[str, str], scale: _Scale
) -> SafeString:
    end = scale.start + scale.span
    ends = [*(one.started_at for one in periods[1:]), end]
    rows = []
    for period, until in zip(periods, ends, strict=False):
        x = scale.x(period.started_at)
        width = max(round(scale.x(until) - x, 1), 2.0)
        rows.append((sources[_name(period)], x, width, _name(period), period))
    return format_html_join(
        "",
        '<rect class="source {}" x="{}" y="8" width="{}" height="22" rx="3">'
        "<title>{}: {}</title></rect>",
        rows,
    )


def _pauses(events: Sequence[SubjectEvent], scale: _Scale) -> SafeString:
    rows = []
    last: datetime | None = None
    for event in events:
        if not event.is_activity or event.state != EventState.COUNTED:
            continue
        at = event.occurred_at
        if last is not None and at - last > timedelta(days=event.inactivity_days):
            x = scale.x(last)
            days = (at - last).days
            rows.append((x, round(scale.x(at) - x, 1), _("Pause"), days))
        last = at
    return format_html_join(
        "",
        '<rect class="pause" x="{}" y="38" width="{}" height="26">'
        "<title>{}: {} d</title></rect>",
        rows,
    )


def _marks(events: Sequence[SubjectEvent], scale: _Scale) -> SafeString:
    return format_html_join(
        "",
        '<circle class="mark {}" cx="{}" cy="51" r="4.5"><title>{} {}</title></circle>',
        (
            (
                one.state if one.is_activity else f"{one.state} idle",
                scale.x(one.occurred_at),
                f"{one.occurred_at:%Y-%m-%d %H:%M}",
                one.event.display_name,
            )
            for one in events
        ),
    )


def _facts(story: Story, scale: _Scale) -> SafeString:
    """Return a tick per fact, those of one event above each other."""
    rows = []
    heights: dict[Any, int] = {}
    for fact in story.facts:
        place = heights.get(fact.event_id, 0)
        heights[fact.event_id] = place + 1
        state = FactState(fact.state)
        x = round(scale.x(fact.event.occurred_at) - 4, 1)
        title = f"{fact} → {fact.affiliate or _('organic')} ({state.label})"
        rows.append((state.value, x, 72 + 10 * min(place, 4), title))
    return format_html_join(
        "",
        '<rect class="fact {}" x="{}" y="{}" width="8" height="8" rx="1.5">'
        "<title>{}</title></rect>",
        rows,
    )
