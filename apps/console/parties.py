"""Advertisers, affiliates, users and their tokens."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.models import Advertiser, Affiliate, ApiToken, User, new_token
from apps.core.adminkit.scoping import ScopedAdmin, ScopedMixin


@admin.register(Advertiser)
class AdvertiserAdmin(ScopedAdmin):
    """Who reports events and pays revenue."""

    list_display = ("name", "status", "default_currency", "contact_email")
    list_filter = ("status",)
    search_fields = ("name",)


@admin.register(Affiliate)
class AffiliateAdmin(ScopedAdmin):
    """Who brings traffic and is paid payout."""

    list_display = ("name", "status", "external_ref")
    list_filter = ("status",)
    search_fields = ("name", "external_ref")


@admin.register(User)
class PostbacksUserAdmin(ScopedMixin, UserAdmin):  # type: ignore[type-arg]
    """People who sign in, with their role and affiliate."""

    list_display = ("username", "email", "role", "affiliate", "is_staff", "is_active")
    list_filter = ("role", "is_active")
    list_select_related = ("affiliate",)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("username", "password")}),
        ("Person", {"fields": ("first_name", "last_name", "email")}),
        ("Role", {"fields": ("role", "affiliate", "is_active", "is_staff")}),
        ("More rights", {"fields": ("is_superuser", "groups")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets: ClassVar[Any] = (
        (
            None,
            {
                "fields": (
                    "username",
                    "usable_password",
                    "password1",
                    "password2",
                    "role",
                    "affiliate",
                    "is_staff",
                )
            },
        ),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let only a superuser make another one, or hand out further rights."""
        return () if request.user.is_superuser else ("is_superuser", "groups")


@admin.register(ApiToken)
class ApiTokenAdmin(ScopedAdmin):
    """Tokens of senders; the secret is shown once, when it is made."""

    list_display = (
        "label",
        "prefix",
        "scope",
        "advertiser",
        "offer",
        "user",
        "valid_until",
        "last_used_at",
    )
    list_filter = ("scope",)
    list_select_related = ("advertiser", "offer", "user")
    search_fields = ("label", "=prefix")
    readonly_fields = ("prefix", "last_used_at")

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> forms.Field | None:
        """Let a token be valid from now on unless said otherwise."""
        if db_field.name == "valid_from":
            kwargs["initial"] = timezone.now
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: ApiToken, form: Any, change: bool
    ) -> None:
        """Make the secret of a new token and show it this once."""
        if not change:
            secret = new_token()
            obj.set_secret(secret)
            messages.warning(
                request,
                f"The token is {secret} - copy it now. It is stored as a hash and "
                "cannot be shown again.",
            )
        super().save_model(request, obj, form, change)
