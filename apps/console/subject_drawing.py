"""The story of a subject as a drawing: periods, events, facts and pauses.

Made by the server without script or inline style, so that the strict CSP holds.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.attribution.models import EventState, Fact, FactState, Period, SubjectEvent

WIDTH, LEFT, HEIGHT = 960.0, 8.0, 146
MOST_TICKS = 8
STEPS: Sequence[tuple[timedelta, str]] = (
    (timedelta(hours=6), "j M H:i"),
    *((timedelta(days=days), "j M") for days in (1, 2, 7, 14, 30, 60)),
    *((timedelta(days=days), "M Y") for days in (91, 182)),
    *((timedelta(days=365 * years), "Y") for years in (1, 2, 5, 10, 50)),
)
"""How far the dates below are from each other, and how they are written then."""
LETTER = 6.5
"""About the width of a letter: a name is written into a bar that has room for it."""
COLOURS = 6
"""Partners have so many colours, then paler ones; organic has one of its own."""

DOT = '<circle class="mark {}" cx="8" cy="6" r="4.5"/>'
SQUARE = '<rect class="fact {}" x="4" y="2" width="8" height="8" rx="1.5"/>'
SIGN = '<svg class="sign" viewBox="0 0 16 12" aria-hidden="true">{}</svg>'


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
        "size": f"0 0 {WIDTH:.0f} {HEIGHT}",
        "bars": _bars(standing, sources, scale),
        "pauses": _pauses(story.events, scale),
        "marks": _marks(story.events, scale),
        "facts": _facts(story, scale),
        "ticks": _ticks(scale),
        "legend": [(name, place) for name, place in sources.items()],
        "from": first,
        "to": last,
    }


def signs() -> list[tuple[SafeString, str]]:
    """Return what the marks of the drawing mean."""
    hatched = format_html('<rect class="{}" width="16" height="12"/>', "pause")
    return [
        (format_html(SIGN, sign), name)
        for sign, name in (
            (format_html(DOT, "counted"), _("activity")),
            (format_html(DOT, "idle"), _("no activity")),
            (format_html(DOT, "waiting"), _("not counted")),
            (hatched, _("pause longer than the inactivity window")),
            (format_html(SQUARE, "announced"), _("fact announced")),
            (format_html(SQUARE, "suppressed"), _("fact suppressed")),
            (format_html(SQUARE, "retracted"), _("fact retracted")),
        )
    ]


def _sources(periods: Sequence[Period]) -> dict[str, str]:
    """Return the class of each source, in the order of their first periods."""
    found: dict[str, str] = {}
    partners = 0
    for period in periods:
        name = _name(period)
        if name in found:
            continue
        if period.affiliate_id is None:
            found[name] = "organic"
            continue
        again = " again" if partners // COLOURS % 2 else ""
        found[name] = f"n{partners % COLOURS}{again}"
        partners += 1
    return found


def _name(period: Period) -> str:
    return str(period.affiliate or _("organic"))


def _bars(
    periods: Sequence[Period], sources: dict[str, str], scale: _Scale
) -> SafeString:
    """Return a bar per period; those that ended before the drawing are left out."""
    end = scale.start + scale.span
    ends = [*(one.started_at for one in periods[1:]), end]
    parts = []
    for period, until in zip(periods, ends, strict=False):
        if until <= scale.start:
            continue
        name = _name(period)
        x = scale.x(period.started_at)
        width = max(round(scale.x(until) - x, 1), 2.0)
        parts.append((_bar(sources[name], x, width, f"{name}: {period}"),))
        if width > LETTER * (len(name) + 2):
            parts.append((_written(sources[name], x, name),))
    return format_html_join("", "{}", parts)


def _bar(place: str, x: float, width: float, title: str) -> SafeString:
    return format_html(
        '<rect class="source {}" x="{}" y="8" width="{}" height="22" rx="3">'
        "<title>{}</title></rect>",
        place,
        x,
        width,
        title,
    )


def _written(place: str, x: float, name: str) -> SafeString:
    of = "name of-organic" if place == "organic" else "name"
    return format_html('<text class="{}" x="{}" y="23">{}</text>', of, x + 7, name)


def _pauses(events: Sequence[SubjectEvent], scale: _Scale) -> SafeString:
    rows, labels = [], []
    last: datetime | None = None
    for event in events:
        if not event.is_activity or event.state != EventState.COUNTED:
            continue
        at = event.occurred_at
        if last is not None and at - last > timedelta(days=event.inactivity_days):
            x, until = scale.x(last), scale.x(at)
            text = _("%(days)s d") % {"days": (at - last).days}
            rows.append((x, round(until - x, 1), _("Pause"), text))
            labels.append((_days(text, x, until),))
        last = at
    hatched = format_html_join(
        "",
        '<rect class="pause" x="{}" y="38" width="{}" height="26">'
        "<title>{}: {}</title></rect>",
        rows,
    )
    return hatched + format_html_join("", "{}", labels)


def _days(text: str, x: float, until: float) -> SafeString:
    """Return how long a pause was, on its middle if there is room."""
    width = LETTER * (len(text) + 1)
    if until - x < 2 * width:
        return SafeString()
    middle = round((x + until) / 2, 1)
    return format_html(
        '<rect class="behind" x="{}" y="43" width="{}" height="16" rx="3"/>'
        '<text class="days" x="{}" y="55">{}</text>',
        round(middle - width / 2, 1),
        width,
        middle,
        text,
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


def _ticks(scale: _Scale) -> SafeString:
    """Return dates below, so many that they do not touch."""
    fitting = (one for one in STEPS if scale.span / one[0] <= MOST_TICKS)
    step, written_as = next(fitting, STEPS[-1])
    at = timezone.localtime(scale.start).replace(hour=0, minute=0, second=0)
    rows = []
    while at < scale.start + scale.span:
        x = scale.x(at)
        if LEFT + 3 * LETTER < x < WIDTH - 5 * LETTER:
            rows.append((x, x, x, date_format(at, written_as)))
        at += step
    return format_html_join(
        "",
        '<line class="tick" x1="{}" y1="124" x2="{}" y2="129"/>'
        '<text class="date" x="{}" y="141">{}</text>',
        rows,
    )
