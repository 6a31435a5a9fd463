"""Every name that was received, whether it is defined or not."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.visibility import ScopedQuerySet
from apps.events.models.vocabulary import EVENT_NAME_MAX_LENGTH
from apps.offers.models import Offer


class SeenEventName(models.Model):
    """How often an offer received an event name, whether it is defined or not."""

    offer = models.ForeignKey(
        Offer,
        on_delete=models.CASCADE,
        related_name="seen_names",
        verbose_name=_("offer"),
    )
    name = models.CharField(_("name"), max_length=EVENT_NAME_MAX_LENGTH)
    first_at = models.DateTimeField(_("first at"))
    last_at = models.DateTimeField(_("last at"))
    accepted_count = models.PositiveBigIntegerField(_("accepted count"), default=0)
    filtered_count = models.PositiveBigIntegerField(_("filtered count"), default=0)
    refused_count = models.PositiveBigIntegerField(_("refused count"), default=0)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("seen event name")
        verbose_name_plural = _("seen event names")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "name"], name="seen_event_name_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name
