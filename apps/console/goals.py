"""Projects and goals."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

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
    empty = ("No projects yet.", "A project groups offers that share their users.")

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a project."""
        return [("Offers", list_url(Offer, project__id__exact=obj.pk))]


@admin.register(Goal)
class GoalAdmin(PagesAdmin):
    """Named milestones of offers."""

    list_display = ("id", "name", "offer", "alias", "is_private", "status")
    list_display_links = ("id", "name")
    list_filter = ("status", "is_private", "offer")
    list_select_related = ("offer",)
    search_fields = ("name", "alias", "offer__name")
    ordering = ("offer__name", "name")
    autocomplete_fields = ("offer",)
    empty = ("No goals yet.", "A goal is a milestone that postbacks may depend on.")

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a goal."""
        return [("Postbacks", list_url(PostbackRule, goal__id__exact=obj.pk))]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Goals are archived: postbacks remember them (R108)."""
        return False
