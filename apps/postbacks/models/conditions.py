"""Conditions a rule may have several of: fields, sending hours, caps."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from apps.core.visibility import ScopedQuerySet
from apps.postbacks.models.rules import PostbackRule

FIELD_NAME_MAX_LENGTH = 100


class Operator(models.TextChoices):
    """How a field is compared; numbers and dates are compared as such."""

    IS = "is", "is"
    IS_NOT = "is_not", "is not"
    CONTAINS = "contains", "contains"
    CONTAINS_NOT = "contains_not", "does not contain"
    STARTS_WITH = "starts_with", "starts with"
    IN = "in", "is one of"
    NOT_IN = "not_in", "is none of"
    ABOVE = "above", "is above / after"
    AT_LEAST = "at_least", "is at least / from"
    BELOW = "below", "is below / before"
    AT_MOST = "at_most", "is at most / until"
    PRESENT = "present", "is given"
    ABSENT = "absent", "is not given"
    MATCHES = "matches", "matches the expression"


WITHOUT_VALUE = (Operator.PRESENT, Operator.ABSENT)


class RuleCondition(models.Model):
    """A field of the event must compare as told; all conditions must hold."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule, on_delete=models.CASCADE, related_name="field_conditions"
    )
    field = models.CharField(
        max_length=FIELD_NAME_MAX_LENGTH,
        help_text="A custom field, a parameter of the event or click, or e.g. "
        "sale_amount, currency, country, sub1, status_reason.",
    )
    operator = models.CharField(max_length=12, choices=Operator.choices)
    value = models.CharField(
        max_length=500, blank=True, help_text="Several: separated by commas."
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "field condition"
        constraints = [
            models.CheckConstraint(
                condition=Q(operator__in=WITHOUT_VALUE, value="")
                | (~Q(operator__in=WITHOUT_VALUE) & ~Q(value="")),
                name="rule_condition_value_fits_operator",
                violation_error_message="«is given» and «is not given» have no value; "
                "all others need one.",
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

    MONDAY = 0, "Monday"
    TUESDAY = 1, "Tuesday"
    WEDNESDAY = 2, "Wednesday"
    THURSDAY = 3, "Thursday"
    FRIDAY = 4, "Friday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class RuleWindow(models.Model):
    """Hours in which a rule sends; what comes outside waits for the next ones."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule, on_delete=models.CASCADE, related_name="windows"
    )
    weekday = models.PositiveSmallIntegerField(choices=Weekday.choices)
    opens_at = models.TimeField("from")
    closes_at = models.TimeField("until", help_text="23:59 is the end of the day.")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "sending hours"
        verbose_name_plural = "sending hours"
        constraints = [
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")),
                name="rule_window_opens_before_it_closes",
                violation_error_message="Sending hours begin before they end; past "
                "midnight they are two rows.",
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

    HOUR = "hour", "hour"
    DAY = "day", "day"
    WEEK = "week", "week"
    MONTH = "month", "month"
    TOTAL = "total", "ever"


class RuleCap(models.Model):
    """At most so many deliveries per period; what exceeds it is suppressed."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule, on_delete=models.CASCADE, related_name="caps"
    )
    maximum = models.PositiveIntegerField()
    period = models.CharField(max_length=5, choices=CapPeriod.choices)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "cap"
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "period"],
                name="rule_cap_unique",
                violation_error_message="The postback has a cap for this period.",
            ),
            models.CheckConstraint(
                condition=Q(maximum__gte=1),
                name="rule_cap_at_least_one",
                violation_error_message="A cap lets at least one through. To send "
                "nothing, disable the postback.",
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
        PostbackRule, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    period = models.CharField(max_length=5, choices=CapPeriod.choices)
    period_start = models.DateTimeField()
    count = models.PositiveIntegerField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "period", "period_start"],
                name="rule_cap_count_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} this {self.period}"
