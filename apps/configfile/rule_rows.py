"""Writes postbacks with all their rows, and the revision that deliveries will keep."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext as _

from apps.actions import registry
from apps.configfile.comparing import Act, Change
from apps.configfile.connection_rows import keep_settings
from apps.configfile.documents import Entry
from apps.configfile.rows import fill, point, row_of
from apps.configfile.rule_checks import Around, rule_problems
from apps.configfile.rule_columns import WEEKDAYS
from apps.configfile.shaping import Shape
from apps.configfile.work import Imported, SkippedError, is_touched, messages_of
from apps.deliveries.releasing import release_rule
from apps.postbacks.models import (
    PostbackRule,
    RuleCap,
    RuleCondition,
    RuleCustomEvent,
    RuleStatus,
    RuleWindow,
)
from apps.postbacks.services import change_goal, record_revision

COMMENT = "Imported configuration"
WITHOUT_SECRETS = "Imported without its secrets: enter them, then switch it on."
TABLES: dict[str, tuple[Any, str]] = {
    "custom_events": (RuleCustomEvent, "custom_events"),
    "conditions": (RuleCondition, "field_conditions"),
    "sending_hours": (RuleWindow, "windows"),
    "caps": (RuleCap, "caps"),
}
"""The lists of a postback by their names in the file, and where they are kept."""
OWN_KEYS = {
    "custom_events": ("name",),
    "sending_hours": ("weekday", "opens_at"),
    "caps": ("period",),
}
"""What no two rows of one postback share."""


def write_rule(
    work: Imported, shape: Shape, change: Change, entry: Entry
) -> PostbackRule:
    """Write a postback under a new revision.

    Raises ``ValidationError``, or ``SkippedError`` when a problem is told already.
    """
    row: PostbackRule = row_of(work, shape, change)
    before = len(work.problems)
    _refuse(work, change, entry, row)
    _refuse_active_archived(work, entry)
    missing = fill(work, shape, change, entry, row)
    if not _point_at_goal(work, shape, change, entry, row):
        missing.add("goal")
    if change.act is Act.ADDED:
        row.author, row.action = work.author, entry.values["action"]
    is_awaiting = keep_settings(work, entry, "rules", row)
    tables = {name: list(_rows(work, name, entry)) for name in TABLES}
    if not missing and not _is_unsettled(work, entry):
        _check(work, entry, row)
    _validate(work, shape, entry, row, missing)
    if missing or _is_unsettled(work, entry) or len(work.problems) > before:
        raise SkippedError
    was = row.status
    _set_status(work, change, entry, row, is_awaiting)
    row.save()
    _replace(change, row, tables)
    record_revision(rule=row, author=work.author, now=work.now, comment=COMMENT)
    if was != row.status == RuleStatus.ACTIVE and change.act is Act.CHANGED:
        release_rule(rule_id=row.pk)
    return row


def _refuse(work: Imported, change: Change, entry: Entry, row: PostbackRule) -> None:
    """Tell what can never be: the way back, another action, a gap in the numbers."""
    number = entry.key[-1]
    if change.act is Act.ADDED:
        earlier = (*entry.key[:-1], number - 1)
        if number > 1 and earlier not in work.stored.rows["rules"]:
            words = _("There is no number %(number)s of this name before it.")
            work.tell(entry, "number", words % {"number": number - 1})
        return
    if is_touched(change, "action"):
        text = _("It cannot be changed: give the postback another name.")
        work.tell(entry, "action", text)
    if row.archived_at is not None and not entry.values["is_archived"]:
        words = _(
            "It was deleted here, and there is no way back: give the postback another "
            "name, or «number: %(number)s»."
        )
        work.tell(entry, "is_archived", words % {"number": number + 1})


def _refuse_active_archived(work: Imported, entry: Entry) -> None:
    is_disabled = entry.values["status"] == RuleStatus.DISABLED
    if entry.values["is_archived"] and not is_disabled:
        text = _("A deleted postback never fires: write «status: disabled».")
        work.tell(entry, "status", text)


def _is_unsettled(work: Imported, entry: Entry) -> bool:
    checked = work.settled.get(("rules", entry.key))
    return bool(entry.unread or (checked is not None and checked.problems))


def _point_at_goal(
    work: Imported, shape: Shape, change: Change, entry: Entry, row: PostbackRule
) -> bool:
    """Give ``row`` its goal, and keep what it was set to for the one before (R108)."""
    if not is_touched(change, "goal"):
        return True
    column = next(one for one in shape.columns if one.name == "goal")
    kept = (row.settings, row.sealed_secrets)
    if not point(work, column, entry, row):
        return False
    if change.act is Act.CHANGED:
        change_goal(rule=row, goal=row.goal, now=work.now)
        row.settings, row.sealed_secrets = kept
    return True


def _rows(work: Imported, name: str, entry: Entry) -> Iterator[Any]:
    """Yield the rows of a list, each checked by itself; they have no rule yet."""
    model, _relation = TABLES[name]
    seen: set[tuple[Any, ...]] = set()
    for number, values in enumerate(entry.values[name], start=1):
        place = f"{name}[{number}]"
        own = tuple(values[part] for part in OWN_KEYS.get(name, ()))
        if own and own in seen:
            work.tell(entry, place, _("It stands here twice."))
        seen.add(own)
        one = model(**_fields(values))
        try:
            work.validate(one, ["rule"])
        except ValidationError as error:
            for field, text in messages_of(error):
                whole = place if field == NON_FIELD_ERRORS else f"{place}.{field}"
                work.tell(entry, whole, text)
        yield one


def _fields(values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a row; days of the week are numbers there."""
    if "weekday" not in values:
        return values
    day = values["weekday"]
    return {**values, "weekday": WEEKDAYS.index(day) if day in WEEKDAYS else None}


