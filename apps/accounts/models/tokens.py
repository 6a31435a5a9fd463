"""Tokens that senders authenticate with."""

import hashlib
import secrets
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.parties import Advertiser
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet

TOKEN_PREFIX_LENGTH = 8
TOKEN_BYTES = 32  # 256 random bits (DESIGN §5).


class TokenScope(models.TextChoices):
    """How far a token reaches."""

    ACCOUNT = "account", _("All offers")
    ADVERTISER = "advertiser", _("Offers of one advertiser")
    OFFER = "offer", _("One offer")
    USER = "user", _("What one user may do")


class ApiToken(TimeStamped):
    """A secret that authenticates a sender; only its hash is stored.

    Several tokens may be valid at once, so that a sender can change over.
    """

    label = models.CharField(
        _("label"), max_length=120, help_text=_("Who uses it, and for what.")
    )
    scope = models.CharField(_("scope"), max_length=12, choices=TokenScope.choices)
    advertiser = models.ForeignKey(
        Advertiser,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="tokens",
        verbose_name=_("advertiser"),
    )
    offer = models.ForeignKey(
        "offers.Offer",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="tokens",
        verbose_name=_("offer"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="tokens",
        verbose_name=_("user"),
    )
    prefix = models.CharField(
        _("prefix"), max_length=TOKEN_PREFIX_LENGTH, editable=False
    )
    token_hash = models.CharField(_("token hash"), max_length=64, editable=False)
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")
        constraints = [
            models.UniqueConstraint(
                fields=["token_hash"], name="api_token_hash_unique"
            ),
            models.CheckConstraint(
                condition=Q(
                    scope=TokenScope.ACCOUNT, advertiser=None, offer=None, user=None
                )
                | Q(
                    scope=TokenScope.ADVERTISER,
                    advertiser__isnull=False,
                    offer=None,
                    user=None,
                )
                | Q(
                    scope=TokenScope.OFFER,
                    advertiser=None,
                    offer__isnull=False,
                    user=None,
                )
                | Q(
                    scope=TokenScope.USER,
                    advertiser=None,
                    offer=None,
                    user__isnull=False,
                ),
                name="api_token_owner_matches_scope",
                violation_error_message=_(
                    "Choose exactly the owner that the scope "
                    "names: an advertiser, an offer, a user, or none for all offers."
                ),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None)
                | Q(valid_until__gt=models.F("valid_from")),
                name="api_token_ends_after_it_begins",
                violation_error_message=_(
                    "A token's end must lie after its beginning."
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} ({self.prefix}…)"

    def set_secret(self, secret: str) -> None:
        """Remember ``secret`` by its hash and its first characters."""
        self.token_hash = hash_token(secret)
        self.prefix = secret[:TOKEN_PREFIX_LENGTH]

    def is_valid_at(self, moment: datetime) -> bool:
        """Tell whether the token may be used at ``moment``."""
        ends = self.valid_until
        return self.valid_from <= moment and (ends is None or moment < ends)


def new_token() -> str:
    """Return a fresh secret of 256 random bits in URL-safe characters."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_token(secret: str) -> str:
    """Return the SHA-256 under which a token is stored and found.

    A plain hash is enough: the secret has 256 random bits and cannot be guessed.
    """
    return hashlib.sha256(secret.encode()).hexdigest()
