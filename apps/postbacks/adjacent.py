"""How many other rules would run at the same time as a rule."""

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from apps.postbacks.models import PostbackRule, RuleStatus


def with_adjacent_count(
    rules: "QuerySet[PostbackRule]", among: "QuerySet[PostbackRule]"
) -> "QuerySet[PostbackRule]":
    """Annotate ``rules`` with ``adjacent``: active ones on the same trigger.

    They are on the same offer or on all, for the same affiliate or for any, and, of
    events, share a category or the event type. ``among`` are those that may be known.
    """
    same_events = (
        ~Q(trigger="event")
        | Q(event_type=OuterRef("event_type"))
        | Q(categories__overlap=OuterRef("categories"))
    )
    others = (
        among.filter(
            trigger=OuterRef("trigger"), status=RuleStatus.ACTIVE, archived_at=None
        )
        .filter(Q(offer=OuterRef("offer")) | Q(offer=None))
        .filter(Q(affiliate=OuterRef("affiliate")) | Q(affiliate=None))
        .filter(same_events)
        .exclude(pk=OuterRef("pk"))
        .order_by()
        .annotate(all=Value(1))
        .values("all")
        .annotate(number=Count("pk"))
        .values("number")
    )
    return rules.annotate(adjacent=Coalesce(Subquery(others), 0))
