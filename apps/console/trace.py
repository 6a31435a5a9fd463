"""The trace of one event: what it was, which rules reacted, what was sent (R202)."""

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.console.attribution_words import attribution_sections
from apps.console.delivery_words import OUTCOME_COLOURS, reason_in_words, state_badge
from apps.console.documents import as_text
from apps.console.personal import mask_for_event, masked_attempt
from apps.core.adminkit.pages import Section
from apps.core.adminkit.showing import NOTHING, link, moment, money
from apps.deliveries.attempt_log import load_attempts
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.states import DeliveryKind
from apps.postbacks.checks import OF_FIELD, Check
from apps.postbacks.explain import Explanation, changes_of, explain_event
from apps.postbacks.models import TriggerKind
from apps.tracking.models import Event
from apps.tracking.personal import Mask

Deliveries = dict[tuple[int, Any], Delivery]
"""By rule and trigger."""


def trace_sections(event: Event, user: User) -> list[Section]:
    """Return the facts of ``event``, its money and what it carried.

    Users of an affiliate see neither revenue nor the advertiser's own parameters.
    """
    is_staff = user.affiliate_id is None
    goal = event.goal if is_staff or not _is_private(event) else None
    facts = (
        (_("Received"), moment(event.received_at)),
        (_("Happened"), moment(event.occurred_at)),
        (_("Event"), event.display_name),
        (_("Category"), event.get_category_display()),
        (_("Transaction"), link(event.click, user, event.transaction_id))
        if event.click
        else (_("Transaction"), event.transaction_id),
        (_("Conversion"), link(event.conversion, user)),
        (_("Offer"), link(event.offer, user)),
        (
            _("Affiliate"),
            link(event.affiliate, user) if event.affiliate else _("organic"),
        ),
        (_("Goal"), goal.name if goal else NOTHING),
        (_("Source"), _source_of(event, is_staff)),
    )
    amounts = _amounts(event)
    if not is_staff:
        return [Section(_("Event"), facts), Section(_("Money"), tuple(amounts))]
    amounts.insert(1, (_("Revenue"), money(event.revenue, event.currency)))
    mask = mask_for_event(user, event)
    return [
        Section(_("Event"), facts),
        *attribution_sections(event, user),
        Section(_("Money"), tuple(amounts)),
        Section(_("Custom fields"), text=as_text(mask.document(event.fields))),
        Section(_("Parameters"), text=as_text(mask.document(event.params))),
    ]


def _amounts(event: Event) -> list[tuple[str, Any]]:
    """Return what everybody sees of the money."""
    return [
        (_("Sale"), money(event.sale_amount, event.sale_currency)),
        (_("Payout"), money(event.payout, event.currency)),
        (_("Payable"), _("yes") if event.is_payable else _("no")),
        (_("Order"), event.order_id or NOTHING),
    ]


def _source_of(event: Event, is_staff: bool) -> str:
    """Return the door it came in by, and for staff who triggered it."""
    source: str = event.get_source_display()
    if not event.triggered_by or not is_staff:
        return source
    by_whom = {"source": source, "name": event.triggered_by}
    return _("%(source)s by %(name)s") % by_whom


def trace(event: Event, user: User) -> dict[str, Any]:
    """Return the changes ``event`` caused and the verdict of every visible rule."""
    verdicts = [
        explanation
        for explanation in explain_event(event)
        if user.affiliate_id in (None, explanation.rule.owner_affiliate_id)
    ]
    deliveries = _deliveries(event, user)
    mask = mask_for_event(user, event)
    hides_goal = user.affiliate_id is not None and _is_private(event)
    rows = [
        _row(explanation, deliveries, user, hides_goal=hides_goal, mask=mask)
        for explanation in _of_its_kind(verdicts, deliveries)
    ]
    return {
        "changes": changes_of(event),
        "fired": [row for row in rows if row["has_fired"]],
        "not_fired": [row for row in rows if not row["has_fired"]],
    }


def _of_its_kind(
    verdicts: list[Explanation], deliveries: Deliveries
) -> list[Explanation]:
    """Leave out what cannot be: a rule on events asked about a conversion's change.

    Such a verdict stays where it led to a delivery, or is the one of its rule.
    """
    kept = [v for v in verdicts if _fits(v) or (v.rule.pk, v.trigger.id) in deliveries]
    known = {verdict.rule.pk for verdict in kept}
    return kept + [verdict for verdict in verdicts if verdict.rule.pk not in known]


def _fits(verdict: Explanation) -> bool:
    kind = verdict.revision.snapshot["trigger"]
    if verdict.trigger.fact or kind == TriggerKind.ATTRIBUTION:
        return bool(verdict.trigger.fact) and kind == TriggerKind.ATTRIBUTION
    is_for_events: bool = kind == TriggerKind.EVENT
    return is_for_events != verdict.trigger.is_conversion_change


def _is_private(event: Event) -> bool:
    return event.goal is not None and event.goal.is_private


def _deliveries(event: Event, user: User) -> Deliveries:
    visible = Delivery.objects.visible_to(user)
    found = list(visible.filter(event=event, kind=DeliveryKind.LIVE))
    load_attempts(found)
    return {(delivery.rule_id, delivery.trigger_id): delivery for delivery in found}


def _row(
    explanation: Explanation,
    deliveries: Deliveries,
    user: User,
    *,
    hides_goal: bool,
    mask: Mask,
) -> dict[str, Any]:
    delivery = deliveries.get((explanation.rule.pk, explanation.trigger.id))
    return {
        "explanation": explanation,
        "rule": explanation.rule,
        "checks": [
            check._replace(got=_("a private goal"))
            if hides_goal and check.name == "goal"
            else check
            for check in shown_checks(explanation, user, mask)
        ],
        # A rule that was paused automatically leads to a held delivery.
        "has_fired": explanation.verdict.fired or delivery is not None,
        "delivery": delivery,
        "state": state_badge(delivery) if delivery else "",
        "reason": mask.sentence(reason_in_words(delivery)) if delivery else "",
        "attempts": shown_attempts(delivery, mask) if delivery else [],
    }


def shown_checks(explanation: Explanation, user: User, mask: Mask) -> tuple[Check, ...]:
    """Return the checks; an affiliate learns of fields only whether they were met.

    Staff may have set them on the affiliate's postback, also on the revenue.
    """
    checks = explanation.verdict.checks
    if user.affiliate_id is None:
        return tuple(_masked(check, mask) for check in checks)
    return tuple(
        check._replace(
            wanted=_("as staff set it"), got=_("met") if check.ok else _("not met")
        )
        if check.name.startswith(OF_FIELD)
        else check
        for check in checks
    )


def _masked(check: Check, mask: Mask) -> Check:
    """Return ``check`` without the person whose field it looked at."""
    if not check.name.startswith(OF_FIELD):
        return check
    name = check.name.removeprefix(OF_FIELD).rpartition(":")[2]
    return check._replace(got=mask.document({name: str(check.got)})[name])


def shown_attempts(delivery: Delivery, mask: Mask) -> list[tuple[Attempt, str]]:
    """Return the attempts, prefetched in their order, each with its colour."""
    return [
        (masked_attempt(attempt, mask), OUTCOME_COLOURS.get(attempt.outcome, "off"))
        for attempt in delivery.attempt_log.all()
    ]
