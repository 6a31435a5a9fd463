"""Rules made from what is stored: a revision restored, rules copied to an offer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.goals.models import GoalStatus
from apps.offers.models import Offer
from apps.postbacks.models import (
    DISABLE_AFTER,
    PostbackRule,
    RuleStatus,
    SendingMode,
)
from apps.postbacks.services import ALL_PERCENT, record_revision

KEPT = (
    "name",
    "trigger",
    "categories",
    "event_type_id",
    "affiliate_id",
    "goal_id",
    "connection_id",
    "settings",
)
"""What a snapshot holds under the names of the rule's own columns."""


@dataclass(frozen=True, slots=True)
class Copied:
    """A copy, and what could not be taken along, in sentences."""

    rule: PostbackRule
    notices: tuple[str, ...]


@transaction.atomic
def restore_revision(
    *, rule: PostbackRule, number: int, author: User, now: datetime
) -> None:
    """Make ``rule`` what it was in a revision; its status stays as it is now.

    The restored state is a new revision: nothing that was is lost. Raises
    ``RuleRevision.DoesNotExist``.
    """
    revision = rule.revisions.get(number=number)
    _apply(rule, revision.snapshot, revision.sealed_secrets)
    record_revision(
        rule=rule, author=author, now=now, comment=f"Restored revision {number}"
    )


@transaction.atomic
def duplicate_rules(
    *, rules: Iterable[PostbackRule], offer: Offer, author: User, now: datetime
) -> list[Copied]:
    """Copy rules to ``offer`` as disabled ones of ``author`` (R101, R102)."""
    goals = {
        goal.name: goal.pk
        for goal in offer.goals.filter(status=GoalStatus.ACTIVE)
        if offer.enable_goals
    }
    return [_duplicate(rule, offer, goals, author, now) for rule in rules]


def _duplicate(
    rule: PostbackRule,
    offer: Offer,
    goals: Mapping[str, int],
    author: User,
    now: datetime,
) -> Copied:
    revision = rule.revisions.get(number=rule.revision)
    snapshot = dict(revision.snapshot)
    notices = []
    if rule.goal is not None:
        snapshot["goal_id"] = goals.get(rule.goal.name)
        if snapshot["goal_id"] is None:
            notices.append(
                _("#%(id)d: the offer has no goal «%(goal)s», the copy has none.")
                % {"id": rule.pk, "goal": rule.goal.name}
            )
    copy = PostbackRule(
        offer=offer,
        action=rule.action,
        author=author,
        owner_affiliate=author.affiliate,
        status=RuleStatus.DISABLED,
        status_reason=f"Copied from #{rule.pk}",
    )
    _apply(copy, snapshot, revision.sealed_secrets)
    record_revision(
        rule=copy, author=author, now=now, comment=f"Copied from #{rule.pk}"
    )
    return Copied(copy, tuple(notices))


def _apply(rule: PostbackRule, snapshot: Mapping[str, Any], sealed: str) -> None:
    """Give ``rule`` everything a snapshot holds, and save it."""
    for name in KEPT:
        setattr(rule, name, snapshot[name])
    if rule.owner_affiliate_id is not None:
        rule.affiliate_id = rule.owner_affiliate_id
    rule.use_case = snapshot.get("use_case", "")
    rule.facts = snapshot.get("facts", [])
    rule.subject_kind = snapshot.get("subject_kind", "")
    rule.sealed_secrets = sealed
    conditions = snapshot.get("conditions") or {}
    rule.operations = conditions.get("operations", [])
    rule.rejection_reasons = conditions.get("reasons", [])
    rule.maximum_click_age_hours = conditions.get("maximum_click_age_hours")
    rule.requires_consent = conditions.get("requires_consent", False)
    rule.delay_seconds = conditions.get("delay_seconds", 0)
    rule.sending_mode = conditions.get("sending_mode", SendingMode.ALL)
    rule.sample_percent = Decimal(conditions.get("sample_percent", ALL_PERCENT))
    rule.retry_delays = snapshot.get("retry_delays")
    rule.keeps_order = snapshot.get("keeps_order", False)
    rule.disable_after = snapshot.get("disable_after", DISABLE_AFTER)
    rule.schedule_timezone = conditions.get("timezone", "UTC")
    rule.save()
    _replace_rows(rule, snapshot["custom_events"], conditions)


def _replace_rows(
    rule: PostbackRule, events: Mapping[str, str], conditions: Mapping[str, Any]
) -> None:
    for rows in (rule.custom_events, rule.field_conditions, rule.windows, rule.caps):
        rows.all().delete()
    rule.custom_events.bulk_create(
        rule.custom_events.model(rule=rule, name=name, send_as=send_as)
        for name, send_as in events.items()
    )
    rule.field_conditions.bulk_create(
        rule.field_conditions.model(
            rule=rule, field=field, operator=operator, value=value
        )
        for field, operator, value in conditions.get("fields", ())
    )
    rule.windows.bulk_create(
        rule.windows.model(
            rule=rule,
            weekday=weekday,
            opens_at=time.fromisoformat(opens),
            closes_at=time.fromisoformat(closes),
        )
        for weekday, opens, closes in conditions.get("windows", ())
    )
    rule.caps.bulk_create(
        rule.caps.model(rule=rule, period=period, maximum=maximum)
        for period, maximum in conditions.get("caps", ())
    )
