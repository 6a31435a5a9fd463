"""Tokens of senders; the secret is shown once, when it is made."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import ApiToken, new_token
from apps.console.people import signed_in
from apps.core.adminkit.screens import ScopedAdmin
from apps.core.adminkit.showing import badge, moment, moment_column


@admin.register(ApiToken)
class ApiTokenAdmin(ScopedAdmin):
    """What senders authenticate with."""

    list_display = (
        "label",
        "start",
        "scope",
        "owner",
        "validity",
        moment_column("last_used_at", _("last used")),
    )
    list_filter = ("scope",)
    list_select_related = ("advertiser", "offer", "user")
    search_fields = ("label", "=prefix")
    search_help_text = _("Label or first characters")
    ordering = ("-id",)
    autocomplete_fields = ("advertiser", "offer", "user")
    readonly_fields = ("start", "used")
    empty = (
        _("No tokens yet."),
        _("Senders need a token to report clicks, leads and events."),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show what is known of the secret once there is one."""
        known = ("start", "used") if obj else ()
        return (
            (None, {"fields": ("label", *known)}),
            (
                gettext("Reach"),
                {
                    "fields": ("scope", "advertiser", "offer", "user"),
                    "description": gettext("Choose the owner that the scope names."),
                },
            ),
            (
                gettext("Validity"),
                {
                    "fields": ("valid_from", "valid_until"),
                    "description": gettext(
                        "To change a token over, make the new one while "
                        "the old one is still valid."
                    ),
                },
            ),
        )

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Let a token be valid from now on unless said otherwise."""
        if db_field.name == "valid_from":
            kwargs["initial"] = timezone.now
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        """Let only a superuser make a token that may do what a superuser may."""
        found = super().get_field_queryset(db, db_field, request)
        if db_field.name == "user" and not signed_in(request).is_superuser:
            return found.filter(is_superuser=False)
        return found

    def save_model(
        self, request: HttpRequest, obj: ApiToken, form: Any, change: bool
    ) -> None:
        """Make the secret of a new token and show it this once."""
        if change:
            super().save_model(request, obj, form, change)
            return
        secret = new_token()
        obj.set_secret(secret)
        super().save_model(request, obj, form, change)
        messages.warning(
            request,
            format_html(
                gettext(
                    "The token is {token} - copy it now. Only its hash is stored: "
                    "nobody can show it again."
                ),
                token=format_html("<code>{}</code>", secret),
            ),
        )

    @admin.display(description=_("begins with"), ordering="prefix")
    def start(self, obj: ApiToken) -> SafeString:
        """Show the first characters."""
        return format_html("<code>{}…</code>", obj.prefix)

    @admin.display(description=_("last used"))
    def used(self, obj: ApiToken) -> SafeString | str:
        """Show when it was used last."""
        return moment(obj.last_used_at) if obj.last_used_at else gettext("never")

    @admin.display(description=_("owner"))
    def owner(self, obj: ApiToken) -> str:
        """Return whom it belongs to."""
        return str(obj.advertiser or obj.offer or obj.user or gettext("everybody"))

    @admin.display(description=_("validity"))
    def validity(self, obj: ApiToken) -> SafeString:
        """Show whether it may be used now."""
        now = timezone.now()
        if obj.is_valid_at(now):
            if obj.valid_until is None:
                return badge(gettext("Valid"), "ok")
            until = f"{timezone.localtime(obj.valid_until):%Y-%m-%d}"
            return badge(gettext("Valid until %(date)s") % {"date": until}, "ok")
        return badge(
            gettext("Not yet") if obj.valid_from > now else gettext("Expired"), "off"
        )
