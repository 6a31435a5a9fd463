"""The durable units of work."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate
from apps.core.ids import uuid7
from apps.core.visibility import ScopedQuerySet
from apps.deliveries.models.destinations import Destination
from apps.deliveries.models.replays import Replay
from apps.deliveries.models.underway import TICKET_OF_WHAT_IS_OPEN, MayBeUnderway
from apps.deliveries.states import (
    EXHAUSTED,
    RARE_STATES,
    TERMINAL_STATES,
    AttemptOutcome,
    DeliveryKind,
    DeliveryState,
    TriggerType,
)
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, RuleRevision
from apps.tracking.models import Click, Conversion, Event


class Delivery(MayBeUnderway):
    """One rule told of one trigger. Its id sorts by the time it was planned."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,
        verbose_name=_("postback"),
    )
    revision = models.ForeignKey(
        RuleRevision,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,
        verbose_name=_("revision"),
    )
    trigger_type = models.CharField(
        _("trigger type"), max_length=20, choices=TriggerType.choices
    )
    trigger_id = models.UUIDField(_("trigger id"))
    kind = models.CharField(
        _("kind"), max_length=6, choices=DeliveryKind.choices, default=DeliveryKind.LIVE
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        null=True,
        related_name="deliveries",
        verbose_name=_("event"),
    )
    conversion = models.ForeignKey(
        Conversion,
        on_delete=models.PROTECT,
        null=True,
        related_name="deliveries",
        db_index=False,
        verbose_name=_("conversion"),
    )
    click = models.ForeignKey(
        Click,
        on_delete=models.PROTECT,
        null=True,
        related_name="deliveries",
        db_index=False,
        # Its event or touch keeps the click, and has an index to be found by.
        db_constraint=False,
        verbose_name=_("click"),
    )
    offer = models.ForeignKey(
        Offer,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,
        verbose_name=_("offer"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        related_name="deliveries",
        db_index=False,
        verbose_name=_("affiliate"),
    )
    destination = models.ForeignKey(
        Destination,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,
        verbose_name=_("destination"),
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=DeliveryState.choices,
        default=DeliveryState.PENDING,
    )
    reason = models.CharField(
        _("reason"),
        max_length=40,
        blank=True,
        help_text=_("Why it is held or suppressed, as a code."),
    )
    order_key = models.CharField(
        _("order key"),
        max_length=255,
        blank=True,
        db_default="",
        help_text=_("Of a rule that keeps the order: its transaction."),
    )
    replay = models.ForeignKey(
        Replay,
        on_delete=models.PROTECT,
        null=True,
        related_name="deliveries",
        db_index=False,
        help_text=_("The replay that planned it or had it sent again last."),
        verbose_name=_("replay"),
    )
    attempts = models.PositiveIntegerField(_("number of attempts"), default=0)
    attempts_before = models.PositiveIntegerField(
        _("attempts before"),
        default=0,
        db_default=0,
        help_text=_(
            "Attempts made when it was sent again last: its retries begin anew."
        ),
    )
    due_at = models.DateTimeField(_("due at"))
    lease_until = models.DateTimeField(_("lease until"), null=True)
    lease_token = models.UUIDField(_("lease token"), null=True)
    outcome = models.CharField(_("last outcome"), max_length=10, blank=True)
    response_status = models.PositiveSmallIntegerField(_("response code"), null=True)
    message = models.CharField(_("message"), max_length=500, blank=True)
    created_at = models.DateTimeField(_("created at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["trigger_id", "rule"],
                condition=Q(kind__in=(DeliveryKind.LIVE, DeliveryKind.REPLAY)),
                name="delivery_one_live_per_rule_and_trigger",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=DeliveryState.SENDING,
                    lease_until__isnull=False,
                    lease_token__isnull=False,
                )
                | (
                    ~Q(state=DeliveryState.SENDING)
                    & Q(lease_until=None, lease_token=None)
                ),
                name="delivery_lease_only_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=TERMINAL_STATES, finished_at__isnull=False)
                | (~Q(state__in=TERMINAL_STATES) & Q(finished_at=None)),
                name="delivery_finished_when_terminal",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(DeliveryState.HELD, DeliveryState.SUPPRESSED))
                | ~Q(reason=""),
                name="delivery_held_or_suppressed_has_a_reason",
            ),
            TICKET_OF_WHAT_IS_OPEN,
        ]
        indexes = [
            # Claiming, destination by destination: first attempts, then retries.
            models.Index(
                fields=["destination", "due_at"],
                condition=Q(state=DeliveryState.PENDING),
                name="delivery_pending_lane",
            ),
            models.Index(
                fields=["destination", "due_at"],
                condition=Q(state=DeliveryState.RETRYING),
                name="delivery_retrying_lane",
            ),
            # What is held or waits, of one rule or destination: to be released.
            models.Index(
                fields=["rule", "destination"],
                condition=Q(state=DeliveryState.HELD),
                name="delivery_held",
            ),
            # The order guard: is an earlier one of the transaction unfinished?
            models.Index(
                fields=["rule", "order_key", "id"],
                condition=Q(finished_at=None) & ~Q(order_key=""),
                name="delivery_order",
            ),
            # The deliveries of one replay, to pause and to count them.
            models.Index(
                fields=["replay", "state"],
                condition=Q(replay__isnull=False),
                name="delivery_by_replay",
            ),
            # The sweep: leases of workers that died.
            models.Index(
                fields=["lease_until"],
                condition=Q(state=DeliveryState.SENDING),
                name="delivery_lease",
            ),
            # The list of one state that few are in, newest first; and their events.
            models.Index(
                fields=["state", "id"],
                include=["event"],
                condition=Q(state__in=RARE_STATES),
                name="delivery_rare",
            ),
            # The same of one rule, which is how an affiliate sees it.
            models.Index(
                fields=["rule", "state", "id"],
                include=["event"],
                condition=Q(state__in=RARE_STATES),
                name="delivery_rare_of_rule",
            ),
            # The list of tests and replays, newest first.
            models.Index(
                fields=["kind", "id"],
                condition=~Q(kind=DeliveryKind.LIVE),
                name="delivery_not_live",
            ),
            # Alerts: what a rule gave up lately, after all retries.
            models.Index(
                fields=["rule", "finished_at"],
                condition=Q(state=DeliveryState.FAILED, outcome__in=EXHAUSTED),
                name="delivery_exhausted",
            ),
            # The tests of a trigger: to erase what they stored.
            models.Index(
                fields=["trigger_id"],
                condition=Q(kind=DeliveryKind.TEST),
                name="delivery_test_of_trigger",
            ),
            # The reconciliation: what ended lately, of whichever hour.
            BrinIndex(
                fields=["finished_at"], autosummarize=True, name="delivery_by_end"
            ),
            # What must never be, see ``invariants``: empty.
            models.Index(
                fields=["id"],
                condition=Q(
                    state__in=(DeliveryState.DELIVERED, DeliveryState.FAILED),
                    attempts=0,
                )
                & ~Q(reason="marked"),
                name="delivery_never_tried",
            ),
            # Alerts: what was refused lately, of rules that must lose nothing.
            models.Index(
                fields=["rule", "finished_at"],
                condition=Q(
                    state=DeliveryState.FAILED, outcome=AttemptOutcome.PERMANENT
                ),
                name="delivery_refused",
            ),
            # The log of one rule, newest first.
            models.Index(fields=["rule", "id"], name="delivery_by_rule"),
            # The lists of an offer and of a destination that has few of them.
            models.Index(fields=["offer", "id"], name="delivery_of_offer"),
            models.Index(fields=["destination", "id"], name="delivery_to_destination"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
