"""Devices and users, the clicks they made and the events in their stories."""

from django.db import models
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Advertiser, Affiliate
from apps.attribution.catalogue import SubjectKind
from apps.core.visibility import ScopedQuerySet
from apps.offers.models import Offer, Project
from apps.tracking.models import Click, Event

EXTERNAL_ID_MAX_LENGTH = 120
KIND_MAX_LENGTH = 14


class EventState(models.TextChoices):
    """Whether an event counts in the story of its subject."""

    COUNTED = "counted", _("Counted")
    WAITING = "waiting", _("Waits to be counted")
    TOO_LATE = "too_late", _("Came too late")


def _scope(letter: str, column: str) -> Concat:
    text = models.TextField()
    return Concat(Value(letter, text), Cast(column, text), output_field=text)


class Subject(models.Model):
    """A device of an offer or a user of a project. Its row is the lock (R118, R123).

    The users of offers without a project are those of the advertiser. ``state`` is
    what ``algorithm.step`` remembers; ``is_disturbed`` tells that an event came late
    once, so that the ledger has to be asked about slots.
    """

    kind = models.CharField(_("kind"), max_length=6, choices=SubjectKind.choices)
    offer = models.ForeignKey(
        Offer,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("offer"),
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("project"),
    )
    advertiser = models.ForeignKey(
        Advertiser,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("advertiser"),
    )
    scope = models.GeneratedField(
        verbose_name=_("scope"),
        expression=Case(
            When(offer__isnull=False, then=_scope("o", "offer_id")),
            When(project__isnull=False, then=_scope("p", "project_id")),
            default=_scope("a", "advertiser_id"),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )
    external_id = models.CharField(_("external id"), max_length=EXTERNAL_ID_MAX_LENGTH)
    state = models.JSONField(_("state"), default=dict)
    is_disturbed = models.BooleanField(_("is disturbed"), default=False)
    first_seen_at = models.DateTimeField(_("first seen at"), null=True)
    last_activity_at = models.DateTimeField(_("last activity at"), null=True)
    created_at = models.DateTimeField(_("created at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("device or user")
        verbose_name_plural = _("devices & users")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "external_id"], name="subject_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    kind=SubjectKind.DEVICE,
                    offer__isnull=False,
                    project=None,
                    advertiser=None,
                )
                | Q(
                    kind=SubjectKind.USER,
                    offer=None,
                    project__isnull=False,
                    advertiser=None,
                )
                | Q(
                    kind=SubjectKind.USER,
                    offer=None,
                    project=None,
                    advertiser__isnull=False,
                ),
                name="subject_has_one_scope",
            ),
            models.CheckConstraint(
                condition=~Q(external_id=""), name="subject_has_an_id"
            ),
        ]
        indexes = [
            # The search by id, whatever the offer or project.
            models.Index(fields=["external_id"], name="subject_by_external_id"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} #{self.pk}"


class Touch(models.Model):
    """A click of an affiliate that a device or user is known to have made."""

    subject = models.ForeignKey(
        Subject,
        on_delete=models.CASCADE,
        related_name="touches",
        db_index=False,
        verbose_name=_("subject"),
    )
    click = models.ForeignKey(
        Click, on_delete=models.PROTECT, related_name="touches", verbose_name=_("click")
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("affiliate"),
    )
    touched_at = models.DateTimeField(_("touched at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("touch")
        verbose_name_plural = _("touches")
        constraints = [
            models.UniqueConstraint(fields=["subject", "click"], name="touch_unique"),
        ]
        indexes = [
            # The last touch before an event.
            models.Index(fields=["subject", "touched_at"], name="touch_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.touched_at:%Y-%m-%d %H:%M}"


class SubjectEvent(models.Model):
    """An event in the story of a subject, with what decides about it, frozen.

    Click and affiliate come from the touch or the event, whose rows the database
    checked; checking them again would cost as much as writing.
    """

    subject = models.ForeignKey(
        Subject,
        on_delete=models.CASCADE,
        related_name="timeline",
        db_index=False,
        verbose_name=_("subject"),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        related_name="subject_events",
        db_index=False,
        verbose_name=_("event"),
    )
    occurred_at = models.DateTimeField(_("occurred at"))
    kind = models.CharField(_("kind"), max_length=KIND_MAX_LENGTH)
    is_activity = models.BooleanField(_("is activity"))
    click = models.ForeignKey(
        Click,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        help_text=_("The touch: an affiliate's last click within the look-back."),
        verbose_name=_("click"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
        verbose_name=_("affiliate"),
    )
    inactivity_days = models.PositiveSmallIntegerField(_("inactivity days"))
    takes_organic = models.BooleanField(_("takes organic"))
    takes_visits = models.BooleanField(_("takes visits"))
    state = models.CharField(_("state"), max_length=8, choices=EventState.choices)
    settles_at = models.DateTimeField(_("settles at"), null=True)
    is_history = models.BooleanField(
        _("is history"),
        db_default=False,
        help_text=_("It was imported: nobody is told of what follows from it."),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("subject event")
        verbose_name_plural = _("subject events")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "subject"], name="subject_event_unique"
            ),
            models.CheckConstraint(
                condition=Q(state=EventState.WAITING, settles_at__isnull=False)
                | (~Q(state=EventState.WAITING) & Q(settles_at=None)),
                name="subject_event_settles_while_waiting",
            ),
            models.CheckConstraint(
                condition=Q(click=None, affiliate=None)
                | Q(click__isnull=False, affiliate__isnull=False),
                name="subject_event_touch_is_complete",
            ),
        ]
        indexes = [
            # The story of a subject; its newest part.
            models.Index(fields=["subject", "occurred_at"], name="subject_event_story"),
            # What settles next.
            models.Index(
                fields=["settles_at"],
                condition=Q(state=EventState.WAITING),
                name="subject_event_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.occurred_at:%Y-%m-%d %H:%M}"
