"""Replays: many deliveries sent again, or planned for what already happened."""

from datetime import UTC, datetime
from typing import ClassVar

from django.conf import settings as django_settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.ids import uuid7
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.deliveries.states import DeliveryState, ReplayKind, ReplayState
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)


class Replay(TimeStamped):
    """A selection of deliveries to be sent again, or of events to be told.

    ``last_id`` is how far it came: whatever interrupts it, it goes on from there.
    """

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=ReplayKind.choices)
    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replays",
        verbose_name=_("postback"),
    )
    offer = models.ForeignKey(
        Offer,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("offer"),
    )
    destination = models.ForeignKey(
        "deliveries.Destination",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("destination"),
    )
    states = ArrayField(
        models.CharField(max_length=10, choices=DeliveryState.choices),
        default=list,
        blank=True,
        verbose_name=_("states"),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    uses_current = models.BooleanField(
        _("with the current configuration"),
        default=False,
        help_text=_("Otherwise each is sent as it was planned."),
    )
    per_minute = models.PositiveIntegerField(
        _("at most per minute"), null=True, blank=True, help_text=_("Empty: no limit.")
    )
    comment = models.CharField(_("comment"), max_length=300, blank=True)
    author = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("Empty: an API token."),
        verbose_name=_("author"),
    )
    state = models.CharField(
        _("state"), max_length=9, choices=ReplayState.choices, default=ReplayState.DRAFT
    )
    total = models.PositiveBigIntegerField(_("total"), default=0)
    last_id = models.UUIDField(_("last id"), null=True)
    examined = models.PositiveBigIntegerField(_("examined"), default=0)
    planned = models.PositiveBigIntegerField(_("planned"), default=0)
    skipped = models.PositiveBigIntegerField(_("skipped"), default=0)
    paced_until = models.DateTimeField(
        _("paced until"),
        null=True,
        help_text=_("Until when the limited rate is used up."),
    )
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("replay")
        verbose_name_plural = _("replays")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="replay_starts_before_it_ends",
                violation_error_message=_("The range ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(starts_at__gte=EARLIEST, ends_at__lt=LATEST),
                name="replay_range_is_of_our_time",
                violation_error_message=_("Choose times between 2000 and 2200."),
            ),
            models.CheckConstraint(
                condition=Q(kind=ReplayKind.RESEND) | Q(rule__isnull=False),
                name="replay_backfill_needs_a_rule",
                violation_error_message=_(
                    "Choose the postback to plan deliveries for."
                ),
            ),
            models.CheckConstraint(
                condition=Q(per_minute=None) | Q(per_minute__gte=1),
                name="replay_rate_at_least_one",
                violation_error_message=_("At least one per minute; or no limit."),
            ),
            models.CheckConstraint(
                condition=Q(state=ReplayState.DRAFT, started_at=None)
                | (~Q(state=ReplayState.DRAFT) & Q(started_at__isnull=False)),
                name="replay_started_unless_draft",
            ),
            models.CheckConstraint(
                condition=Q(
                    state__in=(ReplayState.DONE, ReplayState.CANCELLED),
                    finished_at__isnull=False,
                )
                | Q(
                    state__in=(
                        ReplayState.DRAFT,
                        ReplayState.RUNNING,
                        ReplayState.PAUSED,
                    ),
                    finished_at=None,
                ),
                name="replay_finished_when_over",
            ),
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(state__in=(ReplayState.RUNNING, ReplayState.PAUSED)),
                name="replay_one_at_a_time",
                violation_error_message=_("A replay of this postback is not over yet."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.rule or ''}".strip()
