"""Named sets of event types that offers share; always live (R197)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.events.models import (
    EventType,
)
from apps.offers.models import (
    Offer,
)


class EventList(TimeStamped):
    """A set of event types; a change counts at once for every offer that uses it."""

    name = models.CharField(_("name"), max_length=120)
    description = models.CharField(_("description"), max_length=300, blank=True)
    event_types = models.ManyToManyField(
        EventType,
        through="EventListItem",
        related_name="event_lists",
        verbose_name=_("event types"),
    )
    offers = models.ManyToManyField(
        Offer,
        through="OfferEventList",
        related_name="event_lists",
        verbose_name=_("offers"),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event list")
        verbose_name_plural = _("event lists")
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="event_list_name_unique",
                violation_error_message=_("An event list of this name exists already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class EventListItem(models.Model):
    """An event type in a list."""

    event_list = models.ForeignKey(
        EventList, on_delete=models.CASCADE, verbose_name=_("event list")
    )
    event_type = models.ForeignKey(
        EventType, on_delete=models.CASCADE, verbose_name=_("event type")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event of a list")
        verbose_name_plural = _("events of a list")
        constraints = [
            models.UniqueConstraint(
                fields=["event_list", "event_type"],
                name="event_list_item_unique",
                violation_error_message=_("This event is in the list already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_list} / {self.event_type}"


class OfferEventList(models.Model):
    """A list attached to an offer."""

    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, verbose_name=_("offer"))
    event_list = models.ForeignKey(
        EventList, on_delete=models.CASCADE, verbose_name=_("event list")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer that uses a list")
        verbose_name_plural = _("offers that use a list")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "event_list"],
                name="offer_event_list_unique",
                violation_error_message=_(
                    "This list is attached to the offer already."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer} / {self.event_list}"
