"""The base of every screen: scoped, dense, with views of a list and empty states."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.contrib.admin.widgets import AdminSplitDateTime, RelatedFieldWidgetWrapper
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from apps.core.adminkit.exporting import ExportAdmin
from apps.core.adminkit.owners import owner_context
from apps.core.adminkit.paging import CappedPaginator, LogChangeList
from apps.core.adminkit.scoping import ReadOnlyMixin, ScopedMixin, is_nameless, name_for
from apps.core.adminkit.showing import NOTHING


@dataclass(frozen=True, slots=True)
class QuickLink:
    """A tab: a view of a list, or a page that belongs to an object."""

    label: StrOrPromise
    url: str
    is_current: bool


class ScopedAdmin(ScopedMixin, ExportAdmin):
    """A list and a form that show what the user may see; the list as CSV too."""

    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    empty_value_display = NOTHING
    # What the list is called, if not by the plural of what is in it.
    list_title: StrOrPromise = ""
    # The usual views of the list: label and query, e.g. ("Failed", "state=failed").
    quick_views: tuple[tuple[StrOrPromise, str], ...] = ()
    # What an empty list says: what is missing, and what that would be good for.
    empty: tuple[StrOrPromise, StrOrPromise] = ("", "")
    # Relations by which other screens link to this list, besides its filters.
    linked_by: tuple[str, ...] = ()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Add the views of the list and the words for an empty one."""
        name = str(self.list_title or self.opts.verbose_name_plural)
        context = {
            "title": name[:1].upper() + name[1:],
            "quick_links": self.quick_links(request),
            "empty": self.empty,
            **owner_context(self, request),
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def quick_links(self, request: HttpRequest) -> list[QuickLink]:
        """Return the views; the current one is the one whose query is in force."""
        if not self.quick_views:
            return []
        asked = request.META.get("QUERY_STRING", "")
        views = ((_("All"), ""), *self.quick_views)
        return [
            QuickLink(label, f"?{query}", is_current=query == asked)
            for label, query in views
        ]

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Let affiliates filter by what the list offers, and by nothing hidden.

        Django lets everybody compare with any column: ``?revenue__gte=10`` would tell.
        """
        if _user(request).affiliate_id is not None:
            offered = {_column(one) for one in self.get_list_filter(request)}
            if lookup.partition("__")[0] not in {*offered, *self.linked_by}:
                return False
        return super().lookup_allowed(lookup, value, request)

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Take a web address without a scheme for https; keep related buttons few."""
        if isinstance(db_field, models.URLField):
            kwargs["assume_scheme"] = "https"
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and isinstance(field.widget, AdminSplitDateTime):
            names = (_("%(field)s: date"), _("%(field)s: time"))
            for part, name in zip(field.widget.widgets, names, strict=True):
                part.attrs["aria-label"] = name % {"field": field.label}
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
        response = super().history_view(request, object_id, extra_context)
        for entry in getattr(response, "context_data", {}).get("action_list", ()):
            _hide_staff(entry, _user(request))
        return response

    def not_found(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the user to the overview with Django's own «does not exist»."""
        # Private to Django, yet the one way to say «does not exist» as it does.
        back: HttpResponse = self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]
            request, self.opts, object_id
        )
        return back


def _user(request: HttpRequest) -> Any:
    return request.user


def _column(list_filter: Any) -> str:
    """Return the name of what an entry of ``list_filter`` narrows by."""
    if isinstance(list_filter, type):
        return str(getattr(list_filter, "parameter_name", ""))
    return list_filter[0] if isinstance(list_filter, tuple) else str(list_filter)


def _hide_staff(entry: Any, viewer: Any) -> None:
    """Take name and details from what staff did: affiliates learn that it was done."""
    if is_nameless(entry.user, viewer):
        entry.user = type(entry.user)(username=name_for(entry.user, viewer))
        entry.change_message = _("Changed.")


class LogAdmin(ReadOnlyMixin, ScopedAdmin):
    """A table that grows with every event: read only, never counted or sorted whole."""

    paginator = CappedPaginator
    ordering = ("-id",)
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return a list that keeps its order."""
        return LogChangeList
