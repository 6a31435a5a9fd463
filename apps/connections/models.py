"""Credentials of providers, shared by postbacks."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet


class ConnectionState(models.TextChoices):
    """Whether a connection may be used."""

    OK = "ok", _("OK")
    AUTH_ERROR = "auth_error", _("Refused by the provider")
    DISABLED = "disabled", _("Disabled")


class Connection(TimeStamped):
    """Stored credentials of one action's provider."""

    AFFILIATE_PATH: ClassVar = "owner_affiliate"

    name = models.CharField(_("name"), max_length=120)
    kind = models.CharField(_("kind"), max_length=40, editable=False)
    settings = models.JSONField(_("settings"), default=dict, blank=True, editable=False)
    sealed_secrets = models.TextField(
        _("sealed secrets"), default="", blank=True, editable=False
    )
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=ConnectionState.choices,
        default=ConnectionState.OK,
    )
    last_checked_at = models.DateTimeField(
        _("last checked at"), null=True, editable=False
    )
    last_error = models.CharField(
        _("last error"), max_length=500, blank=True, editable=False
    )
    owner_affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="connections",
        verbose_name=_("owner"),
        help_text=_(
            "The affiliate whose postbacks use it; nobody else's can. Empty: our "
            "own postbacks. It cannot be changed later."
        ),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        constraints = [
            models.UniqueConstraint(
                # Per owner: an affiliate must not learn how others call theirs.
                fields=["owner_affiliate", "name"],
                name="connection_name_unique",
                nulls_distinct=False,
                violation_error_message=_("A connection of this name exists already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
