"""People who sign in, with their role and affiliate."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest

from apps.accounts.models import User
from apps.core.adminkit.screens import ScopedAdmin
from apps.core.adminkit.showing import moment_column


@admin.register(User)
class PostbacksUserAdmin(ScopedAdmin, UserAdmin):  # type: ignore[type-arg]
    """Users; the role decides what they may do, groups only add to it."""

    list_display = (
        "id",
        "username",
        "full_name",
        "email",
        "role",
        "affiliate",
        "is_active",
        moment_column("last_login", "last login"),
    )
    list_display_links = ("id", "username")
    list_filter = ("role", "is_active")
    list_select_related = ("affiliate",)
    autocomplete_fields = ("affiliate",)
    add_fieldsets: Any = (
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

    # A plain list: the two-column picker names its own parts badly.
    filter_horizontal = ()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Let a new user into the admin."""
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the role first; groups only add to it."""
        if obj is None:
            return self.add_fieldsets
        return (
            (None, {"fields": ("username", "password")}),
            ("Person", {"fields": ("first_name", "last_name", "email")}),
            ("Role", {"fields": ("role", "affiliate", "is_active", "is_staff")}),
            ("More rights", {"fields": ("is_superuser", "groups")}),
            ("Dates", {"fields": ("last_login", "date_joined")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let only a superuser make another one, or hand out further rights."""
        dates = ("last_login", "date_joined")
        return (
            dates if request.user.is_superuser else (*dates, "is_superuser", "groups")
        )

    @admin.display(description="name", ordering="first_name")
    def full_name(self, obj: User) -> str:
        """Return first and last name."""
        return obj.get_full_name()
