"""What is the matter with a postback that can be saved all the same."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.actions import registry
from apps.actions.base import Action, Group
from apps.connections.models import ConnectionState
from apps.events.categories import EffectiveCategory
from apps.postbacks.models import PostbackRule, TriggerKind

IDENTIFYING = frozenset(
    (
        *("transaction_id", "partner_click_id", "lead_id", "order_id", "delivery_id"),
        *("conversion_id", "event_uid", "user_id", "device_id", "idfa", "gaid"),
        *("idfa_or_gaid", "uuid", "fbclid", "fbc", "gclid", "gbraid", "wbraid"),
        *("ttclid", "msclkid", "ga_client_id"),
    )
)
"""Any of these lets a receiver find out what a request is about."""
NAMED = ("lead:", "param:", "field:", "sub", "adv")
"""So begin macros whose value may be an id: whoever uses one may know."""


@dataclass(frozen=True, slots=True)
class RuleWarning:
    """A few words for a badge, and a sentence that says what to do."""

    badge: str
    text: str


def rule_warnings(rule: PostbackRule) -> list[RuleWarning]:
    """Return what is the matter with ``rule``; asks the database for nothing more.

    Needs its offer, goal and connection, and its custom events.
    """
    found = [*_of_trigger(rule), *_of_connection(rule)]
    try:
        action = registry.get(rule.action)
    except registry.UnknownActionError:
        return found
    return [*found, *_of_action(rule, action)]


def _of_trigger(rule: PostbackRule) -> Iterator[RuleWarning]:
    is_of_events = rule.trigger == TriggerKind.EVENT
    if is_of_events and not _has_events(rule):
        yield RuleWarning(
            _("never fires"),
            _(
                "It reacts to no event: choose a use case, categories, an event type "
                "or custom events."
            ),
        )
    offer = rule.offer
    if rule.goal is not None and offer is not None and not offer.enable_goals:
        yield RuleWarning(
            _("goal ignored"),
            _(
                "Its goal is kept but not asked for, because the goals of the offer "
                "are off. Switch them on at the offer."
            ),
        )


def _has_events(rule: PostbackRule) -> bool:
    has_custom_events = bool(rule.custom_events.all())
    return bool(rule.categories or rule.event_type_id or has_custom_events)


def _of_connection(rule: PostbackRule) -> Iterator[RuleWarning]:
    connection = rule.connection
    if connection is not None and connection.state != ConnectionState.OK:
        yield RuleWarning(
            _("connection down"),
            _(
                "Its connection is disabled, or the provider refused the credentials, "
                "so deliveries are held. Renew them at the connection, or choose "
                "another."
            ),
        )


def _of_action(rule: PostbackRule, action: Action) -> Iterator[RuleWarning]:
    names = action.macro_names(rule.settings)
    if action.group is Group.WEB and not any(map(_identifies, names)):
        yield RuleWarning(
            _("no click id"),
            _(
                "The receiver cannot tell which click it is about. Add "
                "{partner_click_id}, the receiver's own id, or {transaction_id}, ours."
            ),
        )
    if action.is_audience and set(rule.categories) - {EffectiveCategory.CONVERSIONS}:
        yield RuleWarning(
            _("more than conversions"),
            _(
                "For audiences Conversions alone are recommended: more categories send "
                "more data and may add noise."
            ),
        )


def _identifies(name: str) -> bool:
    return name in IDENTIFYING or name.startswith(NAMED)
