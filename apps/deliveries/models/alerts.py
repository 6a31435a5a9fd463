"""What people are told about the health of deliveries, and how it is told."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.deliveries.states import AlertKind, ChannelKind, NoticeState
from apps.postbacks.models import PostbackRule


class RuleHealth(models.Model):
    """How many deliveries of a rule failed in a row; a row once one has failed."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.OneToOneField(
        PostbackRule,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="health",
        verbose_name=_("rule"),
    )
    failures = models.PositiveIntegerField(_("failed attempts in a row"), default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    last_message = models.CharField(_("last message"), max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule health")
        verbose_name_plural = _("rule health")
        constraints = [
            models.CheckConstraint(
                condition=Q(failures=0, failing_since=None)
                | Q(failures__gt=0, failing_since__isnull=False),
                name="rule_health_since_only_while_failing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.failures} failures in a row"


class Alert(models.Model):
    """Something a person must know; open until it is over."""

    kind = models.CharField(_("kind"), max_length=20, choices=AlertKind.choices)
    subject = models.CharField(
        _("subject"),
        max_length=320,
        help_text=_("What it is about, as a code: rule:12."),
    )
    name = models.CharField(
        _("name"), max_length=320, help_text=_("What it is about, in words.")
    )
    level = models.PositiveSmallIntegerField(
        _("level"), default=100, help_text=_("Percent of the threshold.")
    )
    message = models.CharField(_("message"), max_length=500)
    opened_at = models.DateTimeField(_("opened at"))
    changed_at = models.DateTimeField(_("changed at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert")
        verbose_name_plural = _("alerts")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(resolved_at=None),
                name="alert_one_open_per_subject",
            ),
        ]
        indexes = [
            # The suppression window: was it told a short while ago?
            models.Index(
                fields=["kind", "subject", "opened_at"], name="alert_by_subject"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"


class AlertChannel(TimeStamped):
    """Where alerts go: an e-mail address or a Slack channel's webhook."""

    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=5, choices=ChannelKind.choices)
    email = models.EmailField(_("e-mail"), blank=True)
    sealed_url = models.TextField(
        _("sealed url"), default="", blank=True, editable=False
    )
    is_enabled = models.BooleanField(_("enabled"), default=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert channel")
        verbose_name_plural = _("alert channels")
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="alert_channel_name_unique",
                violation_error_message=_("A channel with this name exists."),
            ),
            models.CheckConstraint(
                condition=(Q(kind=ChannelKind.EMAIL, sealed_url="") & ~Q(email=""))
                | (Q(kind=ChannelKind.SLACK, email="") & ~Q(sealed_url="")),
                name="alert_channel_has_its_address",
                violation_error_message=_(
                    "An e-mail channel needs an e-mail address, a "
                    "Slack channel a webhook URL."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AlertNotice(models.Model):
    """One alert told on one channel: the log of alerts. Its failure alerts nobody."""

    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="notices", verbose_name=_("alert")
    )
    channel = models.ForeignKey(
        AlertChannel,
        on_delete=models.CASCADE,
        related_name="notices",
        verbose_name=_("channel"),
    )
    level = models.PositiveSmallIntegerField(
        _("level"),
        help_text=_("The level of the alert that is told; 0: that it is over."),
    )
    text = models.CharField(_("text"), max_length=600)
    state = models.CharField(
        _("state"),
        max_length=7,
        choices=NoticeState.choices,
        default=NoticeState.PENDING,
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due at"))
    error = models.CharField(_("error"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("created at"))
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("alert notice")
        verbose_name_plural = _("alert notices")
        constraints = [
            models.CheckConstraint(
                condition=Q(state=NoticeState.SENT, sent_at__isnull=False)
                | (~Q(state=NoticeState.SENT) & Q(sent_at=None)),
                name="alert_notice_sent_has_a_time",
            ),
        ]
        indexes = [
            # What is to be told now.
            models.Index(
                fields=["due_at"],
                condition=Q(state=NoticeState.PENDING),
                name="alert_notice_due",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Finding(models.Model):
    """What the last nightly check found that must never be; alerts tell of it."""

    what = models.CharField(_("what"), max_length=200)
    text = models.CharField(_("text"), max_length=500)
    found_at = models.DateTimeField(_("found at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [
            models.UniqueConstraint(fields=["what"], name="finding_one_per_invariant"),
        ]

    def __str__(self) -> str:
        return self.text
