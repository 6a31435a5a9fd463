"""The base of every screen: scoped, dense, with views of a list and empty states."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminSplitDateTime, RelatedFieldWidgetWrapper
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from apps.core.adminkit.paging import CappedPaginator
from apps.core.adminkit.scoping import ReadOnlyMixin, ScopedMixin
from apps.core.adminkit.showing import NOTHING


@dataclass(frozen=True, slots=True)
class QuickLink:
    """A view of a list as a tab above it."""

    label: str
    url: str
    is_current: bool


class ScopedAdmin(ScopedMixin, admin.ModelAdmin[Any]):
    """A list and a form that show what the user may see."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    empty_value_display = NOTHING
    # What the list is called, if not by the plural of what is in it.
    list_title = ""
    # The usual views of the list: label and query, e.g. ("Failed", "state=failed").
    quick_views: tuple[tuple[str, str], ...] = ()
    # What an empty list says: what is missing, and what that would be good for.
    empty: tuple[str, str] = ("", "")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Add the views of the list and the words for an empty one."""
        name = self.list_title or str(self.opts.verbose_name_plural)
        context = {
            "title": name[:1].upper() + name[1:],
            "quick_links": self.quick_links(request),
            "empty": self.empty,
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def quick_links(self, request: HttpRequest) -> list[QuickLink]:
        """Return the views; the current one is the one whose query is in force."""
        if not self.quick_views:
            return []
        asked = request.META.get("QUERY_STRING", "")
        views = (("All", ""), *self.quick_views)
        return [
            QuickLink(label, f"?{query}", is_current=query == asked)
            for label, query in views
        ]

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Take a web address without a scheme for https; keep related buttons few."""
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            for part, name in zip(field.widget.widgets, ("date", "time"), strict=True):
                part.attrs["aria-label"] = f"{field.label}: {name}"
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget.can_delete_related = False
            field.widget.can_view_related = False
        return field

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the history of a visible row only."""
        if self.get_object(request, object_id) is None:
            return self.not_found(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def not_found(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the user to the overview with Django's own «does not exist»."""
        # Private to Django, yet the one way to say «does not exist» as it does.
        back: HttpResponse = self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
            request, self.opts, object_id
        )
        return back


class LogList(ChangeList):
    """The list of a log: in its own order, which an index has."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Return the order of the screen, whatever the address asks for.

        Any other would sort the whole table to show fifty rows of it.
        """
        return list(self.model_admin.get_ordering(request))


class LogAdmin(ReadOnlyMixin, ScopedAdmin):
    """A table that grows with every event: read only, never counted or sorted whole."""

    paginator = CappedPaginator
    ordering = ("-id",)
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return the list that keeps its order."""
        return LogList
