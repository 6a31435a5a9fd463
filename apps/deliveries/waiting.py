"""Why a delivery that is due has not gone, in a sentence for people."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.deliveries.models import Delivery, Destination
from apps.deliveries.states import BreakerState, DeliveryState, DestinationState

WAITING = (DeliveryState.PENDING, DeliveryState.RETRYING)


def why_it_waits(delivery: Delivery, now: datetime) -> str:
    """Return what a due delivery waits for, "" when only for a free worker."""
    if delivery.state not in WAITING or delivery.due_at > now:
        return ""
    return _for_the_earlier(delivery) or _for_the_destination(delivery.destination)


def _for_the_earlier(delivery: Delivery) -> str:
    if not delivery.order_key:
        return ""
    earlier = (
        Delivery.objects.filter(
            rule=delivery.rule_id,
            order_key=delivery.order_key,
            finished_at=None,
            pk__lt=delivery.pk,
        )
        .order_by("pk")
        .first()
    )
    if earlier is None:
        return ""
    words = _(
        "The postback keeps the order: delivery %(id)s of the same transaction is "
        "%(state)s."
    )
    return words % {"id": earlier.pk, "state": earlier.get_state_display().lower()}


def _for_the_destination(destination: Destination) -> str:
    if destination.state == DestinationState.PAUSED:
        return _("The destination is paused.")
    if destination.breaker != BreakerState.CLOSED and destination.retry_at:
        at = date_format(localtime(destination.retry_at), "H:i:s")
        words = ngettext(
            "The destination failed %(count)d times in a row. One request tries it at "
            "%(at)s.",
            "The destination failed %(count)d times in a row. One request tries it at "
            "%(at)s.",
            destination.failures,
        )
        return words % {"count": destination.failures, "at": at}
    if destination.rate_per_second is not None:
        words = _("At most %(rate)s a second go to its destination.")
        return words % {"rate": f"{destination.rate_per_second:g}"}
    if destination.maximum_concurrency is not None:
        words = _("At most %(count)d at a time go there.")
        return words % {"count": destination.maximum_concurrency}
    return ""
