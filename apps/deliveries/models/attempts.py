"""Every try of a delivery."""

from typing import ClassVar

from django.db import models
from django.db.models import Value
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.visibility import ScopedQuerySet
from apps.deliveries.models.deliveries import Delivery
from apps.deliveries.states import AttemptOutcome


class Attempt(models.Model):
    """One try of a delivery, with the request and the answer as they went.

    The table is partitioned by the day of ``started_at`` (ADR 16), so the database
    cannot hold (delivery, number) unique by itself: only the holder of the delivery's
    lease stores an attempt, and each claim counts ``attempts`` up (``recording``).
    """

    AFFILIATE_PATH: ClassVar = "delivery__rule__owner_affiliate"

    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.PROTECT,
        related_name="attempt_log",
        db_index=False,
        # Stored with the update of its delivery; dropping a day must not lock that.
        db_constraint=False,
        verbose_name=_("delivery"),
    )
    number = models.PositiveIntegerField(_("number"))
    started_at = models.DateTimeField(_("started at"))
    duration_ms = models.PositiveIntegerField(_("duration ms"), default=0)
    outcome = models.CharField(
        _("outcome"), max_length=10, choices=AttemptOutcome.choices
    )
    code = models.CharField(_("code"), max_length=60, blank=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    request = models.JSONField(_("request"), null=True)
    response_status = models.PositiveSmallIntegerField(_("response status"), null=True)
    response_headers = models.JSONField(_("response headers"), default=dict)
    response_body = models.TextField(_("response body"), blank=True)
    is_truncated = models.BooleanField(_("is truncated"), default=False)
    findings = models.JSONField(
        _("findings"),
        default=dict,
        # Workers of the version before this column go on recording during a release.
        db_default=Value({}, models.JSONField()),
        help_text=_("What the provider told that people may look for, by name."),
    )
    address = models.CharField(_("address"), max_length=45, blank=True)
    worker = models.CharField(
        _("worker"),
        max_length=200,
        blank=True,
        help_text=_("Host and process that made it."),
    )
    revision_number = models.PositiveIntegerField(
        _("revision"), null=True, help_text=_("The postback's revision that was sent.")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "number", "started_at"],
                name="attempt_number_unique",
            ),
        ]

    def __str__(self) -> str:
        return gettext("Attempt %(number)d") % {"number": self.number}
