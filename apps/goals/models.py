"""Named milestones of an offer."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.offers.models import (
    Offer,
)


class GoalStatus(models.TextChoices):
    """Goals are archived, never deleted: rules remember them (R108)."""

    ACTIVE = "active", _("Active")
    ARCHIVED = "archived", _("Archived")


class Goal(TimeStamped):
    """A payable milestone of one offer, used as a condition of postbacks."""

    AFFILIATE_PATH: ClassVar = "offer__offer_affiliates__affiliate"
    AFFILIATE_CONDITIONS: ClassVar = {
        "offer__offer_affiliates__status": "active",
        "is_private": False,
    }

    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="goals", verbose_name=_("offer")
    )
    name = models.CharField(_("name"), max_length=80)
    alias = models.CharField(
        _("alias"),
        max_length=80,
        blank=True,
        help_text=_("The value senders put into «goal», if it is not the name."),
    )
    ref = models.CharField(
        _("reference"),
        max_length=120,
        blank=True,
        help_text=_("A fixed value for the macro {goal_ref}."),
    )
    is_private = models.BooleanField(
        _("is private"), default=False, help_text=_("Hidden from users of affiliates.")
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=GoalStatus.choices,
        default=GoalStatus.ACTIVE,
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("goal")
        verbose_name_plural = _("goals")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "name"],
                name="goal_name_unique_per_offer",
                violation_error_message=_("This offer has a goal of this name."),
            ),
            models.UniqueConstraint(
                fields=["offer", "alias"],
                condition=~Q(alias=""),
                name="goal_alias_unique_per_offer",
                violation_error_message=_("This offer has a goal with this alias."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer} / {self.name}"
