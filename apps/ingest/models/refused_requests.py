"""What was not accepted, and why."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.ids import uuid7
from apps.core.visibility import ScopedQuerySet
from apps.offers.models import (
    Offer,
)
from apps.tracking.models import (
    Event,
)


class Result(models.TextChoices):
    """What became of an inbound request (DESIGN §5)."""

    ACCEPTED = "accepted", _("Accepted")
    DUPLICATE = "duplicate", _("Duplicate")
    REFUSED = "refused", _("Refused")


class RefusedRequest(models.Model):
    """An inbound request that was refused or was a duplicate, with the reason.

    Query, body and headers are stored redacted: no token, no secret.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    received_at = models.DateTimeField(_("received at"))
    result = models.CharField(_("result"), max_length=10, choices=Result.choices)
    reason = models.CharField(_("reason"), max_length=80)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    method = models.CharField(_("method"), max_length=8)
    path = models.CharField(_("path"), max_length=500)
    fields = models.JSONField(_("fields"), default=dict)
    headers = models.JSONField(_("headers"), default=dict)
    remote_address = models.GenericIPAddressField(_("remote address"), null=True)
    token_prefix = models.CharField(_("token prefix"), max_length=8, blank=True)
    offer = models.ForeignKey(
        Offer,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("offer"),
    )
    event_name = models.CharField(_("event name"), max_length=200, blank=True)
    transaction_id = models.CharField(_("transaction id"), max_length=64, blank=True)
    first_event = models.ForeignKey(
        Event,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        db_index=False,
        help_text=_("The event that a duplicate repeats."),
        verbose_name=_("first event"),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("refused request")
        verbose_name_plural = _("refused requests")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(result__in=(Result.REFUSED, Result.DUPLICATE)),
                name="refused_request_was_not_accepted",
            ),
        ]
        indexes = [
            # The list, filtered by result, reason or offer, newest first.
            models.Index(fields=["result", "id"], name="refused_by_result"),
            models.Index(fields=["reason", "id"], name="refused_by_reason"),
            models.Index(fields=["offer", "id"], name="refused_of_offer"),
            models.Index(fields=["transaction_id"], name="refused_by_transaction"),
            BrinIndex(fields=["received_at"], name="refused_by_time"),
            # The duplicates of an event that goes.
            models.Index(
                fields=["first_event"],
                condition=models.Q(first_event__isnull=False),
                name="refused_by_first_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason} {self.transaction_id}".strip()
