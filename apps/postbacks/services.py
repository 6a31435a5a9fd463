"""What people do with rules: save, switch, archive. Each writes a revision."""

from datetime import datetime
from typing import Any

from django.db import transaction

from apps.accounts.models import User
from apps.actions import registry
from apps.core import secret_box
from apps.core.source_texts import source_text
from apps.goals.models import Goal
from apps.postbacks.compiled import CompiledRule
from apps.postbacks.models import (
    GoalSettings,
    PostbackRule,
    RuleRevision,
    RuleStatus,
    SendingMode,
)

ALL_PERCENT = 100
NOWHERE = "nowhere"


@transaction.atomic
def record_revision(
    *, rule: PostbackRule, author: User | None, now: datetime, comment: str = ""
) -> RuleRevision:
    """Store ``rule`` as it is in the database now under the next revision number.

    Call it once the rule and its custom events are saved, in the same transaction.
    Deliveries keep the revision that planned them (DESIGN §4.5). Raises
    ``UnusableConditionError`` for conditions that cannot be evaluated.
    """
    locked = (
        PostbackRule.objects.select_for_update(of=("self",))
        .select_related("connection")
        .get(pk=rule.pk)
    )
    snapshot = _snapshot(locked)
    # Ingestion reads it later; what it could not use must not be stored.
    CompiledRule.from_snapshot(rule_id=rule.pk, revision_id=0, snapshot=snapshot)
    number = locked.revision + 1
    PostbackRule.objects.filter(pk=rule.pk).update(revision=number, updated_at=now)
    rule.revision = number
    return RuleRevision.objects.create(
        rule=locked,
        number=number,
        snapshot=snapshot,
        sealed_secrets=locked.sealed_secrets,
        author=author,
        created_at=now,
        comment=comment,
    )


def _snapshot(rule: PostbackRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "offer_id": rule.offer_id,
        "trigger": rule.trigger,
        "use_case": rule.use_case,
        "categories": rule.categories,
        "event_type_id": rule.event_type_id,
        "custom_events": dict(rule.custom_events.values_list("name", "send_as")),
        "facts": rule.facts,
        "subject_kind": rule.subject_kind,
        "affiliate_id": rule.affiliate_id,
        "goal_id": rule.goal_id,
        "action": rule.action,
        "connection_id": rule.connection_id,
        "settings": rule.settings,
        "status": RuleStatus.DISABLED if rule.archived_at else rule.status,
        "destination": _destination(rule),
        "owner_affiliate_id": rule.owner_affiliate_id,
        "conditions": _conditions(rule),
        "keeps_order": rule.keeps_order,
        "retry_delays": rule.retry_delays,
        "disable_after": rule.disable_after,
    }


def _conditions(rule: PostbackRule) -> dict[str, Any]:
    """Return the conditions that are set; nothing for a rule without any."""
    windows = rule.windows.order_by("weekday", "opens_at")
    found: dict[str, Any] = {
        "operations": rule.operations,
        "reasons": rule.rejection_reasons,
        "fields": [
            [row.field, row.operator, row.value]
            for row in rule.field_conditions.order_by("pk")
        ],
        "maximum_click_age_hours": rule.maximum_click_age_hours,
        "requires_consent": rule.requires_consent,
        "delay_seconds": rule.delay_seconds,
        "windows": [
            [row.weekday, row.opens_at.isoformat(), row.closes_at.isoformat()]
            for row in windows
        ],
        "caps": [[row.period, row.maximum] for row in rule.caps.order_by("period")],
    }
    found = {name: value for name, value in found.items() if value}
    if rule.sending_mode != SendingMode.ALL:
        found["sending_mode"] = rule.sending_mode
    if rule.sample_percent != ALL_PERCENT:
        found["sample_percent"] = str(rule.sample_percent)
    if found:
        found["timezone"] = rule.schedule_timezone
    return found


def _destination(rule: PostbackRule) -> str:
    """Return the key of the destination; no macro can change it (DESIGN §4.10).

    A deleted rule may have lost its connection, and then goes nowhere. A connection
    that waits for its secrets (imported, they are in no file) has its own key.
    """
    settings = {**rule.settings, **secret_box.unseal(rule.sealed_secrets)}
    connection: dict[str, Any] = {}
    if rule.connection is not None:
        sealed = secret_box.unseal(rule.connection.sealed_secrets)
        connection = {**rule.connection.settings, **sealed}
        if not all(sealed.values()):
            return f"connection:{rule.connection.pk}"
    elif rule.archived_at is not None:
        return NOWHERE
    return registry.get(rule.action).destination(settings, connection)


@transaction.atomic
def set_rule_status(
    *,
    rule_id: int,
    status: str,
    reason: str,
    author: User | None,
    now: datetime,
) -> bool:
    """Switch a rule; False when it has that status already (nothing is written)."""
    changed = (
        PostbackRule.objects.filter(pk=rule_id)
        .exclude(status=status)
        .update(status=status, status_reason=reason, updated_at=now)
    )
    if changed:
        record_revision(
            rule=PostbackRule.objects.get(pk=rule_id),
            author=author,
            now=now,
            comment=(
                f"{source_text(RuleStatus(status).label)}: {reason}" if reason else ""
            ),
        )
    return bool(changed)


@transaction.atomic
def archive_rule(*, rule: PostbackRule, author: User, now: datetime) -> None:
    """Delete a rule softly: it never fires again, its log keeps its name (R226)."""
    PostbackRule.objects.filter(pk=rule.pk).update(
        archived_at=now, status=RuleStatus.DISABLED, updated_at=now
    )
    record_revision(rule=rule, author=author, now=now, comment="Deleted")


def change_goal(*, rule: PostbackRule, goal: Goal | None, now: datetime) -> None:
    """Give an unsaved change of goal to ``rule``; the caller saves the rule.

    The settings made for the old goal are kept, those once made for the new one come
    back (R107, R108).
    """
    stored = PostbackRule.objects.get(pk=rule.pk)
    if stored.goal_id is not None:
        GoalSettings.objects.update_or_create(
            rule=rule,
            goal_id=stored.goal_id,
            defaults={
                "settings": stored.settings,
                "sealed_secrets": stored.sealed_secrets,
                "saved_at": now,
            },
        )
    rule.goal = goal
    kept = GoalSettings.objects.filter(rule=rule, goal=goal).first()
    if kept is not None:
        rule.settings = kept.settings
        rule.sealed_secrets = kept.sealed_secrets
