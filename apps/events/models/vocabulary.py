"""The vocabulary of events, whose names senders report."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.core.models import TimeStamped
from apps.core.visibility import PUBLIC, ScopedQuerySet
from apps.events.categories import NO_ACTIVITY, Category, RepeatPolicy, StandardKind

EVENT_NAME_MAX_LENGTH = 200


class EventType(TimeStamped):
    """An entry of the organization's vocabulary; its id is the public ``event_id``."""

    AFFILIATE_PATH: ClassVar = PUBLIC

    name = models.CharField(
        _("name"),
        max_length=100,
        help_text=_(
            "Exactly what senders report, case included. Short, lower case, "
            "underscores: sale, sign_up."
        ),
    )
    aliases = ArrayField(
        models.CharField(max_length=100),
        verbose_name=_("former names"),
        default=list,
        blank=True,
        help_text=_("Names that are still accepted, separated by commas."),
    )
    description = models.CharField(_("description"), max_length=300, blank=True)
    category = models.CharField(
        _("category"),
        max_length=15,
        choices=Category.choices,
        default=Category.UNCATEGORIZED,
    )
    is_conversion = models.BooleanField(
        _("conversion event"),
        default=False,
        help_text=_("Counts as the primary conversion in reports."),
    )
    is_affiliate_conversion = models.BooleanField(
        _("affiliate conversion event"),
        default=False,
        help_text=_("Creates a conversion, so that postbacks on conversions fire."),
    )
    repeat_policy = models.CharField(
        _("repeat policy"),
        max_length=20,
        choices=RepeatPolicy.choices,
        default=RepeatPolicy.ONCE_PER_TRANSACTION,
        help_text=_("Also called Multi-Trigger."),
    )
    needs_conversion = models.BooleanField(
        _("needs conversion"),
        default=True,
        help_text=_(
            "Accepted only after a conversion of the same transaction that is "
            "not rejected. Switch it off for what happens earlier, e.g. page views."
        ),
    )
    standard_kind = models.CharField(
        _("meaning"),
        max_length=14,
        choices=StandardKind.choices,
        blank=True,
        help_text=_(
            "What attribution takes the event for. Empty: a custom event of your own."
        ),
    )
    counts_as_activity = models.BooleanField(
        _("counts as activity"),
        null=True,
        blank=True,
        help_text=_(
            "Activity ends a pause and puts the next one off. Unknown: as its meaning "
            "says; custom events, invites and level-ups are no activity."
        ),
    )
    is_system = models.BooleanField(_("is system"), default=False, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event type")
        verbose_name_plural = _("event types")
        constraints = [
            models.UniqueConstraint(
                fields=["name"],
                name="event_type_name_unique",
                violation_error_message=_("An event type of this name exists already."),
            ),
            models.CheckConstraint(
                condition=Q(standard_kind__in=["", *StandardKind.values]),
                name="event_type_meaning_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(name=""),
                name="event_type_has_a_name",
                violation_error_message=_("An event type needs a name."),
            ),
        ]
        indexes = [
            # The warning about a name that differs only in case.
            models.Index(Lower("name"), name="event_type_by_lower_name"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_activity(self) -> bool:
        """Tell whether the event counts as activity of a device or user (R126)."""
        if self.counts_as_activity is not None:
            return self.counts_as_activity
        return bool(self.standard_kind) and self.standard_kind not in NO_ACTIVITY
