"""The conditions of a postback on its form: which there are, and their rows."""

from collections.abc import Iterable
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.db.models import Field
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.durations import DurationsField
from apps.console.fact_rules import FACT_FIELDS, fact_advice, facts_field
from apps.console.use_cases import advice
from apps.core.adminkit.scoping import ScopedInline
from apps.core.adminkit.selects import LongSelect
from apps.events.categories import EffectiveCategory
from apps.offers.models import Offer
from apps.postbacks.comparing import UnusableConditionError, compile_condition
from apps.postbacks.models import (
    RuleCap,
    RuleCondition,
    RuleCustomEvent,
    RuleWindow,
    TriggerKind,
)
from apps.tracking.statuses import Operation

REASONED = (TriggerKind.CONVERSION_REJECT, TriggerKind.CONVERSION_ANY)
ALWAYS = (
    "maximum_click_age_hours",
    "sample_percent",
    "requires_consent",
    "delay_seconds",
    "schedule_timezone",
)
TRIGGER_FIELDS: dict[str, Iterable[str]] = {
    TriggerKind.EVENT: ("use_case", "categories", "event_type"),
    TriggerKind.ATTRIBUTION: FACT_FIELDS,
}
"""What only one trigger has."""
DELIVERY = ("retry_delays", "keeps_order", "disable_after")


def further_fields(trigger: str, *, is_staff: bool) -> list[str]:
    """Return the conditions that only some postbacks set, as their trigger has them."""
    names = list(ALWAYS)
    if is_staff and trigger != TriggerKind.ATTRIBUTION:
        names.insert(0, "sending_mode")
    if trigger != TriggerKind.EVENT:
        names.insert(0, "operations")
    if trigger in REASONED:
        names.insert(1, "rejection_reasons")
    return names


def advice_on(trigger: str, offer: Offer | None) -> SafeString | str:
    """Return what helps to choose, for triggers with many choices."""
    if trigger == TriggerKind.EVENT:
        return advice()
    return fact_advice(offer) if trigger == TriggerKind.ATTRIBUTION else ""


def collapsed(title: str, fields: Iterable[str]) -> Any:
    """Return a fieldset that is opened by those who need it."""
    return (title, {"classes": ["collapse"], "fields": list(fields)})


@cache
def _every_zone() -> list[tuple[str, str]]:
    """Return all names: reading them from the disk takes as long as a query."""
    return [(name, name) for name in sorted(available_timezones())]


def _zone_field(db_field: "Field[Any, Any]") -> forms.Field:
    return forms.ChoiceField(
        label=gettext("Time zone"),
        choices=_every_zone(),
        widget=LongSelect,
        initial=db_field.default,
        help_text=db_field.help_text,
    )


def formfield_of(db_field: "Field[Any, Any]") -> forms.Field | None:
    """Return the form field of a condition that is chosen, ``None`` for others."""
    if db_field.name == "facts":
        return facts_field()
    if db_field.name == "operations":
        return forms.MultipleChoiceField(
            label=capfirst(db_field.verbose_name),
            choices=Operation.choices,
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text=db_field.help_text,
        )
    if db_field.name == "categories":
        return forms.MultipleChoiceField(
            label=capfirst(db_field.verbose_name),
            choices=EffectiveCategory.choices,
            widget=forms.CheckboxSelectMultiple,
            required=False,
            help_text=gettext(
                "None ticked and a use case chosen: that use case's categories."
            ),
        )
    if db_field.name == "schedule_timezone":
        return _zone_field(db_field)
    if db_field.name == "retry_delays":
        return DurationsField(
            label=gettext("Try again after"),
            required=False,
            help_text=gettext(
                "The wait before each further attempt, e.g. 5s, 5m, 30m, 2h; "
                "«never» for no second attempt. Empty: 5s, 5m, 30m, 2h, 5h, 10h, 14h, "
                "20h, 24h."
            ),
        )
    return None


def drop_foreign_conditions(trigger: str, cleaned: dict[str, Any]) -> None:
    """Empty what a newly chosen ``trigger`` cannot have."""
    if trigger == TriggerKind.EVENT and "operations" in cleaned:
        cleaned["operations"] = []
    if trigger not in REASONED and "rejection_reasons" in cleaned:
        cleaned["rejection_reasons"] = []


class ConditionForm(forms.ModelForm[RuleCondition]):
    """A field condition whose value its operator can compare with."""

    def clean(self) -> dict[str, Any]:
        """Try the comparison before it is stored."""
        cleaned = super().clean() or self.cleaned_data
        if not self.errors and cleaned.get("value"):
            given = (cleaned["field"], cleaned["operator"], cleaned["value"])
            try:
                compile_condition(*given)
            except UnusableConditionError as error:
                self.add_error("value", str(error))
        return cleaned


class RowsInline(ScopedInline):
    """Rows of a postback in a section that is opened by those who need it.

    There is an empty row at once: without a script there is no «Add another».
    """

    extra = 1
    classes = ("collapse",)


class CustomEventInline(RowsInline):
    """Events the postback reacts to by their exact name (R23, R27)."""

    model = RuleCustomEvent
    verbose_name_plural = _(
        "Advanced: custom events, by the name the integration sends"
    )


class ConditionInline(RowsInline):
    """Fields that must compare as told."""

    model = RuleCondition
    form = ConditionForm
    verbose_name_plural = _("Field conditions: all must hold")


class WindowInline(RowsInline):
    """Hours of the week in which the postback sends."""

    model = RuleWindow
    verbose_name_plural = _("Sending hours: outside of them it waits")


class CapInline(RowsInline):
    """At most so many deliveries per period."""

    model = RuleCap
    verbose_name_plural = _("Caps: what comes over them is suppressed")


def inlines_of(trigger: str, *, is_staff: bool) -> list[Any]:
    """Return the rows a postback has; an affiliate's has no field conditions.

    They could ask for what an affiliate must not learn, such as the revenue.
    """
    found: list[Any] = [WindowInline, CapInline]
    if is_staff:
        found.insert(0, ConditionInline)
    if trigger in (TriggerKind.EVENT, TriggerKind.ATTRIBUTION):
        found.append(CustomEventInline)
    return found
