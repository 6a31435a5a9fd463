"""People who sign in."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.parties import Affiliate
from apps.accounts.zones import zone_choices
from apps.core.visibility import ScopedQuerySet


class Role(models.TextChoices):
    """What a user is; the label is the name of the group that holds the permissions."""

    ADMIN = "admin", _("Admin")
    ACCOUNT_MANAGER = "account_manager", _("Account manager")
    OPERATOR = "operator", _("Operator")
    AFFILIATE = "affiliate", _("Affiliate")
    VIEWER = "viewer", _("Viewer")


# A class made while the program runs is no type to mypy.
class ScopedUserManager(UserManager.from_queryset(ScopedQuerySet)["User"]):  # type: ignore[misc]
    """Django's user manager whose querysets know ``visible_to``."""


class User(AbstractUser):
    """A person who signs in; one with an affiliate sees that affiliate's rows only."""

    role = models.CharField(
        _("role"), max_length=20, choices=Role.choices, default=Role.VIEWER
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="users",
        help_text=_("Only for users of the role Affiliate."),
        verbose_name=_("affiliate"),
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=64,
        blank=True,
        choices=zone_choices,
        help_text=_(
            "In which the admin shows and reads times. Empty: the installation's."
        ),
    )

    objects: ClassVar[ScopedUserManager] = ScopedUserManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(role=Role.AFFILIATE, affiliate__isnull=False)
                | (~Q(role=Role.AFFILIATE) & Q(affiliate__isnull=True)),
                name="user_affiliate_matches_role",
                violation_error_message=_(
                    "A user of the role Affiliate needs an "
                    "affiliate; every other user has none."
                ),
            ),
            models.CheckConstraint(
                condition=Q(affiliate__isnull=True) | Q(is_superuser=False),
                name="user_of_affiliate_is_no_superuser",
                violation_error_message=_(
                    "A user of an affiliate cannot be a superuser."
                ),
            ),
        ]
