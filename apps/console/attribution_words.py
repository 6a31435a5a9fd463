"""The attribution of one event on its trace: touch, gap, periods and facts."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.attribution.algorithm import BASE, CUSTOM
from apps.attribution.catalogue import FactKind
from apps.attribution.models import EventState, Fact, FactState, Subject, SubjectEvent
from apps.console.personal import may_see_personal_data
from apps.core.adminkit.pages import Section
from apps.core.adminkit.showing import NOTHING, badge, duration, link, moment
from apps.events.categories import StandardKind
from apps.tracking.models import Event

LEFT_VISIBLE = 3
KINDS = {
    **dict(StandardKind.choices),
    CUSTOM: gettext_lazy("Custom event"),
    BASE: gettext_lazy("Conversion without an event"),
}
"""What the algorithm takes an event for, in words."""
FACT_ORDER = FactKind.values
STATE_COLOURS = {
    FactState.ANNOUNCED: "ok",
    FactState.SUPPRESSED: "off",
    FactState.RETRACTED: "bad",
}


def shown_id(subject: Subject, user: User) -> str:
    """Return the id, or its first characters for those who may not see people."""
    if may_see_personal_data(user):
        return subject.external_id
    return f"{subject.external_id[:LEFT_VISIBLE]}…"


def subject_link(subject: Subject, user: User) -> SafeString | str:
    """Return a link to the page of a subject."""
    text = f"{subject.get_kind_display()} {shown_id(subject, user)}"
    return link(subject, user, text)


def attribution_sections(event: Event, user: User) -> list[Section]:
    """Return a box for each subject of ``event``; none for one that names nobody."""
    rows = event.subject_events.select_related("subject", "affiliate", "click", "event")
    found = list(rows.order_by("subject__kind"))
    facts = _facts_of(event) if found else []
    return [_section(row, facts, user) for row in found]


def _facts_of(event: Event) -> list[Fact]:
    facts = event.facts.select_related("period__affiliate", "affiliate", "retracted_by")
    return in_order(facts)


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Return ``facts`` in the order of the catalogue."""
    return sorted(facts, key=lambda one: (FACT_ORDER.index(one.kind), one.pk))


def _section(row: SubjectEvent, facts: list[Fact], user: User) -> Section:
    own = [fact for fact in facts if fact.subject_id == row.subject_id]
    shown: list[tuple[str, Any]] = [
        (_("Of"), subject_link(row.subject, user)),
        (_("Taken for"), KINDS[row.kind]),
        (_("Activity"), _("yes") if row.is_activity else _("no")),
        (_("Gap"), gap_in_words(row)),
        (_("Touch"), touch_of(row, user)),
    ]
    if row.state != EventState.COUNTED:
        shown.append((_("State"), counting_of(row)))
    shown += [(str(fact), fact_in_words(fact, user)) for fact in own]
    if not own:
        shown.append((_("Facts"), _("none")))
    title = _("Attribution: %(kind)s") % {"kind": row.subject.get_kind_display()}
    return Section(title, tuple(shown))


def counting_of(row: SubjectEvent) -> str:
    """Return why an event does not count in the story; needs its event."""
    if row.settles_at is None:
        return row.get_state_display()
    if row.settles_at <= row.event.received_at:
        return _("Waits for a worker: it came late into a long story")
    return _("Waits for the settle window")


def gap_in_words(row: SubjectEvent) -> str:
    """Return how long there was no activity before, and whether that is dormancy."""
    before = last_activity_before(row)
    if before is None:
        return _("no activity before")
    gap = row.occurred_at - before
    text = duration(gap.total_seconds())
    if gap.total_seconds() > row.inactivity_days * 86_400:
        return _("%(gap)s, dormant: more than %(days)s days") % {
            "gap": text,
            "days": row.inactivity_days,
        }
    return text


def last_activity_before(row: SubjectEvent) -> datetime | None:
    """Return when the subject was active last before an event of it."""
    earlier = SubjectEvent.objects.filter(
        subject=row.subject_id,
        occurred_at__lt=row.occurred_at,
        is_activity=True,
        state=EventState.COUNTED,
    )
    last = earlier.order_by("-occurred_at").first()
    return last.occurred_at if last else None


def touch_of(row: SubjectEvent, user: User) -> SafeString | str:
    """Return the affiliate's click within the look-back, if there was one."""
    if row.click is None:
        return NOTHING
    return format_html(
        "{} · {} · {}",
        row.affiliate,
        moment(row.click.clicked_at),
        link(row.click, user),
    )


def fact_in_words(fact: Fact, user: User) -> SafeString:
    """Return what became of a fact, who it was told to and for which period."""
    parts = format_html(
        "{} {} · {}",
        state_of(fact),
        fact.affiliate or _("organic"),
        fact.period,
    )
    late = fact.retracted_by
    if late is not None:
        name = link(late, user, late.display_name)
        return format_html("{} · {} {}", parts, _("by the late event"), name)
    return parts


def state_of(fact: Fact) -> SafeString:
    """Return the state of a fact as a badge, its reason with it."""
    colour = STATE_COLOURS[FactState(fact.state)]
    return badge(fact.get_state_display(), colour, fact.get_reason_display())
