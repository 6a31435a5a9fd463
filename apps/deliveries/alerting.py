"""Alerts: opened, raised and resolved by what is wrong now, and told with restraint.

Each look compares what is wrong with the open alerts. So an alert cannot be lost: what
was not told the last time, because the window was not over or there was no channel,
is told by a later look as long as it is true.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q

from apps.core.sql import rows_of
from apps.deliveries import notifying
from apps.deliveries.models import Alert, AlertChannel, AlertNotice
from apps.deliveries.states import AlertKind, NoticeState
from apps.deliveries.troubles import Trouble, troubles
from apps.postbacks.models import PostbackRule, RuleStatus

LOCK = 0x616C6572  # «aler»: any number that no other lock of ours has.
OVER: dict[str, str] = {
    AlertKind.RULE_FAILING: "{name} works again.",
    AlertKind.RULE_PAUSED: "{name} is active again.",
    AlertKind.CONNECTION_AUTH: "{name} is refused no more.",
    AlertKind.DESTINATION_DOWN: "{name} answers again.",
    AlertKind.BACKLOG: "{name} are sent in time again.",
    AlertKind.WORKER_DEAD: "{name}: none is missing any more.",
    AlertKind.UNEXPLAINED: "{name}: the last check found none.",
}
"""What is said when it is over. What has failed for good is never over."""

SWITCHED_OFF = "{name} was switched off."
OF_RULES = (AlertKind.RULE_FAILING, AlertKind.RULE_PAUSED)

Key = tuple[str, str]


def watch(*, now: datetime) -> None:
    """Bring the alerts up to date and tell what is to be told."""
    reconcile(now=now)
    notifying.tell_due(now=now)


@transaction.atomic
def reconcile(*, now: datetime) -> None:
    """Open, raise and resolve alerts, with the notices of what is to be told.

    Does nothing while another host does it.
    """
    [lock] = rows_of("SELECT pg_try_advisory_xact_lock(%s) AS is_ours", (LOCK,))
    if not lock.is_ours:
        return
    found = {(one.kind.value, one.subject): one for one in troubles(now)}
    alerts = {
        (one.kind, one.subject): one for one in Alert.objects.filter(resolved_at=None)
    }
    over = [alert for key, alert in alerts.items() if key not in found]
    _resolve(over, found, now)
    going_on = [alert for key, alert in alerts.items() if key in found]
    _update(going_on, found, now)
    opened = Alert.objects.bulk_create(
        _alert(trouble, now) for key, trouble in found.items() if key not in alerts
    )
    _tell([*going_on, *opened], now)


def _alert(trouble: Trouble, now: datetime) -> Alert:
    return Alert(
        kind=trouble.kind,
        subject=trouble.subject,
        name=trouble.name,
        level=trouble.level,
        message=trouble.message[:500],
        opened_at=now,
        changed_at=now,
    )


def _update(
    alerts: Sequence[Alert], found: Mapping[Key, Trouble], now: datetime
) -> None:
    """Say how it stands now. A level only rises while the alert is open."""
    changed = []
    for alert in alerts:
        trouble = found[alert.kind, alert.subject]
        level = max(alert.level, trouble.level)
        message = trouble.message[:500]
        if (level, message) != (alert.level, alert.message):
            alert.level, alert.message, alert.changed_at = level, message, now
            changed.append(alert)
    Alert.objects.bulk_update(changed, ["level", "message", "changed_at"])


def _tell(alerts: Sequence[Alert], now: datetime) -> None:
    """Write notices of the alerts whose level was not told yet."""
    told = _told_levels(alerts, now) if alerts else {}
    new = [one for one in alerts if one.level > told.get((one.kind, one.subject), 0)]
    if not new:
        return
    channels = AlertChannel.objects.filter(is_enabled=True).values_list("pk", flat=True)
    AlertNotice.objects.bulk_create(
        _notice(alert, channel_id, alert.level, alert.message, now)
        for channel_id in channels
        for alert in new
    )


def _told_levels(alerts: Sequence[Alert], now: datetime) -> dict[Key, int]:
    """Return the levels told of the open alerts, or of earlier ones a while ago.

    Nothing is told again that was told within the window: what flaps is quiet.
    """
    since = now - timedelta(minutes=settings.ALERT_QUIET_MINUTES)
    rows = (
        AlertNotice.objects.filter(
            Q(alert__resolved_at=None)
            | Q(sent_at__gt=since)
            | Q(state=NoticeState.PENDING),
            alert__kind__in={alert.kind for alert in alerts},
            alert__subject__in={alert.subject for alert in alerts},
            level__gt=0,
        )
        .values_list("alert__kind", "alert__subject")
        .annotate(Max("level"))
    )
    return {(kind, subject): level for kind, subject, level in rows}


def _resolve(
    alerts: Sequence[Alert], found: Mapping[Key, Trouble], now: datetime
) -> None:
    """Close what is over, and tell it where it was told that it began.

    A postback that was disabled fails no more, yet nothing is well: the alert that it
    was disabled says so.
    """
    if not alerts:
        return
    Alert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(
        resolved_at=now, changed_at=now
    )
    telling = {
        alert.pk: alert
        for alert in alerts
        if alert.kind in OVER
        and (AlertKind.RULE_PAUSED.value, alert.subject) not in found
    }
    texts = _texts_of_recovery(telling.values())
    told = (
        AlertNotice.objects.filter(alert__in=telling, channel__is_enabled=True)
        .exclude(state=NoticeState.FAILED)
        .order_by()
        .values_list("alert_id", "channel_id")
        .distinct()
    )
    AlertNotice.objects.bulk_create(
        _notice(telling[pk], channel_id, notifying.OVER, texts[pk], now)
        for pk, channel_id in told
    )


def _texts_of_recovery(alerts: Collection[Alert]) -> dict[int, str]:
    rules = {
        alert.pk: int(alert.subject.partition(":")[2])
        for alert in alerts
        if alert.kind in OF_RULES
    }
    active = set(
        PostbackRule.objects.filter(
            pk__in=rules.values(), status=RuleStatus.ACTIVE, archived_at=None
        ).values_list("pk", flat=True)
    )
    off = {pk for pk, rule_id in rules.items() if rule_id not in active}
    return {
        alert.pk: (SWITCHED_OFF if alert.pk in off else OVER[alert.kind]).format(
            name=alert.name
        )
        for alert in alerts
    }


def _notice(
    alert: Alert, channel_id: int, level: int, text: str, now: datetime
) -> AlertNotice:
    return AlertNotice(
        alert=alert,
        channel_id=channel_id,
        level=level,
        text=text,
        due_at=now,
        created_at=now,
    )
