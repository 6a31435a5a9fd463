"""Postback rules: trigger, simple conditions and one action."""

from typing import ClassVar

from django.conf import settings as django_settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate
from apps.connections.models import Connection
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.events.categories import EffectiveCategory
from apps.events.models import EventType
from apps.goals.models import Goal
from apps.offers.models import Offer
from apps.postbacks.models import fact_triggers, owners
from apps.postbacks.models.kinds import (
    RuleStatus,
    SendingMode,
    TriggerKind,
    UseCase,
)
from apps.postbacks.models.triggers import ABOUT_ITS_TRIGGER
from apps.tracking.statuses import Operation

MAXIMUM_DELAY_SECONDS = 30 * 86_400
DISABLE_AFTER = 100


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

    name = models.CharField(_("name"), max_length=120, blank=True)
    offer = models.ForeignKey(
        Offer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text=_("Empty: every offer."),
        verbose_name=_("offer"),
    )
    trigger = models.CharField(_("trigger"), max_length=20, choices=TriggerKind.choices)
    use_case = models.CharField(
        _("use case"), max_length=10, choices=UseCase.choices, blank=True
    )
    categories = ArrayField(
        models.CharField(max_length=20, choices=EffectiveCategory.choices),
        default=list,
        blank=True,
        verbose_name=_("categories"),
    )
    event_type = models.ForeignKey(
        EventType,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text=_("React to this event only, instead of categories."),
        verbose_name=_("event type"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Only conversions of this affiliate. Empty: any."),
        verbose_name=_("affiliate"),
    )
    goal = models.ForeignKey(
        Goal,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text=_("Only this goal. Empty: any."),
        verbose_name=_("goal"),
    )
    operations = ArrayField(
        models.CharField(max_length=6, choices=Operation.choices),
        default=list,
        blank=True,
        help_text=_(
            "Only when the conversion was created, updated or deleted. None: always."
        ),
        verbose_name=_("operations"),
    )
    rejection_reasons = ArrayField(
        models.CharField(max_length=200),
        default=list,
        blank=True,
        help_text=_(
            "Only when a conversion is rejected for one of these reasons, "
            "exactly as written; separated by commas. Empty: any."
        ),
        verbose_name=_("rejection reasons"),
    )
    sending_mode = models.CharField(
        _("sending mode"),
        max_length=10,
        choices=SendingMode.choices,
        default=SendingMode.ALL,
        help_text=_("Organic traffic belongs to no affiliate."),
    )
    maximum_click_age_hours = models.PositiveIntegerField(
        _("maximum click age hours"),
        null=True,
        blank=True,
        help_text=_(
            "Only what happens so many hours after the click at the latest. "
            "Empty: any time."
        ),
    )
    sample_percent = models.DecimalField(
        _("sample percent"),
        max_digits=5,
        decimal_places=2,
        default=100,
        help_text=_(
            "Tell the partner of so many transactions in a hundred; all events "
            "of a transaction are told or none."
        ),
    )
    requires_consent = models.BooleanField(
        _("requires consent"),
        default=False,
        help_text=_(
            "Only with the parameter «consent» (1, true, yes or granted) on the "
            "event or its click."
        ),
    )
    delay_seconds = models.PositiveIntegerField(
        _("delay seconds"),
        default=0,
        help_text=_("Wait so long before sending, e.g. 3600 for an hour."),
    )
    schedule_timezone = models.CharField(
        _("time zone of the schedule"),
        max_length=60,
        default="UTC",
        help_text=_(
            "Of the sending hours below and of the limits' days, e.g. Europe/Kyiv."
        ),
    )
    retry_delays = ArrayField(
        models.PositiveIntegerField(),
        null=True,
        blank=True,
        help_text=_(
            "Seconds to wait before each further attempt; none: the standard schedule."
        ),
        verbose_name=_("retry delays"),
    )
    keeps_order = models.BooleanField(
        _("keeps order"),
        default=False,
        help_text=_(
            "Send what happened later in a transaction only once the earlier "
            "is delivered or has failed."
        ),
    )
    disable_after = models.PositiveIntegerField(
        _("disable after"),
        default=DISABLE_AFTER,
        help_text=_(
            "Switch the postback off after so many failed attempts in a row; "
            "what comes then is held. 0: never."
        ),
    )
    action = models.CharField(_("action"), max_length=40, editable=False)
    connection = models.ForeignKey(
        Connection,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        verbose_name=_("connection"),
    )
    settings = models.JSONField(_("settings"), default=dict, blank=True, editable=False)
    sealed_secrets = models.TextField(
        _("sealed secrets"), default="", blank=True, editable=False
    )
    status = models.CharField(
        _("status"),
        max_length=15,
        choices=RuleStatus.choices,
        default=RuleStatus.ACTIVE,
    )
    status_reason = models.CharField(
        _("status reason"), max_length=300, blank=True, editable=False
    )
    author = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        verbose_name=_("author"),
    )
    owner_affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_rules",
        editable=False,
        help_text=_("The affiliate whose user made the rule; it alone sees it (R103)."),
        verbose_name=_("owner affiliate"),
    )
    revision = models.PositiveIntegerField(_("revision"), default=0, editable=False)
    archived_at = models.DateTimeField(_("archived at"), null=True, editable=False)

    objects = RuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("postback")
        verbose_name_plural = _("postbacks")
        permissions = [("can_remove_suppression", "Can remove from opt-out lists")]
        constraints = [
            *ABOUT_ITS_TRIGGER,
            models.CheckConstraint(
                condition=Q(sample_percent__gt=0, sample_percent__lte=100),
                name="rule_sample_is_a_percentage",
                violation_error_message=_(
                    "A sample is more than 0 and at most 100 "
                    "percent. To send nothing, disable the postback."
                ),
            ),
            models.CheckConstraint(
                condition=Q(maximum_click_age_hours=None)
                | Q(maximum_click_age_hours__gte=1),
                name="rule_click_age_at_least_an_hour",
                violation_error_message=_("The click's age is at least one hour."),
            ),
            models.CheckConstraint(
                condition=Q(delay_seconds__lte=MAXIMUM_DELAY_SECONDS),
                name="rule_delay_at_most_a_month",
                violation_error_message=_(
                    "A delay has at most 30 days (2,592,000 seconds)."
                ),
            ),
            models.CheckConstraint(
                condition=Q(sending_mode__in=SendingMode.values),
                name="rule_sending_mode_is_known",
            ),
            models.CheckConstraint(
                condition=Q(retry_delays=None) | Q(retry_delays__len__lte=20),
                name="rule_retries_at_most_20_times",
                violation_error_message=_("At most 20 further attempts."),
            ),
            models.CheckConstraint(condition=~Q(action=""), name="rule_has_an_action"),
            owners.ABOUT_ITS_OWNER,
            *fact_triggers.CONSTRAINTS,
            models.CheckConstraint(
                condition=Q(goal=None) | Q(offer__isnull=False),
                name="rule_goal_needs_an_offer",
                violation_error_message=_(
                    "A goal belongs to an offer: choose the offer."
                ),
            ),
        ]
        indexes = [
            # Rules of one offer: its Postbacks tab.
            models.Index(fields=["offer", "status"], name="rule_by_offer"),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk} {self.get_trigger_display()}"
