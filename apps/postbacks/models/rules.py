"""Postback rules: trigger, simple conditions and one action."""

from typing import ClassVar

from django.conf import settings as django_settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from apps.accounts.models import Affiliate
from apps.connections.models import Connection
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.events.categories import EffectiveCategory
from apps.events.models import EventType
from apps.goals.models import Goal
from apps.offers.models import Offer
from apps.postbacks.models import fact_triggers, owners
from apps.tracking.statuses import Operation

MAXIMUM_DELAY_SECONDS = 30 * 86_400
DISABLE_AFTER = 100


class TriggerKind(models.TextChoices):
    """What a rule reacts to."""

    CONVERSION_DONE = "conversion_done", "Conversion Done"
    CONVERSION_PENDING = "conversion_pending", "Conversion Pending"
    CONVERSION_REJECT = "conversion_reject", "Conversion Reject"
    CONVERSION_ANY = "conversion_any", "Conversion, any status"
    EVENT = "event", "Event"
    ATTRIBUTION = fact_triggers.ATTRIBUTION, fact_triggers.LABEL


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


class SendingMode(models.TextChoices):
    """Whose conversions are told (R221); off is a disabled rule."""

    ALL = "all", "All"
    ATTRIBUTED = "attributed", "Attributed to an affiliate only"


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


class PostbackRule(fact_triggers.ListensToFacts, TimeStamped):
    """Who is told what when: "postback" on screen.

    Who saves one calls ``postbacks.services.record_revision``: deliveries keep that.
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
    operations = ArrayField(
        models.CharField(max_length=6, choices=Operation.choices),
        default=list,
        blank=True,
        help_text="Only when the conversion was created, updated or deleted. None: "
        "always.",
    )
    rejection_reasons = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text="Only when a conversion is rejected for one of these reasons, "
        "exactly as written; separated by commas. Empty: any.",
    )
    sending_mode = models.CharField(
        max_length=10,
        choices=SendingMode.choices,
        default=SendingMode.ALL,
        help_text="Organic traffic belongs to no affiliate.",
    )
    maximum_click_age_hours = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text="Only what happens so many hours after the click at the latest. "
        "Empty: any time.",
    )
    sample_percent = models.DecimalField(
        max_digits=5,
        decimal_places=2,
        default=100,
        help_text="Tell the partner of so many transactions in a hundred; all events "
        "of a transaction are told or none.",
    )
    requires_consent = models.BooleanField(
        default=False,
        help_text="Only with the parameter «consent» (1, true, yes or granted) on the "
        "event or its click.",
    )
    delay_seconds = models.PositiveIntegerField(
        default=0, help_text="Wait so long before sending, e.g. 3600 for an hour."
    )
    schedule_timezone = models.CharField(
        "time zone of the schedule",
        max_length=60,
        default="UTC",
        help_text="Of the sending hours below and of the limits' days, e.g. "
        "Europe/Kyiv.",
    )
    retry_delays = ArrayField(
        models.PositiveIntegerField(),
        null=True,
        blank=True,
        help_text="Seconds to wait before each further attempt; none: the standard "
        "schedule.",
    )
    keeps_order = models.BooleanField(
        default=False,
        help_text="Send what happened later in a transaction only once the earlier "
        "is delivered or has failed.",
    )
    disable_after = models.PositiveIntegerField(
        default=DISABLE_AFTER,
        help_text="Switch the postback off after so many failed attempts in a row; "
        "what comes then is held. 0: never.",
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
        permissions = [("can_remove_suppression", "Can remove from opt-out lists")]
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
            models.CheckConstraint(
                condition=~Q(trigger=TriggerKind.EVENT) | Q(operations=[]),
                name="rule_operations_need_conversion_trigger",
                violation_error_message="Operations belong to conversion triggers.",
            ),
            models.CheckConstraint(
                condition=Q(rejection_reasons=[])
                | Q(
                    trigger__in=[
                        TriggerKind.CONVERSION_REJECT,
                        TriggerKind.CONVERSION_ANY,
                    ]
                ),
                name="rule_reasons_need_reject_trigger",
                violation_error_message="Reasons belong to the triggers Conversion "
                "Reject and Conversion, any status.",
            ),
            models.CheckConstraint(
                condition=Q(sample_percent__gt=0, sample_percent__lte=100),
                name="rule_sample_is_a_percentage",
                violation_error_message="A sample is more than 0 and at most 100 "
                "percent. To send nothing, disable the postback.",
            ),
            models.CheckConstraint(
                condition=Q(maximum_click_age_hours=None)
                | Q(maximum_click_age_hours__gte=1),
                name="rule_click_age_at_least_an_hour",
                violation_error_message="The click's age is at least one hour.",
            ),
            models.CheckConstraint(
                condition=Q(delay_seconds__lte=MAXIMUM_DELAY_SECONDS),
                name="rule_delay_at_most_a_month",
                violation_error_message="A delay has at most 30 days (2,592,000 "
                "seconds).",
            ),
            models.CheckConstraint(
                condition=Q(sending_mode__in=SendingMode.values),
                name="rule_sending_mode_is_known",
            ),
            models.CheckConstraint(
                condition=Q(retry_delays=None) | Q(retry_delays__len__lte=20),
                name="rule_retries_at_most_20_times",
                violation_error_message="At most 20 further attempts.",
            ),
            models.CheckConstraint(condition=~Q(action=""), name="rule_has_an_action"),
            owners.ABOUT_ITS_OWNER,
            *fact_triggers.CONSTRAINTS,
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
