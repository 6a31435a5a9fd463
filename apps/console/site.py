"""The admin site: a menu by task, one search box, the overview as its first page."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone

from apps.console.overview import overview
from apps.core.adminkit.pages import change_url

MENU: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "Setup",
        (
            "Offer",
            "PostbackRule",
            "EventType",
            "OfferEvent",
            "EventList",
            "Goal",
            "Connection",
            "Affiliate",
            "Advertiser",
            "Project",
        ),
    ),
    (
        "Activity",
        (
            "Event",
            "Delivery",
            "Conversion",
            "Lead",
            "Click",
            "RefusedRequest",
            "SeenEventName",
            "Destination",
        ),
    ),
    ("Access", ("User", "ApiToken", "LogEntry")),
)
SEARCHED = (
    "Offer",
    "PostbackRule",
    "Event",
    "Conversion",
    "Lead",
    "Click",
    "Delivery",
)
HITS = 10


class PostbacksAdminSite(admin.AdminSite):
    """Django's admin under our name and order."""

    site_header = "Postbacks"
    site_title = "Postbacks"
    index_title = "Overview"
    index_template = "console/overview.html"
    site_url = None

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the overview."""
        figures = overview(request.user, timezone.now())
        return super().index(request, {**(extra_context or {}), **figures})

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """Return the menu by task instead of by Django app."""
        apps = super().get_app_list(request, app_label)
        if app_label:
            return apps
        models = {
            model["object_name"]: model for app in apps for model in app["models"]
        }
        return [
            {
                "name": name,
                "app_label": name.lower(),
                "app_url": "",
                "has_module_perms": True,
                "models": found,
            }
            for name, names in MENU
            if (found := [models[item] for item in names if item in models])
        ]

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Add the search page."""
        own = path("find/", self.admin_view(self.find), name="find")
        return [own, *super().get_urls()]

    def find(self, request: HttpRequest) -> HttpResponse:
        """Look for a transaction, a postback, an offer; a single hit opens at once."""
        text = request.GET.get("q", "").strip()
        groups = self._groups(request, text) if text else []
        hits = [url for _, rows in groups for url, _ in rows]
        if len(hits) == 1:
            return HttpResponseRedirect(hits[0])
        context = {
            **self.each_context(request),
            "title": "Search",
            "q": text,
            "groups": groups,
        }
        return TemplateResponse(request, "console/find.html", context)

    def _groups(
        self, request: HttpRequest, text: str
    ) -> list[tuple[str, list[tuple[str, str]]]]:
        found = []
        for model, model_admin in self._registry.items():
            if model.__name__ not in SEARCHED:
                continue
            if not model_admin.has_view_permission(request):
                continue
            queryset = model_admin.get_queryset(request)
            rows = _by_id(queryset, text) or list(
                model_admin.get_search_results(request, queryset, text)[0][:HITS]
            )
            if rows:
                links = [(change_url(row), str(row)) for row in rows]
                found.append((str(model._meta.verbose_name_plural), links))  # noqa: SLF001
        return found


def _by_id(queryset: Any, text: str) -> list[Any]:
    """Return the row that ``text`` names: #12 a postback, a UUID anything else."""
    if text.startswith("#") and text[1:].isdecimal():
        if queryset.model.__name__ != "PostbackRule":
            return []
        return list(queryset.filter(pk=int(text[1:])))
    try:
        key = UUID(text)
    except ValueError:
        return []
    is_uuid = queryset.model._meta.pk.get_internal_type() == "UUIDField"  # noqa: SLF001
    return list(queryset.filter(pk=key)) if is_uuid else []
