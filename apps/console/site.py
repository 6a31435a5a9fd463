"""The admin site: a menu by task, one search box, the overview as its first page."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone

from apps.console.menu import menu
from apps.console.overview import overview
from apps.console.people import signed_in
from apps.console.search import find


class PostbacksAdminSite(admin.AdminSite):
    """Django's admin under our name and order."""

    site_header = "Postbacks"
    site_title = "Postbacks"
    index_title = "Overview"
    index_template = "console/overview.html"
    site_url = None

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        """Show the overview."""
        figures = overview(signed_in(request), timezone.now())
        return super().index(request, {**(extra_context or {}), **figures})

    def get_app_list(
        self, request: HttpRequest, app_label: str | None = None
    ) -> list[Any]:
        """Return the menu by task instead of by Django app."""
        apps = super().get_app_list(request, app_label)
        return apps if app_label else menu(apps)

    def get_urls(self) -> list[URLResolver | URLPattern]:
        """Add the search page."""
        own = path("find/", self.admin_view(self.find), name="find")
        return [own, *super().get_urls()]

    def find(self, request: HttpRequest) -> HttpResponse:
        """Look for a transaction, a postback, an offer; a single hit opens at once."""
        text = request.GET.get("q", "").strip()
        groups = find(self._registry, request, text) if text else []
        addresses = [url for group in groups for url, _ in group.rows]
        if len(addresses) == 1:
            return HttpResponseRedirect(addresses[0])
        context = {
            **self.each_context(request),
            "title": f"Results for «{text}»" if text else "Search",
            "q": text,
            "groups": groups,
        }
        return TemplateResponse(request, "console/find.html", context)
