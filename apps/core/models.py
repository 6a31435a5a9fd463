"""What every app builds on: time stamps, the version of the configuration, figures."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.visibility import ScopedQuerySet


class TimeStamped(models.Model):
    """A row that remembers when it was made and last changed."""

    created_at = models.DateTimeField(
        _("created at"), auto_now_add=True, editable=False
    )
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, editable=False)

    class Meta:
        abstract = True


class ConfigVersion(models.Model):
    """The single row that counts changes of the configuration.

    Triggers of the database raise it (see ``apps.core.config_version``), so no code
    path can change configuration without every process noticing.
    """

    id = models.PositiveSmallIntegerField(_("id"), primary_key=True, default=1)
    version = models.BigIntegerField(_("version"), default=1)

    class Meta:
        verbose_name = _("config version")
        verbose_name_plural = _("config versions")
        constraints = [
            models.CheckConstraint(
                condition=Q(id=1), name="config_version_has_a_single_row"
            ),
        ]

    def __str__(self) -> str:
        return str(self.version)


class Measure(models.Model):
    """A figure of /metrics, added up by all processes (see ``measures``).

    ``series`` is a JSON list: name, values of the labels and, of a timing, its part.
    """

    series = models.CharField(_("series"), max_length=500, primary_key=True)
    value = models.FloatField(_("value"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("measure")
        verbose_name_plural = _("measures")

    def __str__(self) -> str:
        return self.series
