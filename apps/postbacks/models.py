"""Postback rules: trigger, conditions and one action, with every revision kept."""

from typing import Any, ClassVar

from django.conf import settings as django_settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.accounts.models import Affiliate
from apps.connections.models import Connection
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.events.categories import (
    EffectiveCategory,
)
from apps.events.models import (
    EVENT_NAME_MAX_LENGTH,
    EventType,
)
from apps.goals.models import Goal
from apps.offers.models import (
    Offer,
)


class TriggerKind(models.TextChoices):
    """What a rule reacts to."""

    CONVERSION_DONE = "conversion_done", "Conversion Done"
    CONVERSION_PENDING = "conversion_pending", "Conversion Pending"
    CONVERSION_REJECT = "conversion_reject", "Conversion Reject"
    CONVERSION_ANY = "conversion_any", "Conversion, any status"
    EVENT = "event", "Event"


class UseCase(models.TextChoices):
    """Presets of categories (R2); the categories are the truth, this is a memory."""

    BILLABLE = "billable", "Billable Conversions"
    TOUCHED = "touched", "Touched Conversions"
    ALL = "all", "All Events"


USE_CASE_CATEGORIES: dict[str, list[str]] = {
    UseCase.BILLABLE: [EffectiveCategory.CONVERSIONS],
    UseCase.TOUCHED: [
        EffectiveCategory.CONVERSIONS,
        EffectiveCategory.PARTIAL_CONVERSIONS,
    ],
    UseCase.ALL: list(EffectiveCategory),
}


class RuleStatus(models.TextChoices):
    """Whether a rule fires."""

    ACTIVE = "active", "Active"
    DISABLED = "disabled", "Disabled"
    AUTO_DISABLED = "auto_disabled", "Disabled after failures"


class RuleQuerySet(ScopedQuerySet["PostbackRule"]):
    """Queries of rules, named after what people ask."""

    def unarchived(self) -> "RuleQuerySet":
        """Return the rules that were not deleted."""
        return self.filter(archived_at=None)


class PostbackRule(TimeStamped):
    """Who is told what when: "postback" on screen.

    Saving goes through ``postbacks.services.save_rule``, which writes the revision
    that deliveries keep.
    """

    AFFILIATE_PATH: ClassVar = "owner_affiliate"

    name = models.CharField(max_length=120, blank=True)
    offer = models.ForeignKey(
        Offer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text="Empty: every offer.",
    )
    trigger = models.CharField(max_length=20, choices=TriggerKind.choices)
    use_case = models.CharField(max_length=10, choices=UseCase.choices, blank=True)
    categories = ArrayField(
        models.CharField(max_length=20, choices=EffectiveCategory.choices),
        default=list,
        blank=True,
    )
    event_type = models.ForeignKey(
        EventType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text="React to this event only, instead of categories.",
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Only conversions of this affiliate. Empty: any.",
    )
    goal = models.ForeignKey(
        Goal,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text="Only this goal. Empty: any.",
    )
    action = models.CharField(max_length=40, editable=False)
    connection = models.ForeignKey(
        Connection,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
    )
    settings = models.JSONField(default=dict, blank=True, editable=False)
    sealed_secrets = models.TextField(default="", blank=True, editable=False)
    status = models.CharField(
        max_length=15, choices=RuleStatus.choices, default=RuleStatus.ACTIVE
    )
    status_reason = models.CharField(max_length=300, blank=True, editable=False)
    author = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )
    owner_affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_rules",
        editable=False,
        help_text="The affiliate whose user made the rule; it alone sees it (R103).",
    )
    revision = models.PositiveIntegerField(default=0, editable=False)
    archived_at = models.DateTimeField(null=True, editable=False)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = "postback"
        constraints = [
            models.CheckConstraint(
                condition=Q(trigger=TriggerKind.EVENT)
                | Q(use_case="", categories=[], event_type=None),
                name="rule_event_settings_need_event_trigger",
                violation_error_message="Categories and an event type belong to the "
                "trigger Event.",
            ),
            models.CheckConstraint(
                condition=Q(event_type=None) | Q(use_case="", categories=[]),
                name="rule_event_type_replaces_categories",
                violation_error_message="Choose one event type or categories, not "
                "both.",
            ),
            models.CheckConstraint(condition=~Q(action=""), name="rule_has_an_action"),
            models.CheckConstraint(
                condition=Q(goal=None) | Q(offer__isnull=False),
                name="rule_goal_needs_an_offer",
                violation_error_message="A goal belongs to an offer: choose the offer.",
            ),
        ]
        indexes = [
            # Rules of one offer: its Postbacks tab.
            models.Index(fields=["offer", "status"], name="rule_by_offer"),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk} {self.get_trigger_display()}"


class RuleCustomEvent(models.Model):
    """An event a rule reacts to by exact name, whatever its category (R23, R28)."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule, on_delete=models.CASCADE, related_name="custom_events"
    )
    name = models.CharField(
        "user_action_name",
        max_length=EVENT_NAME_MAX_LENGTH,
        help_text="Exactly what the integration sends, case included.",
    )
    send_as = models.CharField(
        max_length=EVENT_NAME_MAX_LENGTH,
        blank=True,
        help_text="The name the partner gets; empty: the same.",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "custom event"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "name"],
                name="rule_custom_event_unique",
                violation_error_message="This postback has this custom event already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class GoalSettings(models.Model):
    """What a rule was set to while it had a goal; restored when the goal returns."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule, on_delete=models.CASCADE, related_name="goal_settings"
    )
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT, related_name="+")
    settings = models.JSONField(default=dict)
    sealed_secrets = models.TextField(default="", blank=True)
    saved_at = models.DateTimeField(auto_now=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "goal settings"
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
        PostbackRule, on_delete=models.PROTECT, related_name="revisions"
    )
    number = models.PositiveIntegerField()
    snapshot: models.JSONField[Any, Any] = models.JSONField()
    sealed_secrets = models.TextField(default="", blank=True)
    author = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="Empty: the system, e.g. after too many failures.",
    )
    created_at = models.DateTimeField()
    comment = models.CharField(max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "number"], name="rule_revision_number_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} rev. {self.number}"
