"""The admin site: a menu by task, one search box, the overview as its first page."""

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from apps.console.account import show_account
from apps.console.menu import menu
from apps.console.overview import overview
from apps.console.people import signed_in
from apps.console.search import find
from apps.console.sign_in import SignInView, ask_for_code
from apps.console.two_step_page import show_two_step


class PostbacksAdminSite(admin.AdminSite):
    """Django's admin under our name and order."""

    site_header = _("Postbacks")
    site_title = _("Postbacks")
    index_title = _("Overview")
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
        """Add the search page, the user's own pages, and the second step."""
        own = [
            path("find/", self.admin_view(self.find), name="find"),
            path("account/", self.admin_view(self.account), name="account"),
            path("account/two-step/", self.admin_view(self.two_step), name="two_step"),
            path("login/code/", self.login_code, name="login_code"),
        ]
        return [*own, *super().get_urls()]

    @method_decorator(never_cache)
    @login_not_required
    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the password; Django's own view would sign in at once."""
        overview_url = reverse("admin:index")
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(overview_url)
        context = {
            **self.each_context(request),
            "title": gettext("Sign in"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        view = SignInView.as_view(next_page=overview_url, extra_context=context)
        return cast("HttpResponse", view(request))

    @method_decorator(never_cache)
    @login_not_required
    def login_code(self, request: HttpRequest) -> HttpResponse:
        """Ask for the code of the second step."""
        context = {
            **self.each_context(request),
            "title": gettext("Sign in"),
            "subtitle": None,
        }
        return ask_for_code(request, context)

    def account(self, request: HttpRequest) -> HttpResponse:
        """Show the user's own settings."""
        return show_account(request, self.each_context(request))

    def two_step(self, request: HttpRequest) -> HttpResponse:
        """Show and change the user's own second step."""
        return show_two_step(request, self.each_context(request))

    def find(self, request: HttpRequest) -> HttpResponse:
        """Look for a transaction, a postback, an offer; a single hit opens at once."""
        text = request.GET.get("q", "").strip()
        groups = find(self._registry, request, text) if text else []
        addresses = [url for group in groups for url, _ in group.rows]
        if len(addresses) == 1:
            return HttpResponseRedirect(addresses[0])
        context = {
            **self.each_context(request),
            "title": gettext("Results for «%(text)s»") % {"text": text}
            if text
            else gettext("Search"),
            "q": text,
            "groups": groups,
        }
        return TemplateResponse(request, "console/find.html", context)