def _check(work: Imported, entry: Entry, row: PostbackRule) -> None:
    """Tell what the form would refuse; a deleted postback may be what it was."""
    if entry.values["is_archived"]:
        return
    around = Around(
        values=entry.values,
        settings=row.settings,
        action=registry.get(row.action),
        offer=work.row_at("offers", row.offer_id),
        owner=work.row_at("affiliates", row.owner_affiliate_id),
        is_on_offer=entry.key[:3] in work.stored.rows["offer_affiliates"],
        connection=work.row_at("connections", row.connection_id),
        goal=work.row_at("goals", row.goal_id),
        author=work.author,
        value_lists=work.value_lists,
    )
    for place, text in rule_problems(around):
        work.tell(entry, place, text)


def _validate(
    work: Imported, shape: Shape, entry: Entry, row: PostbackRule, missing: set[str]
) -> None:
    try:
        work.validate(row, missing)
    except ValidationError as error:
        work.tell_invalid(entry, shape, error)


def _set_status(
    work: Imported, change: Change, entry: Entry, row: PostbackRule, is_awaiting: bool
) -> None:
    """Switch the postback as the file says; without its secrets it does not fire."""
    was = row.status
    if entry.values["is_archived"]:
        row.archived_at = row.archived_at or work.now
    if entry.values["status"] == RuleStatus.DISABLED:
        row.status = RuleStatus.DISABLED
    elif is_awaiting:
        row.status, row.status_reason = RuleStatus.AUTO_DISABLED, WITHOUT_SECRETS
    elif is_touched(change, "status"):
        row.status = RuleStatus.ACTIVE
    if row.status not in {was, RuleStatus.AUTO_DISABLED}:
        row.status_reason = COMMENT


def _replace(change: Change, row: PostbackRule, tables: dict[str, list[Any]]) -> None:
    for name, rows in tables.items():
        if not is_touched(change, name):
            continue
        if change.act is not Act.ADDED:
            getattr(row, TABLES[name][1]).all().delete()
        for one in rows:
            one.rule = row
            one.save()
