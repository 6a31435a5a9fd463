"""A revision of a rule, ready to be evaluated: built once from its snapshot."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from sys import intern
from typing import Any, Self
from zoneinfo import ZoneInfo

from apps.postbacks.comparing import FieldCondition, compile_condition
from apps.postbacks.models import SendingMode, TriggerKind
from apps.postbacks.timing import Timing, Window

SAMPLE_PARTS = 10_000
"""Percentages have two decimals."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """What few rules ask for; all others share one that asks for nothing."""

    operations: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    fields: tuple[FieldCondition, ...] = ()
    is_attributed_only: bool = False
    maximum_click_age: timedelta | None = None
    sample: int = SAMPLE_PARTS
    needs_consent: bool = False
    caps: tuple[tuple[str, int], ...] = ()
    zone: ZoneInfo | None = None
    timing: Timing | None = None


UNCONDITIONAL = Conditions()


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule's revision, ready to be evaluated."""

    id: int
    revision_id: int
    status: str
    offer_id: int | None
    trigger: str
    categories: frozenset[str]
    event_type_id: int | None
    custom_events: Mapping[str, str]
    affiliate_id: int | None
    goal_id: int | None
    destination: str
    facts: frozenset[str] = frozenset()
    subject_kind: str = ""
    keeps_order: bool = False
    conditions: Conditions = UNCONDITIONAL

    @classmethod
    def from_snapshot(
        cls, *, rule_id: int, revision_id: int, snapshot: Mapping[str, Any]
    ) -> Self:
        """Build the rule from what ``services.record_revision`` stored."""
        return cls(
            id=rule_id,
            revision_id=revision_id,
            status=snapshot["status"],
            offer_id=snapshot["offer_id"],
            trigger=snapshot["trigger"],
            categories=frozenset(snapshot["categories"]),
            event_type_id=snapshot["event_type_id"],
            custom_events=snapshot["custom_events"],
            affiliate_id=_affiliate(snapshot),
            goal_id=snapshot["goal_id"],
            destination=intern(snapshot["destination"]),
            facts=frozenset(snapshot.get("facts", ())),
            subject_kind=snapshot.get("subject_kind", ""),
            keeps_order=snapshot.get("keeps_order", False),
            conditions=_conditions(snapshot.get("conditions") or {}),
        )


def _affiliate(snapshot: Mapping[str, Any]) -> int | None:
    """Return whose conversions or facts the rule is about, ``None`` for anybody's.

    Whatever was stored, an affiliate's rule never hears of another's. Of facts,
    «Send all» tells a partner of everybody's, organic ones included (R111).
    """
    owner: int | None = snapshot.get("owner_affiliate_id")
    if owner is not None:
        return owner
    mode = (snapshot.get("conditions") or {}).get("sending_mode")
    if snapshot["trigger"] == TriggerKind.ATTRIBUTION and mode is None:
        return None
    found: int | None = snapshot["affiliate_id"]
    return found


def _conditions(given: Mapping[str, Any]) -> Conditions:
    """Build what a snapshot holds; it names only what is set."""
    if not given:
        return UNCONDITIONAL
    zone = ZoneInfo(given.get("timezone", "UTC"))
    hours = given.get("maximum_click_age_hours")
    return Conditions(
        operations=frozenset(given.get("operations", ())),
        reasons=frozenset(given.get("reasons", ())),
        fields=tuple(compile_condition(*one) for one in given.get("fields", ())),
        is_attributed_only=given.get("sending_mode") == SendingMode.ATTRIBUTED,
        maximum_click_age=timedelta(hours=hours) if hours else None,
        sample=int(Decimal(given.get("sample_percent", "100")) * SAMPLE_PARTS / 100),
        needs_consent=given.get("requires_consent", False),
        caps=tuple((period, maximum) for period, maximum in given.get("caps", ())),
        zone=zone,
        timing=_timing(given, zone),
    )


def timing_of(snapshot: Mapping[str, Any]) -> Timing | None:
    """Return the delay and the sending hours of a revision."""
    return _conditions(snapshot.get("conditions") or {}).timing


def _timing(given: Mapping[str, Any], zone: ZoneInfo) -> Timing | None:
    delay, windows = given.get("delay_seconds", 0), given.get("windows", ())
    if not delay and not windows:
        return None
    return Timing(
        timedelta(seconds=delay),
        zone,
        tuple(
            Window(weekday, time.fromisoformat(opens), time.fromisoformat(closes))
            for weekday, opens, closes in windows
        ),
    )
