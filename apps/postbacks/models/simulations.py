"""What a rule would have done over a range of time."""

from typing import ClassVar

from django.conf import settings as django_settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.postbacks.models.parts import RuleRevision
from apps.postbacks.models.rules import PostbackRule


class SimulationState(models.TextChoices):
    """How far it is."""

    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


class Simulation(TimeStamped):
    """A revision of a rule tried on what happened; nothing is sent.

    ``last_id`` is how far it came: whatever interrupts it, it goes on from there and
    counts nothing twice.
    """

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.CASCADE,
        related_name="simulations",
        verbose_name=_("rule"),
    )
    revision = models.ForeignKey(
        RuleRevision,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("revision"),
    )
    author = models.ForeignKey(
        django_settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("author"),
    )
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=SimulationState.choices,
        default=SimulationState.RUNNING,
    )
    last_id = models.UUIDField(_("last id"), null=True)
    examined = models.PositiveBigIntegerField(_("examined"), default=0)
    fired = models.PositiveBigIntegerField(_("fired"), default=0)
    suppressed = models.PositiveBigIntegerField(_("suppressed"), default=0)
    per_day = models.JSONField(_("per day"), default=dict)
    samples = models.JSONField(_("samples"), default=list)
    cap_counts = models.JSONField(_("cap counts"), default=dict)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("simulation")
        verbose_name_plural = _("simulations")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")),
                name="simulation_starts_before_it_ends",
                violation_error_message=_("The range ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=SimulationState.values),
                name="simulation_state_is_known",
            ),
            models.UniqueConstraint(
                fields=["rule"],
                condition=Q(state="running"),
                name="simulation_one_at_a_time",
                violation_error_message=_("A simulation of this postback is running."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.starts_at:%Y-%m-%d} to {self.ends_at:%Y-%m-%d}"
