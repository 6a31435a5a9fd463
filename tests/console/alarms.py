"""Alerts, and who was told of them, for the tests that look at screens."""

from datetime import datetime, timedelta

from apps.deliveries.channels import sealed
from apps.deliveries.models import Alert, AlertChannel, AlertNotice, RuleHealth
from apps.postbacks.models import PostbackRule

WEBHOOK = "https://hooks.slack.example/services/T0CANARY/B0CANARY/x9canary"


def add_alerts(rule: PostbackRule, now: datetime) -> None:
    """Store an open alert of ``rule`` and one that is over, told on two channels."""
    name = f"{rule.name} alarm"
    RuleHealth.objects.create(
        rule=rule, failures=72, failing_since=now, last_message="Timed out."
    )
    failing = Alert.objects.create(
        kind="rule_failing",
        subject=f"rule:{rule.pk}",
        name=name,
        level=70,
        message=f"{name} fails: 72 attempts in a row.",
        opened_at=now - timedelta(minutes=20),
        changed_at=now,
    )
    Alert.objects.create(
        kind="backlog",
        subject="deliveries",
        name=name,
        message=f"{name}: deliveries wait for too long.",
        opened_at=now - timedelta(hours=30),
        changed_at=now - timedelta(hours=29),
        resolved_at=now - timedelta(hours=29),
    )
    _tell(failing, name, now)


def _tell(alert: Alert, name: str, now: datetime) -> None:
    """Store that ``alert`` was told by e-mail, and in vain in Slack."""
    mail = AlertChannel.objects.create(name=name, kind="email", email="ops@x.example")
    slack = AlertChannel.objects.create(
        name=f"{name} in Slack", kind="slack", sealed_url=sealed(WEBHOOK)
    )
    shared = {
        "alert": alert,
        "level": 70,
        "text": alert.message,
        "due_at": now,
        "created_at": now,
    }
    AlertNotice.objects.create(
        channel=mail, state="sent", attempts=1, sent_at=now, **shared
    )
    AlertNotice.objects.create(
        channel=slack,
        state="failed",
        attempts=5,
        error="Slack answered 404: no_service.",
        **shared,
    )
