"""The columns of connections and rules, whose settings their actions declare."""

from datetime import time
from typing import Any

from apps.configfile.columns import Column, Kind, Target, plain, reference
from apps.configfile.declared import connection_form, rule_form, sparse
from apps.connections.models import ConnectionState
from apps.core import secret_box
from apps.postbacks.models import (
    CapPeriod,
    Operator,
    PostbackRule,
    RuleStatus,
    Weekday,
)

WEEKDAYS = tuple(day.name.lower() for day in Weekday)
"""The days as the file names them, by their numbers."""


def secret_names(row: Any) -> list[str]:
    """Return which secrets a row has or waits for; a blank one is waited for."""
    return sorted(secret_box.unseal(row.sealed_secrets))


def hours_text(moment: time) -> str:
    """Return a time of day as the file writes it."""
    return moment.isoformat("minutes" if not moment.second else "seconds")


def _status(rule: PostbackRule) -> str:
    """Return what people decided: switching off after failures is no decision."""
    is_off = rule.status == RuleStatus.DISABLED
    return (RuleStatus.DISABLED if is_off else RuleStatus.ACTIVE).value


def _custom_events(rule: PostbackRule) -> list[dict[str, Any]]:
    rows = sorted(rule.custom_events.all(), key=lambda row: row.name)
    return [{"name": row.name, "send_as": row.send_as} for row in rows]


def _conditions(rule: PostbackRule) -> list[dict[str, Any]]:
    rows = sorted(rule.field_conditions.all(), key=lambda row: row.pk)
    return [
        {"field": row.field, "operator": row.operator, "value": row.value}
        for row in rows
    ]


def _windows(rule: PostbackRule) -> list[dict[str, Any]]:
    rows = sorted(rule.windows.all(), key=lambda row: (row.weekday, row.opens_at))
    return [
        {
            "weekday": WEEKDAYS[row.weekday],
            "opens_at": hours_text(row.opens_at),
            "closes_at": hours_text(row.closes_at),
        }
        for row in rows
    ]


def _caps(rule: PostbackRule) -> list[dict[str, Any]]:
    order = CapPeriod.values
    rows = sorted(rule.caps.all(), key=lambda row: order.index(row.period))
    return [{"period": row.period, "maximum": row.maximum} for row in rows]


def _rows(name: str, of: Any, *columns: Column) -> Column:
    return Column(
        name,
        Kind.ROWS,
        of,
        default=[],
        columns=columns,
        is_unordered=name != "conditions",
        is_special=True,
    )


def _cell(name: str, kind: Kind = Kind.TEXT, choices: Any = (), **more: Any) -> Column:
    return Column(name, kind, lambda row: row[name], choices=tuple(choices), **more)


def _settings(form_of: Any) -> Column:
    return Column(
        "settings",
        Kind.MAP,
        lambda row: sparse(form_of(row), row.settings),
        default={},
        is_special=True,
    )


SECRETS = Column("secrets", Kind.TEXTS, secret_names, default=[], is_special=True)

CONNECTION_COLUMNS = (
    Column("kind", Kind.TEXT, lambda row: row.kind, is_special=True),
    Column(
        "is_disabled",
        Kind.FLAG,
        lambda row: row.state == ConnectionState.DISABLED,
        default=False,
        is_special=True,
    ),
    _settings(lambda row: connection_form(row.kind)),
    SECRETS,
)
RULE_COLUMNS = (
    *plain(PostbackRule, "trigger"),
    Column("action", Kind.TEXT, lambda row: row.action, is_special=True),
    reference("connection", "connection.name", Target("connections", slice(2, 3))),
    Column(
        "status",
        Kind.TEXT,
        _status,
        default=RuleStatus.ACTIVE.value,
        choices=(RuleStatus.ACTIVE.value, RuleStatus.DISABLED.value),
        is_special=True,
    ),
    Column(
        "is_archived",
        Kind.FLAG,
        lambda row: row.archived_at is not None,
        default=False,
        is_special=True,
    ),
    *plain(PostbackRule, "use_case", "categories"),
    reference("event_type", "event_type.name", Target("event_types")),
    *plain(PostbackRule, "facts", "subject_kind"),
    reference("affiliate", "affiliate.name", Target("affiliates")),
    Column(
        "goal",
        Kind.TEXT,
        lambda row: row.goal.name if row.goal else "",
        target=Target("goals", slice(0, 2)),
        is_special=True,
    ),
    *plain(PostbackRule, "operations", "rejection_reasons", "sending_mode"),
    *plain(PostbackRule, "maximum_click_age_hours", "sample_percent"),
    *plain(PostbackRule, "requires_consent", "delay_seconds", "schedule_timezone"),
    *plain(PostbackRule, "retry_delays", "keeps_order", "disable_after"),
    _rows("custom_events", _custom_events, _cell("name"), _cell("send_as")),
    _rows(
        "conditions",
        _conditions,
        _cell("field"),
        _cell("operator", choices=Operator.values),
        _cell("value"),
    ),
    _rows(
        "sending_hours",
        _windows,
        _cell("weekday", choices=WEEKDAYS),
        _cell("opens_at"),
        _cell("closes_at"),
    ),
    _rows(
        "caps",
        _caps,
        _cell("period", choices=CapPeriod.values),
        _cell("maximum", Kind.NUMBER, default=None),
    ),
    _settings(lambda row: rule_form(row.action)),
    SECRETS,
)
