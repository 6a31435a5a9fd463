"""What happened, and the conditions that only some rules set; pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.postbacks.compiled import SAMPLE_PARTS, CompiledRule, Conditions
from apps.postbacks.facts import NO_FACTS, Facts

OF_FIELD = "field "
"""Begins the names of the checks of fields."""
LABELS = {
    "status": _("status"),
    "offer": _("offer"),
    "affiliate": _("affiliate"),
    "goal": _("goal"),
    "conversion status": _("conversion status"),
    "event": _("event"),
    "custom event": _("custom event"),
    "event type": _("event type"),
    "category": _("category"),
    "attribution fact": _("attribution fact"),
    "operation": _("operation"),
    "reason": _("reason"),
    "sending mode": _("sending mode"),
    "click age": _("click age"),
    "consent": _("consent"),
    "sample": _("sample"),
}
"""What people call the checks, by their names."""
ANY = None
"""What a condition that is not set wants."""


class Trigger(NamedTuple):
    """What happened, as far as conditions can ask about it.

    ``new_status``, ``operation`` and ``reason`` are set for a conversion change, the
    three event values for an event, and with them ``fact``, ``subject_kind`` and
    ``operation`` for an attribution fact.
    """

    id: UUID
    offer_id: int
    affiliate_id: int | None
    goal_id: int | None
    has_goals: bool
    transaction_id: str = ""
    happened_at: datetime | None = None
    clicked_at: datetime | None = None
    facts: Facts = NO_FACTS
    new_status: str = ""
    operation: str = ""
    reason: str = ""
    event_type_id: int | None = None
    event_name: str = ""
    category: str = ""
    fact: str = ""
    subject_kind: str = ""
    platform: str = ""

    @property
    def is_conversion_change(self) -> bool:
        """Tell a conversion change from an event."""
        return bool(self.new_status)


class Check(NamedTuple):
    """One condition: what the rule wanted, what the trigger had.

    ``wanted`` and ``got`` are plain values and ids, for events are many and few are
    looked at; ``explain`` puts names and words to them.
    """

    name: str
    wanted: Any
    got: Any
    ok: bool
    note: str = ""

    @property
    def label(self) -> str:
        """What people call it."""
        if self.name.startswith(OF_FIELD):
            name = self.name.removeprefix(OF_FIELD)
            return gettext("field %(name)s") % {"name": name}
        return str(LABELS[self.name])


def further_checks(rule: CompiledRule, trigger: Trigger) -> Iterator[Check]:
    """Yield a check for every condition that ``rule`` sets."""
    wanted = rule.conditions
    if wanted.operations:
        yield _is_one_of("operation", wanted.operations, trigger.operation)
    if wanted.reasons:
        yield _is_one_of("reason", wanted.reasons, trigger.reason)
    if wanted.is_attributed_only:
        got = "organic" if trigger.affiliate_id is None else "attributed"
        yield Check("sending mode", "attributed", got, got == "attributed")
    if wanted.maximum_click_age is not None:
        yield _click_age(wanted.maximum_click_age, trigger)
    for condition in wanted.fields:
        got = trigger.facts.text(condition.name)
        yield Check(f"{OF_FIELD}{condition.name}", condition, got, condition.holds(got))
    yield from _suppressing(rule.id, wanted, trigger)


def _suppressing(rule_id: int, wanted: Conditions, trigger: Trigger) -> Iterator[Check]:
    if wanted.needs_consent:
        has_it = trigger.facts.has_consent
        yield Check("consent", "given", "given" if has_it else "not given", has_it)
    if wanted.sample < SAMPLE_PARTS:
        place = sample_place(rule_id, trigger.transaction_id)
        yield Check("sample", wanted.sample, place, place < wanted.sample)


def _is_one_of(name: str, wanted: frozenset[str], got: str) -> Check:
    return Check(name, sorted(wanted), got, got in wanted)


def _click_age(maximum: timedelta, trigger: Trigger) -> Check:
    if trigger.clicked_at is None or trigger.happened_at is None:
        return Check("click age", maximum, "no click", ok=False)
    age = trigger.happened_at - trigger.clicked_at
    return Check("click age", maximum, age, age <= maximum)


def sample_place(rule_id: int, transaction_id: str) -> int:
    """Return the place of a transaction among 10,000, the same for all its events.

    Different rules draw differently: two samples of 10 % are not the same people.
    """
    digest = blake2b(f"{rule_id}:{transaction_id}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % SAMPLE_PARTS
