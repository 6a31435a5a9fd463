"""Extra pages of one object: a button on its form, a form or a text, a result."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, cast
from urllib.parse import parse_qsl

from django import forms
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from apps.core.adminkit.addresses import change_url, page_url
from apps.core.adminkit.screens import LogAdmin, QuickLink, ScopedAdmin

PageResult = dict[str, Any] | HttpResponse


@dataclass(frozen=True, slots=True)
class Page:
    """One extra page: its part of the URL, its button, who may use it, what it does.

    With ``is_tab`` the screen names it among its tabs instead of its buttons.
    """

    name: str
    label: StrOrPromise
    permission: str
    view: Callable[[Any, HttpRequest, Any], PageResult]
    is_offered: Callable[[Any], bool] = lambda obj: True
    # A further permission by its full name, where the page acts on other models.
    needs: str = ""
    # Whether it is kept from users of affiliates.
    is_for_staff: bool = False
    is_tab: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A box of a page that shows: facts, or a text as it is."""

    title: StrOrPromise
    facts: tuple[tuple[StrOrPromise, Any], ...] = ()
    text: str = ""


class PagesAdmin(ScopedAdmin):
    """A model admin whose objects have pages of their own."""

    pages: tuple[Page, ...] = ()
    change_form_template = "console/change_form.html"

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return label and address of lists that belong to ``obj``."""
        return []

    def get_urls(self) -> list[URLPattern]:
        """Add an address for each page."""
        own = [
            path(
                f"<path:object_id>/{page.name}/",
                self.admin_site.admin_view(partial(self.page_view, page=page)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{page.name}",
            )
            for page in self.pages
        ]
        return own + super().get_urls()

    def allowed_pages(self, request: HttpRequest, obj: Any) -> list[Page]:
        """Return the pages the user may use on ``obj`` now."""
        return [
            page
            for page in self.pages
            if page.is_offered(obj) and self._may(request, page)
        ]

    def _may(self, request: HttpRequest, page: Page) -> bool:
        user: Any = request.user
        if page.is_for_staff and user.affiliate_id is not None:
            return False
        app, model = self.opts.app_label, self.opts.model_name
        needed = {f"{app}.{page.permission}_{model}", page.needs} - {""}
        return bool(user.has_perms(needed))

    def page_view(
        self, request: HttpRequest, object_id: str, page: Page
    ) -> HttpResponse:
        """Show a page of a visible object."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self.not_found(request, object_id)
        if page not in self.allowed_pages(request, obj):
            raise PermissionDenied
        result = page.view(self, request, obj)
        return render_page(self, request, result, title=page.label, original=obj)

    def page_links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return label and address of the pages the user may use on ``obj`` now."""
        return [
            (str(page.label), page_url(obj, page.name))
            for page in self.allowed_pages(request, obj)
            if not page.is_tab
        ]

    def tab_links(self, request: HttpRequest, obj: Any) -> list[QuickLink]:
        """Return the tabs of ``obj``, its own page first; none if it is alone."""
        tabs = self.related_tabs(request, obj)
        if not tabs:
            return []
        return [
            QuickLink(label, url, is_current=_is_current(request, url))
            for label, url in [(_("General"), change_url(obj)), *tabs]
        ]

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Keep the tabs above the history of a visible row."""
        obj = self.get_object(request, unquote(object_id))
        tabs = self.tab_links(request, obj) if obj is not None else []
        context = {"tabs": tabs, **(extra_context or {})}
        return super().history_view(request, object_id, context)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Put the buttons and the tabs onto the form."""
        obj = kwargs.get("obj")
        context["page_links"] = self.page_links(request, obj) if obj else []
        context["tabs"] = self.tab_links(request, obj) if obj else []
        return super().render_change_form(request, context, *args, **kwargs)


class FactsAdmin(LogAdmin, PagesAdmin):
    """Shows a row of a log as facts instead of a form of disabled fields."""

    facts_template = "console/facts.html"
    page_related: ClassVar[tuple[str, ...]] = ()
    """What the page names besides the row: read with it instead of one by one."""

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        """Return the visible row and what its page names, ``None`` if there is none."""
        if not self.page_related or from_field:
            return super().get_object(request, object_id, from_field)
        rows = self.get_queryset(request).select_related(*self.page_related)
        try:
            return rows.get(pk=self.opts.pk.to_python(object_id))
        except (self.model.DoesNotExist, ValidationError, ValueError):
            return None

    def sections(self, request: HttpRequest, obj: Any) -> list[Section]:
        """Return the boxes of the page."""
        raise NotImplementedError

    def heading(self, obj: Any) -> str:
        """Return the title of the page."""
        return str(obj)

    def more_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the template shows besides the boxes."""
        return {}

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the facts of a visible row."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            return self.not_found(request, object_id)
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        page = {
            "template": self.facts_template,
            "sections": self.sections(request, obj),
            "page_links": self.page_links(request, obj),
            "tabs": self.tab_links(request, obj),
            **self.more_context(request, obj),
            **(extra_context or {}),
        }
        return render_page(self, request, page, title=self.heading(obj), original=obj)


def _is_current(request: HttpRequest, url: str) -> bool:
    """Tell whether ``url`` is shown now, perhaps narrowed further."""
    path, _, query = url.partition("?")
    asked = request.GET.dict()
    return path == request.path and dict(parse_qsl(query)).items() <= asked.items()


def render_page(
    model_admin: Any, request: HttpRequest, result: PageResult, **extra: Any
) -> HttpResponse:
    """Turn a dictionary into a full admin page; let a response pass, a stream too."""
    if not isinstance(result, dict):
        return result
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "media": model_admin.media,
        **extra,
        **result,
    }
    form = context.get("form")
    if isinstance(form, forms.BaseForm):
        fieldsets = [(None, {"fields": list(form.fields)})]
        context["adminform"] = helpers.AdminForm(
            cast("Any", form), fieldsets, {}, model_admin=model_admin
        )
        context["media"] += form.media
    template = context.pop("template", "console/page.html")
    return TemplateResponse(request, template, context)
