"""What a delivery keeps while its provider has it and has not told the result."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.deliveries.states import MAY_BE_UNDERWAY


class MayBeUnderway(models.Model):
    """The ticket by which the provider is asked, and since when it has it (ADR 15)."""

    ticket = models.CharField(
        _("ticket"),
        max_length=100,
        blank=True,
        db_default="",
        help_text=_(
            "What the provider calls what it took, until it tells the result: "
            "the next attempt asks for it and sends nothing."
        ),
    )
    underway_since = models.DateTimeField(_("underway since"), null=True)

    class Meta:
        abstract = True


TICKET_OF_WHAT_IS_OPEN = models.CheckConstraint(
    condition=Q(ticket="", underway_since=None)
    | ~Q(ticket="")
    & Q(underway_since__isnull=False, attempts__gt=0, state__in=MAY_BE_UNDERWAY),
    name="delivery_ticket_of_what_is_open",
)
