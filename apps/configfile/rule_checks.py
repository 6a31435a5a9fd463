"""What the form of a postback checks across its fields, for one of a file."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from apps.accounts.models import Affiliate, User
from apps.actions.base import Action, Group
from apps.actions.fields import ListNameField
from apps.actions.list_forms import REMOVE
from apps.actions.presets import PRESET_ACTION, left_in
from apps.connections.models import Connection
from apps.goals.models import Goal
from apps.offers.models import Offer
from apps.postbacks.comparing import UnusableConditionError, compile_condition
from apps.postbacks.fact_demands import fact_errors
from apps.postbacks.models import USE_CASE_CATEGORIES, TriggerKind
from apps.postbacks.staff_macros import staff_macros_in

MAY_REMOVE = "postbacks.can_remove_suppression"
LONGEST_RETRY_SECONDS = 7 * 86_400
NAMED_EVENTS = (TriggerKind.EVENT, TriggerKind.ATTRIBUTION)
"""The triggers that custom events belong to."""

Found = Iterator[tuple[str, str]]
"""Places of values and what is wrong with them."""


class Around(NamedTuple):
    """What a postback refers to, and its settings as they will be kept."""

    values: Mapping[str, Any]
    settings: Mapping[str, Any]
    action: Action
    offer: Offer | None
    owner: Affiliate | None
    is_on_offer: bool
    connection: Connection | None
    goal: Goal | None
    author: User
    value_lists: frozenset[str]


def rule_problems(rule: Around) -> Found:
    """Yield all that is wrong with a postback that is to fire."""
    yield from _of_trigger(rule)
    yield from _of_conditions(rule)
    yield from _of_connection(rule)
    yield from _of_settings(rule)
    if rule.owner is not None:
        yield from _of_owner(rule, rule.owner)


def _of_trigger(rule: Around) -> Found:
    values = rule.values
    facts = {name: values[name] for name in ("facts", "subject_kind")}
    if values["trigger"] == TriggerKind.ATTRIBUTION:
        yield from fact_errors(values["trigger"], facts, rule.offer)
    use_case = values["use_case"]
    preset = [str(one) for one in USE_CASE_CATEGORIES.get(use_case, ())]
    if use_case and set(values["categories"]) != set(preset):
        words = _("«%(use_case)s» stands for: %(names)s. Write these, or no use case.")
        yield (
            "use_case",
            words % {"use_case": use_case, "names": ", ".join(preset)},
        )
    if values["custom_events"] and values["trigger"] not in NAMED_EVENTS:
        yield (
            "custom_events",
            _("They belong to the triggers event and attribution. Take them out."),
        )


def _of_conditions(rule: Around) -> Found:
    values = rule.values
    for number, one in enumerate(values["conditions"], start=1):
        try:
            compile_condition(one["field"], one["operator"], one["value"])
        except (UnusableConditionError, KeyError) as error:
            yield f"conditions[{number}].value", str(error)
    if values["schedule_timezone"] not in _zones():
        words = _("There is no time zone «%(name)s». Write one such as Europe/Kyiv.")
        yield "schedule_timezone", words % {"name": values["schedule_timezone"]}
    for number, seconds in enumerate(values["retry_delays"] or (), start=1):
        if not 1 <= seconds <= LONGEST_RETRY_SECONDS:
            text = _("Write seconds, at least 1 and at most 604800 (7 days).")
            yield f"retry_delays[{number}]", text


def _of_connection(rule: Around) -> Found:
    if rule.connection is not None and rule.connection.kind != rule.action.kind:
        words = _("«%(name)s» is a connection of «%(kind)s», not of «%(action)s».")
        yield (
            "connection",
            words
            % {
                "name": rule.connection.name,
                "kind": rule.connection.kind,
                "action": rule.action.kind,
            },
        )
    is_needed = rule.action.uses_connection() and rule.action.needs_connection(
        rule.settings
    )
    if is_needed and not rule.values["connection"]:
        yield "connection", _("This action needs a connection.")


def _of_settings(rule: Around) -> Found:
    is_list = rule.action.group is Group.LISTS
    is_removal = is_list and rule.settings.get("operation") == REMOVE
    if is_removal and not rule.author.has_perm(MAY_REMOVE):
        text = _("You may not take anybody off a list. Ask an account manager.")
        yield "settings.operation", text
    for name, declared in rule.action.RuleForm.base_fields.items():
        value = rule.settings.get(name)
        is_list_name = isinstance(declared, ListNameField) and value
        if is_list_name and value not in rule.value_lists:
            words = _("There is no value list «%(name)s». Correct the reference.")
            yield f"settings.{name}", words % {"name": value}
        if rule.action.kind == PRESET_ACTION and (left := left_in(str(value or ""))):
            words = _("Replace %(words)s: it is a placeholder for what is your own.")
            yield f"settings.{name}", words % {"words": ", ".join(left)}


def _of_owner(rule: Around, owner: Affiliate) -> Found:
    """Yield what the postback of an affiliate must not have (ADR 0013)."""
    if not rule.action.is_for_affiliates:
        yield "action", _("It is not for postbacks of affiliates.")
    if rule.values["affiliate"] != owner.name:
        words = _("A postback of an affiliate is about it alone: write «%(name)s».")
        yield "affiliate", words % {"name": owner.name}
    if rule.values["conditions"]:
        yield "conditions", _("Postbacks of affiliates have none. Take them out.")
    if rule.goal is not None and rule.goal.is_private:
        yield "goal", _("It is private: affiliates must not know of it.")
    if rule.offer is not None and not rule.is_on_offer:
        words = _("«%(owner)s» is not on the offer «%(offer)s». Put it there first.")
        yield "offer", words % {"owner": owner.name, "offer": rule.offer.name}
    for name, value in rule.settings.items():
        for macro in sorted(staff_macros_in(value)):
            words = _("%(macro)s is not for postbacks of affiliates. Take it out.")
            yield f"settings.{name}", words % {"macro": f"{{{macro}}}"}


@cache
def _zones() -> frozenset[str]:
    """Return the time zones there are; asking reads a folder of hundreds of files."""
    return frozenset(available_timezones())
