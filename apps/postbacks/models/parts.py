"""What belongs to a postback rule: custom events, goal settings, revisions."""

from typing import Any, ClassVar

from django.conf import settings as django_settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.visibility import ScopedQuerySet
from apps.events.models import EVENT_NAME_MAX_LENGTH
from apps.goals.models import Goal
from apps.postbacks.models.rules import PostbackRule


class RuleCustomEvent(models.Model):
    """An event a rule reacts to by exact name, whatever its category (R23, R28)."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.CASCADE,
        related_name="custom_events",
        verbose_name=_("rule"),
    )
    name = models.CharField(
        _("user_action_name"),
        max_length=EVENT_NAME_MAX_LENGTH,
        help_text=_("Exactly what the integration sends, case included."),
    )
    send_as = models.CharField(
        _("send as"),
        max_length=EVENT_NAME_MAX_LENGTH,
        blank=True,
        help_text=_("The name the partner gets; empty: the same."),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom event")
        verbose_name_plural = _("custom events")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "name"],
                name="rule_custom_event_unique",
                violation_error_message=_(
                    "This postback has this custom event already."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GoalSettings(models.Model):
    """What a rule was set to while it had a goal; restored when the goal returns."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.CASCADE,
        related_name="goal_settings",
        verbose_name=_("rule"),
    )
    goal = models.ForeignKey(
        Goal, on_delete=models.PROTECT, related_name="+", verbose_name=_("goal")
    )
    settings = models.JSONField(_("settings"), default=dict)
    sealed_secrets = models.TextField(_("sealed secrets"), default="", blank=True)
    saved_at = models.DateTimeField(_("saved at"), auto_now=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal settings")
        verbose_name_plural = _("goal settings")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "goal"], name="goal_settings_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} / {self.goal}"


class RuleRevision(models.Model):
    """A rule as it was saved once; deliveries and explanations refer to it."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.PROTECT,
        related_name="revisions",
        verbose_name=_("rule"),
    )
    number = models.PositiveIntegerField(_("number"))
    snapshot: models.JSONField[Any, Any] = models.JSONField(_("snapshot"))
    sealed_secrets = models.TextField(_("sealed secrets"), default="", blank=True)
    author = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty: the system, e.g. after too many failures."),
        verbose_name=_("author"),
    )
    created_at = models.DateTimeField(_("created at"))
    comment = models.CharField(_("comment"), max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule revision")
        verbose_name_plural = _("rule revisions")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "number"], name="rule_revision_number_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} rev. {self.number}"
