"""The second step of a sign-in, and what replaces it once."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet


class TwoStep(TimeStamped):
    """The second step of a user's sign-in: a secret shared with the user's telephone.

    It counts from the moment it is confirmed by a code. The user is the primary key:
    nobody has two.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="two_step",
        verbose_name=_("user"),
    )
    sealed_secret = models.TextField(_("sealed secret"), editable=False)
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True, editable=False)
    # The step of time whose code was used last; it and older ones are used up.
    last_step = models.BigIntegerField(_("last step"), default=0, editable=False)
    tries = models.PositiveIntegerField(_("tries"), default=0, editable=False)
    tried_at = models.DateTimeField(_("tried at"), null=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("two-step sign-in")
        verbose_name_plural = _("two-step sign-ins")
        constraints = [
            models.CheckConstraint(
                condition=~Q(sealed_secret=""), name="two_step_has_a_secret"
            ),
        ]

    def __str__(self) -> str:
        return f"Two-step sign-in of {self.user}"


class RecoveryCode(models.Model):
    """Stands in for a code of a lost telephone, once; only its hash is stored."""

    two_step = models.ForeignKey(
        TwoStep,
        on_delete=models.CASCADE,
        related_name="recovery_codes",
        verbose_name=_("two step"),
    )
    code_hash = models.CharField(_("code hash"), max_length=64)
    used_at = models.DateTimeField(_("used at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            models.UniqueConstraint(
                fields=["two_step", "code_hash"], name="recovery_code_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"Recovery code #{self.pk} of {self.two_step_id}"
