"""How a project attributes: the settings that hold for all its offers (R162)."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

SETTLE_MAX_SECONDS = 86_400


class AttributionSettings(models.Model):
    """When a pause ends an attribution, and how long the past counts.

    An event keeps the settings under which it was accepted: changing them alters
    nothing that was decided.
    """

    inactivity_window_days = models.PositiveSmallIntegerField(
        _("inactivity window, days"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_(
            "A return after a longer pause is a re-engagement or re-install. Exactly "
            "so many days are not longer."
        ),
    )
    reattribution_to_organic = models.BooleanField(
        _("reattribution to organic"),
        default=True,
        help_text=_(
            "A return without an ad begins an organic attribution. Off: it counts, and "
            "stays with the source before."
        ),
    )
    click_lookback_days = models.PositiveSmallIntegerField(
        _("look-back, days"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("How long after a click its affiliate is the source."),
    )
    settle_seconds = models.PositiveIntegerField(
        _("settle window, seconds"),
        default=0,
        validators=[MaxValueValidator(SETTLE_MAX_SECONDS)],
        help_text=_(
            "Wait so long for events that come late before facts are told. 3600 makes "
            "up for senders that are up to an hour late. 0: tell at once."
        ),
    )
    max_lateness_days = models.PositiveSmallIntegerField(
        _("maximum lateness, days"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("What happened longer ago is stored, and changes no facts."),
    )
    web_last_visit = models.BooleanField(
        _("last visit counts on the web"),
        default=True,
        help_text=_(
            "On websites every visit from another ad begins a new attribution. Off: "
            "only a visit after a pause does."
        ),
    )

    class Meta:
        abstract = True


SETTINGS_CONSTRAINTS = [
    models.CheckConstraint(
        condition=Q(inactivity_window_days__range=(1, 365)),
        name="project_inactivity_1_to_365_days",
        violation_error_message=_("The inactivity window has 1 to 365 days."),
    ),
    models.CheckConstraint(
        condition=Q(click_lookback_days__range=(1, 365)),
        name="project_lookback_1_to_365_days",
        violation_error_message=_("The look-back has 1 to 365 days."),
    ),
    models.CheckConstraint(
        condition=Q(settle_seconds__lte=SETTLE_MAX_SECONDS),
        name="project_settles_within_a_day",
        violation_error_message=_("The settle window has at most a day."),
    ),
    models.CheckConstraint(
        condition=Q(max_lateness_days__range=(1, 365)),
        name="project_lateness_1_to_365_days",
        violation_error_message=_("The maximum lateness has 1 to 365 days."),
    ),
]
