"""Projects and goals."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import PagesAdmin
from apps.goals.models import Goal
from apps.offers.models import Offer, Project
from apps.postbacks.models import PostbackRule


@admin.register(Project)
class ProjectAdmin(PagesAdmin):
    """Groups of offers that share user identities."""

    list_display = ("id", "name")
    list_display_links = ("id", "name")
    search_fields = ("name",)
    ordering = ("name",)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name",)}),
        (
            _("Attribution"),
            {
                "fields": (
                    ("inactivity_window_days", "click_lookback_days"),
                    "reattribution_to_organic",
                    "web_last_visit",
                    ("settle_seconds", "max_lateness_days"),
                ),
                "description": _(
                    "They hold for all offers of the project, from the next event on."
                ),
            },
        ),
    )
    empty = (
        _("No projects yet."),
        _("A project groups offers that share their users."),
    )

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a project."""
        return [(gettext("Offers"), list_url(Offer, project__id__exact=obj.pk))]


class GoalForm(forms.ModelForm[Goal]):
    """Takes goals only for offers that have them switched on."""

    def clean_offer(self) -> Offer:
        """Refuse an offer whose goals are switched off."""
        offer: Offer = self.cleaned_data["offer"]
        if not offer.enable_goals:
            raise forms.ValidationError(
                gettext(
                    "Goals are switched off on «%(offer)s». Tick «Enable goals» on the "
                    "offer's page first."
                )
                % {"offer": offer}
            )
        return offer


@admin.register(Goal)
class GoalAdmin(PagesAdmin):
    """Named milestones of offers, where the offer's goals are switched on."""

    form = GoalForm
    list_display = ("id", "name", "offer", "alias", "is_private", "status")
    list_display_links = ("id", "name")
    list_filter = ("status", "is_private", "offer")
    list_select_related = ("offer",)
    search_fields = ("name", "alias", "offer__name")
    ordering = ("offer__name", "name")
    autocomplete_fields = ("offer",)
    empty = (
        _("No goals yet."),
        _(
            "Postbacks may depend on them. Tick «Enable goals» on an offer, then add "
            "some."
        ),
    )

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a goal."""
        return [(gettext("Postbacks"), list_url(PostbackRule, goal__id__exact=obj.pk))]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the offer: postbacks of this offer, and of no other, name the goal."""
        return ("offer",) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show the goals of an offer whose goals are switched off, but only show."""
        is_on = obj is None or obj.offer.enable_goals
        return is_on and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Goals are archived: postbacks remember them (R108)."""
        return False
