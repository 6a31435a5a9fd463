"""Conditions a rule may have several of: fields, sending hours, caps."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.visibility import ScopedQuerySet
from apps.postbacks.models.rules import PostbackRule

FIELD_NAME_MAX_LENGTH = 100


class Operator(models.TextChoices):
    """How a field is compared; numbers and dates are compared as such."""

    IS = "is", _("is")
    IS_NOT = "is_not", _("is not")
    CONTAINS = "contains", _("contains")
    CONTAINS_NOT = "contains_not", _("does not contain")
    STARTS_WITH = "starts_with", _("starts with")
    IN = "in", _("is one of")
    NOT_IN = "not_in", _("is none of")
    ABOVE = "above", _("is above / after")
    AT_LEAST = "at_least", _("is at least / from")
    BELOW = "below", _("is below / before")
    AT_MOST = "at_most", _("is at most / until")
    PRESENT = "present", _("is given")
    ABSENT = "absent", _("is not given")
    MATCHES = "matches", _("matches the expression")


WITHOUT_VALUE = (Operator.PRESENT, Operator.ABSENT)


class RuleCondition(models.Model):
    """A field of the event must compare as told; all conditions must hold."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.CASCADE,
        related_name="field_conditions",
        verbose_name=_("rule"),
    )
    field = models.CharField(
        _("field"),
        max_length=FIELD_NAME_MAX_LENGTH,
        help_text=_(
            "A custom field, a parameter of the event or click, or e.g. "
            "sale_amount, currency, country, sub1, status_reason."
        ),
    )
    operator = models.CharField(_("operator"), max_length=12, choices=Operator.choices)
    value = models.CharField(
        _("value"),
        max_length=500,
        blank=True,
        help_text=_("Several: separated by commas."),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("field condition")
        verbose_name_plural = _("field conditions")
        constraints = [
            models.CheckConstraint(
                condition=Q(operator__in=WITHOUT_VALUE, value="")
                | (~Q(operator__in=WITHOUT_VALUE) & ~Q(value="")),
                name="rule_condition_value_fits_operator",
                violation_error_message=_(
                    "«is given» and «is not given» have no value; all others need one."
                ),
            ),
            models.CheckConstraint(
                condition=Q(operator__in=Operator.values),
                name="rule_condition_operator_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field} {self.get_operator_display()} {self.value}".rstrip()


class Weekday(models.IntegerChoices):
    """The days as Python numbers them."""

    MONDAY = 0, _("Monday")
    TUESDAY = 1, _("Tuesday")
    WEDNESDAY = 2, _("Wednesday")
    THURSDAY = 3, _("Thursday")
    FRIDAY = 4, _("Friday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class RuleWindow(models.Model):
    """Hours in which a rule sends; what comes outside waits for the next ones."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.CASCADE,
        related_name="windows",
        verbose_name=_("rule"),
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday.choices)
    opens_at = models.TimeField(_("from"))
    closes_at = models.TimeField(
        _("until"), help_text=_("23:59 is the end of the day.")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("sending hours")
        verbose_name_plural = _("sending hours")
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="rule_window_opens_before_it_closes",
                violation_error_message=_(
                    "Sending hours begin before they end; past "
                    "midnight they are two rows."
                ),
            ),
            models.CheckConstraint(
                condition=Q(weekday__lte=6), name="rule_window_weekday_is_known"
            ),
            models.UniqueConstraint(
                fields=["rule", "weekday", "opens_at"], name="rule_window_unique"
            ),
        ]

    def __str__(self) -> str:
        hours = f"{self.opens_at:%H:%M} to {self.closes_at:%H:%M}"
        return f"{self.get_weekday_display()} {hours}"


class CapPeriod(models.TextChoices):
    """The window of a cap, on the clock of the rule's time zone."""

    HOUR = "hour", _("hour")
    DAY = "day", _("day")
    WEEK = "week", _("week")
    MONTH = "month", _("month")
    TOTAL = "total", _("ever")


class RuleCap(models.Model):
    """At most so many deliveries per period; what exceeds it is suppressed."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.CASCADE,
        related_name="caps",
        verbose_name=_("rule"),
    )
    maximum = models.PositiveIntegerField(_("maximum"))
    period = models.CharField(_("period"), max_length=5, choices=CapPeriod.choices)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("cap")
        verbose_name_plural = _("caps")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "period"],
                name="rule_cap_unique",
                violation_error_message=_("The postback has a cap for this period."),
            ),
            models.CheckConstraint(
                condition=Q(maximum__gte=1),
                name="rule_cap_at_least_one",
                violation_error_message=_(
                    "A cap lets at least one through. To send "
                    "nothing, disable the postback."
                ),
            ),
            models.CheckConstraint(
                condition=Q(period__in=CapPeriod.values),
                name="rule_cap_period_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.maximum} per {self.period}"


class RuleCapCount(models.Model):
    """How many deliveries a rule planned in one period. Its row is the lock."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("rule"),
    )
    period = models.CharField(_("period"), max_length=5, choices=CapPeriod.choices)
    period_start = models.DateTimeField(_("period start"))
    count = models.PositiveIntegerField(_("count"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("rule cap count")
        verbose_name_plural = _("rule cap counts")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "period", "period_start"],
                name="rule_cap_count_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} this {self.period}"
