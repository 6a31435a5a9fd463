"""Dry runs: what a postback would do about something that happened; nothing is sent.

The verdict comes from ``evaluate`` and the request from the action's own ``preview``,
so that a rehearsal cannot differ from the real thing. No row is written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from apps.actions.base import Job
from apps.attribution.models import Fact
from apps.attribution.telling import told_of
from apps.core.ids import uuid7
from apps.core.macro_catalogue import GROUPS, Macro
from apps.core.sql import direct_cursor
from apps.deliveries.claiming import CONTEXT
from apps.deliveries.occasions import Happened, occasion_of
from apps.deliveries.sending import (
    job_for,
    load_connections,
    load_revisions,
    revision_of,
)
from apps.deliveries.states import DeliveryKind
from apps.postbacks.explain import (
    Explanation,
    change_label,
    explain_rule,
    fact_label,
)
from apps.postbacks.models import PostbackRule
from apps.postbacks.triggers import change_trigger, event_trigger, fact_trigger
from apps.tracking.models import Event

REHEARSED = CONTEXT.format(
    source="""(SELECT %(id)s::uuid AS id, 1 AS attempts, %(kind)s AS kind,
       %(revision)s::bigint AS revision_id, %(rule)s::bigint AS rule_id,
       now() AS created_at, NULL::uuid AS lease_token, %(trigger_type)s AS trigger_type,
       %(trigger_id)s::uuid AS trigger_id, NULL::bigint AS destination_id,
       NULL::uuid AS replay_id, now() AS due_at, 0 AS attempts_before,
       '' AS ticket, NULL::timestamptz AS underway_since,
       %(event_id)s::uuid AS event_id, %(conversion_id)s::uuid AS conversion_id,
       %(click_id)s::uuid AS click_id, %(offer_id)s::bigint AS offer_id,
       %(affiliate_id)s::bigint AS affiliate_id)"""
)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The verdict of a rule and the request it would send if it fires.

    ``request`` holds method, url, headers and body without secrets, or «error» or
    «skipped» with a sentence.
    """

    explanation: Explanation
    request: dict[str, Any]


def rehearse(rule: PostbackRule, of: Happened) -> Rehearsal:
    """Return what ``rule`` would do about ``of``."""
    if isinstance(of, Event):
        explanation = explain_rule(rule, event_trigger(of), _("Event"))
    elif isinstance(of, Fact):
        trigger = fact_trigger(event_trigger(of.event), told_of(of))
        explanation = explain_rule(rule, trigger, fact_label(of))
    else:
        explanation = explain_rule(rule, change_trigger(of), change_label(of))
    return _rehearse(explanation, of)


def rehearse_sample(rule: PostbackRule) -> dict[str, Any]:
    """Return the request with the example of every macro in its place."""
    revision = rule.revisions.get(number=rule.revision)
    load_revisions([revision.pk])
    loaded = revision_of(revision.pk)
    job = Job(
        delivery_id=str(uuid7()),
        attempt=1,
        now=timezone.now(),
        values=SampleValues(),
        settings=loaded.settings,
        connection=_connection_of(rule),
        is_test=True,
    )
    return loaded.action.preview(job)


def catalogue() -> Iterator[Macro]:
    """Yield every macro with a name of its own."""
    for macros in GROUPS.values():
        yield from macros


class SampleValues(dict[str, Any]):
    """The catalogue's examples; a named value, like ``field:plan``, is its name."""

    def __init__(self) -> None:
        super().__init__({macro.name: macro.example for macro in catalogue()})

    def __missing__(self, name: str) -> str:
        return name.partition(":")[2]

    def get(self, name: str, default: Any = None) -> Any:
        """Return the example of ``name``."""
        return self[name]


def _connection_of(rule: PostbackRule) -> Mapping[str, Any]:
    if rule.connection_id is None:
        return {}
    return load_connections([rule.connection_id])[rule.connection_id]


def _rehearse(explanation: Explanation, of: Happened) -> Rehearsal:
    rule, revision_id = explanation.rule, explanation.revision.pk
    values = {**context_of(of), "revision": revision_id, "rule": rule.pk}
    with direct_cursor() as cursor:
        row = cursor.execute(REHEARSED, values).fetchone()
    load_revisions([revision_id])
    job = job_for(row, _connection_of(rule), timezone.now())
    return Rehearsal(explanation, revision_of(revision_id).action.preview(job))


def context_of(of: Happened) -> dict[str, Any]:
    """Return the parameters of ``REHEARSED`` that tell what happened."""
    own = {"id": uuid7(), "kind": DeliveryKind.LIVE.value}
    return {**own, **occasion_of(of)._asdict()}
