"""What followed for a subject: periods of attribution, and the ledger of facts."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate
from apps.attribution.catalogue import FactKind
from apps.attribution.models.subjects import Subject
from apps.core.ids import uuid7
from apps.core.visibility import ScopedQuerySet
from apps.tracking.models import Click, Event


class Cause(models.TextChoices):
    """What opened a period."""

    FIRST = "first", _("First appearance")
    RE_ENGAGEMENT = "re_engagement", _("Re-engagement")
    RE_INSTALL = "re_install", _("Re-install")
    LAST_VISIT = "last_visit", _("Visit from another source")


class FactState(models.TextChoices):
    """What became of a fact."""

    ANNOUNCED = "announced", _("Announced")
    SUPPRESSED = "suppressed", _("Suppressed")
    RETRACTED = "retracted", _("Retracted")


class FactReason(models.TextChoices):
    """Why a fact was not announced."""

    SLOT_TAKEN = "slot_taken", _("One of its kind was announced before")
    ALREADY_ANNOUNCED = "already_announced", _("It was announced before")
    HISTORY = "history", _("It is history that was imported")


class Period(models.Model):
    """A time in which one source is told of CA facts.

    Superseded: a late event removed what opened it.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    subject = models.ForeignKey(
        Subject,
        on_delete=models.CASCADE,
        related_name="periods",
        db_index=False,
        verbose_name=_("subject"),
    )
    opened_by = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        related_name="opened_periods",
        db_index=False,
        # The story holds the event, and has an index to be found by when one goes.
        db_constraint=False,
        verbose_name=_("opened by"),
    )
    cause = models.CharField(_("cause"), max_length=13, choices=Cause.choices)
    started_at = models.DateTimeField(_("started at"))
    click = models.ForeignKey(
        Click,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("click"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        help_text=_("The source. Empty: organic."),
        verbose_name=_("affiliate"),
    )
    is_superseded = models.BooleanField(_("superseded"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "opened_by"], name="period_opened_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_cause_display()} {self.started_at:%Y-%m-%d}"


class Fact(models.Model):
    """A line of the ledger: what was told about a subject, or why it was not.

    What was announced stays, also once it is retracted: telling cannot be undone.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    subject = models.ForeignKey(
        Subject,
        on_delete=models.CASCADE,
        related_name="facts",
        db_index=False,
        # The period's own is checked; an event has up to eight facts.
        db_constraint=False,
        verbose_name=_("subject"),
    )
    kind = models.CharField(_("kind"), max_length=25, choices=FactKind.choices)
    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        related_name="facts",
        db_index=False,
        verbose_name=_("event"),
    )
    slot = models.CharField(
        _("slot"),
        max_length=36,
        help_text=_("Once in a lifetime, per period (what opened it) or per event."),
    )
    period = models.ForeignKey(
        Period,
        on_delete=models.PROTECT,
        related_name="facts",
        db_index=False,
        # Written with it, removed with it.
        db_constraint=False,
        verbose_name=_("period"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        related_name="facts",
        db_index=False,
        db_constraint=False,
        help_text=_("The source it is told to. Empty: organic."),
        verbose_name=_("affiliate"),
    )
    state = models.CharField(_("state"), max_length=10, choices=FactState.choices)
    reason = models.CharField(
        _("reason"), max_length=20, choices=FactReason.choices, blank=True
    )
    decided_at = models.DateTimeField(_("decided at"))
    retracted_by = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        null=True,
        related_name="retracted_facts",
        db_index=False,
        db_constraint=False,
        help_text=_("The late event that made it untrue."),
        verbose_name=_("retracted by"),
    )
    retraction_id = models.UUIDField(
        _("retraction id"),
        null=True,
        help_text=_("What postbacks that listen to «delete» are told about."),
    )
    retracted_at = models.DateTimeField(_("retracted at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "slot"],
                condition=~Q(reason=FactReason.SLOT_TAKEN),
                name="fact_once_per_slot",
            ),
            models.UniqueConstraint(
                fields=["subject", "kind", "event"],
                condition=~Q(
                    reason__in=(FactReason.SLOT_TAKEN, FactReason.ALREADY_ANNOUNCED)
                ),
                name="fact_once_per_event",
            ),
            models.UniqueConstraint(
                # Also finds the facts of an event.
                fields=["event", "subject", "kind", "slot"],
                name="fact_known_once",
            ),
            models.CheckConstraint(
                condition=Q(state=FactState.SUPPRESSED) & ~Q(reason="")
                | ~Q(state=FactState.SUPPRESSED) & Q(reason=""),
                name="fact_suppressed_for_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=FactState.RETRACTED)
                | Q(
                    retracted_by__isnull=False,
                    retraction_id__isnull=False,
                    retracted_at__isnull=False,
                ),
                name="fact_retracted_by_an_event",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=FactKind.values), name="fact_kind_is_known"
            ),
        ]
        indexes = [
            # The trace of a retraction that was told.
            models.Index(
                fields=["retraction_id"],
                condition=Q(retraction_id__isnull=False),
                name="fact_by_retraction",
            ),
            # Simulations and the reconciliation: what was decided lately.
            BrinIndex(fields=["decided_at"], autosummarize=True, name="fact_by_time"),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()
