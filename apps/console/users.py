"""People who sign in, with their role and affiliate."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import TwoStep, User
from apps.core.adminkit.addresses import change_url
from apps.core.adminkit.pages import Page, PageResult, PagesAdmin
from apps.core.adminkit.showing import badge, moment_column


class LostTelephoneForm(forms.Form):
    """Asks for the name, so that nobody else's second step goes by a slip."""

    typed = forms.CharField(label=_("User name, to confirm"))

    def __init__(self, user: User, *args: Any) -> None:
        super().__init__(*args)
        self.user = user

    def clean_typed(self) -> str:
        """Refuse another name."""
        typed: str = self.cleaned_data["typed"]
        if typed != self.user.get_username():
            raise forms.ValidationError(
                gettext("Type %(word)s to confirm. Nothing was changed.")
                % {"word": self.user.get_username()}
            )
        return typed


def has_second_step(user: User) -> bool:
    """Tell whether there is a second step; the list has brought it along."""
    two_step: TwoStep | None = getattr(user, "two_step", None)
    return two_step is not None and two_step.confirmed_at is not None


def remove_two_step(model_admin: Any, request: HttpRequest, user: User) -> PageResult:
    """Remove the second step of somebody who lost the telephone."""
    if user == request.user:
        return HttpResponseRedirect(reverse("admin:two_step"))
    if not model_admin.has_change_permission(request, user):
        raise PermissionDenied
    form = LostTelephoneForm(user, request.POST or None)
    if not form.is_valid():
        return {
            "form": form,
            "intro": gettext(
                "The password of %(name)s will let in alone, and the recovery codes "
                "stop working. First make sure that it is really they who ask. The "
                "audit log remembers who removed it."
            )
            % {"name": user.get_username()},
            "submit_label": gettext("Remove"),
            "is_dangerous": True,
        }
    user.two_step.delete()
    messages.success(
        request,
        gettext("%(name)s signs in with the password alone now.")
        % {"name": user.get_username()},
    )
    return HttpResponseRedirect(change_url(user))


# Django's UserAdmin takes no type argument while it runs.
@admin.register(User)
class PostbacksUserAdmin(PagesAdmin, UserAdmin):  # type: ignore[type-arg]
    """Users; the role decides what they may do, groups only add to it."""

    pages = (
        Page(
            "remove-two-step",
            _("Remove two-step sign-in"),
            "change",
            remove_two_step,
            is_offered=has_second_step,
        ),
    )
    list_display = (
        "id",
        "username",
        "full_name",
        "email",
        "role",
        "affiliate",
        "is_active",
        "second_step",
        moment_column("last_login", _("last login")),
    )
    list_display_links = ("id", "username")
    list_filter = ("role", "is_active")
    list_select_related = ("affiliate", "two_step")
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
            (
                gettext("Person"),
                {"fields": ("first_name", "last_name", "email", "time_zone")},
            ),
            (
                gettext("Role"),
                {"fields": ("role", "affiliate", "is_active", "is_staff")},
            ),
            (gettext("More rights"), {"fields": ("is_superuser", "groups")}),
            (gettext("Dates"), {"fields": ("last_login", "date_joined")}),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let only a superuser make another one, or hand out further rights."""
        dates = ("last_login", "date_joined")
        return (
            dates if request.user.is_superuser else (*dates, "is_superuser", "groups")
        )

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let only a superuser change one: its password would be worth its rights."""
        return super().has_change_permission(request, obj) and self._may_touch(
            request, obj
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let only a superuser delete one."""
        return super().has_delete_permission(request, obj) and self._may_touch(
            request, obj
        )

    def _may_touch(self, request: HttpRequest, obj: User | None) -> bool:
        return obj is None or not obj.is_superuser or bool(request.user.is_superuser)

    @admin.display(description=_("second step"))
    def second_step(self, obj: User) -> SafeString:
        """Show whether a code is asked for after the password."""
        return (
            badge(gettext("On"), "ok")
            if has_second_step(obj)
            else badge(gettext("Off"), "off")
        )

    @admin.display(description=_("name"), ordering="first_name")
    def full_name(self, obj: User) -> str:
        """Return first and last name."""
        return obj.get_full_name()
