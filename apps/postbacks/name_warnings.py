"""Custom events that a postback waits for in vain, and why (R33 to R35)."""

import difflib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import QuerySet, Sum
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.events.models import SeenEventName
from apps.offers.models import OfferAffiliate
from apps.postbacks.models import PostbackRule

IN_STYLE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
NEAR_NAMES_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class NameWarning:
    """A custom event's name and what is the matter with it."""

    name: str
    cause: str


@dataclass(frozen=True, slots=True)
class _Seen:
    """How often a name was received, on the rule's offer or on any."""

    accepted: int
    filtered: int
    refused: int


def unheard_names(rules: Iterable[PostbackRule]) -> dict[int, list[str]]:
    """Return by rule the custom events that were never accepted; two queries at most.

    Needs the custom events of ``rules``. A rule without an offer hears all offers.
    """
    rules = list(rules)
    names = {event.name for rule in rules for event in rule.custom_events.all()}
    if not names:
        return {}
    heard: Mapping[int | None, set[str]] = _accepted(names, rules)
    found = {
        rule.pk: [
            event.name
            for event in rule.custom_events.all()
            if event.name not in heard[rule.offer_id]
        ]
        for rule in rules
    }
    return {pk: missing for pk, missing in found.items() if missing}


def _accepted(
    names: set[str], rules: list[PostbackRule]
) -> Mapping[int | None, set[str]]:
    seen = SeenEventName.objects.filter(name__in=names, accepted_count__gt=0)
    offers = {rule.offer_id for rule in rules if rule.offer_id is not None}
    heard: dict[int | None, set[str]] = defaultdict(set)
    for offer_id, name in seen.filter(offer_id__in=offers).values_list(
        "offer_id", "name"
    ):
        heard[offer_id].add(name)
    if any(rule.offer_id is None for rule in rules):
        heard[None] = set(seen.values_list("name", flat=True).distinct())
    return heard


def name_warnings(rule: PostbackRule) -> list[NameWarning]:
    """Return what is the matter with each custom event of ``rule``, with the cause."""
    unheard = unheard_names([rule]).get(rule.pk, [])
    seen = _seen(rule, unheard)
    known = _recent_names(rule) if unheard else []
    found = [NameWarning(name, _cause(name, seen.get(name), known)) for name in unheard]
    return found + [
        NameWarning(
            event.name,
            _(
                "Names are usually lowercase with underscores, like signup_complete. "
                "It must be exactly what the integration sends."
            ),
        )
        for event in rule.custom_events.all()
        if not IN_STYLE.fullmatch(event.name)
    ]


def _heard_by(rule: PostbackRule) -> QuerySet[SeenEventName]:
    """Return the names of the rule's offer, or of all that its owner may know of."""
    if rule.offer_id is not None:
        return SeenEventName.objects.filter(offer=rule.offer_id)
    if rule.owner_affiliate_id is None:
        return SeenEventName.objects.all()
    return SeenEventName.objects.filter(
        offer__in=OfferAffiliate.objects.filter(
            affiliate=rule.owner_affiliate_id
        ).values("offer")
    )


def _seen(rule: PostbackRule, names: list[str]) -> dict[str, _Seen]:
    sums = (
        _heard_by(rule)
        .filter(name__in=names)
        .values("name")
        .annotate(
            accepted=Sum("accepted_count"),
            filtered=Sum("filtered_count"),
            refused=Sum("refused_count"),
        )
    )
    return {
        row["name"]: _Seen(row["accepted"], row["filtered"], row["refused"])
        for row in sums
    }


def _recent_names(rule: PostbackRule) -> list[str]:
    rows = _heard_by(rule).order_by("-last_at")
    return list(rows.values_list("name", flat=True)[:NEAR_NAMES_LOOKED_AT])


def _cause(name: str, seen: _Seen | None, known: list[str]) -> str:
    if seen is not None and seen.filtered:
        words = ngettext(
            "Received %(count)d times, each time filtered by a limit of the offer.",
            "Received %(count)d times, each time filtered by a limit of the offer.",
            seen.filtered,
        )
        return words % {"count": seen.filtered}
    if seen is not None and seen.refused:
        words = ngettext(
            "Received %(count)d times, each time refused. The refused requests say "
            "why.",
            "Received %(count)d times, each time refused. The refused requests say "
            "why.",
            seen.refused,
        )
        return words % {"count": seen.refused}
    near = _near(name, known)
    if near:
        words = _(
            "Never received, but «%(name)s» was. Names match exactly, capital letters "
            "too."
        )
        return words % {"name": near}
    return _(
        "Never received: the integration does not send it yet, or under another name."
    )


def _near(name: str, known: list[str]) -> str:
    folded = {one.casefold(): one for one in known if one != name}
    same = folded.get(name.casefold())
    close = difflib.get_close_matches(name, [k for k in known if k != name], n=1)
    return same or (close[0] if close else "")
