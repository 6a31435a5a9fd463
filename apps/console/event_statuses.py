"""The filter of the event log by what became of an event's postbacks (R206)."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.own_rules import of_own_rules
from apps.console.people import signed_in
from apps.core.adminkit.paging import ids_between, newest_of
from apps.deliveries.models import Delivery
from apps.deliveries.states import DeliveryKind, DeliveryState

NEWEST = 10_000
STATES: dict[str, tuple[DeliveryState, ...]] = {
    "failed": (DeliveryState.FAILED,),
    "held": (DeliveryState.HELD,),
    "waiting": (DeliveryState.PENDING, DeliveryState.SENDING, DeliveryState.RETRYING),
}
"""Few of all deliveries, and each with an index: they lead to their events."""


class StatusFilter(admin.SimpleListFilter):
    """Whether the postbacks of an event were sent. The last of the filters."""

    title = _("status")
    parameter_name = "sent"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [
            ("failed", gettext("Failed")),
            ("held", gettext("Held")),
            ("waiting", gettext("Waiting or retrying")),
            ("all", gettext("All sent")),
            ("none", gettext("No postback")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list without reading all of it."""
        asked, user = self.value(), signed_in(request)
        deliveries = Delivery.objects.visible_to(user).exclude(kind=DeliveryKind.TEST)
        if asked in STATES:
            found = of_own_rules(deliveries, user).filter(**_in_range(request))
            first, *others = (
                _events_of(found.filter(state=state)) for state in STATES[asked]
            )
            return queryset.filter(pk__in=first.union(*others, all=True))
        if asked not in ("all", "none"):
            return queryset
        own = deliveries.filter(event=OuterRef("pk"))
        if asked == "none":
            return newest_of(queryset).filter(~Exists(own))
        unsent = own.exclude(state=DeliveryState.DELIVERED)
        return newest_of(queryset).filter(Exists(own), ~Exists(unsent))


def _in_range(request: HttpRequest) -> dict[str, Any]:
    """Return which events are asked for, so that the newest are those of the range."""
    start, end = (request.GET.get(f"received_at__{name}", "") for name in ("gte", "lt"))
    return ids_between("event_id", start, end)


def _events_of(deliveries: QuerySet[Any]) -> QuerySet[Any]:
    found = deliveries.filter(event__isnull=False).order_by("-id")
    return found.values("event_id")[:NEWEST]
