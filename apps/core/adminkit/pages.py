"""Extra pages of one object: a button on its form, a form or a text, a result."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from django import forms
from django.contrib.admin import helpers
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from apps.core.adminkit.scoping import ScopedAdmin

PageResult = dict[str, Any] | HttpResponse


@dataclass(frozen=True, slots=True)
class Page:
    """One extra page: its part of the URL, its button, who may use it, what it does."""

    name: str
    label: str
    permission: str
    view: Callable[[Any, HttpRequest, Any], PageResult]
    is_offered: Callable[[Any], bool] = lambda obj: True


class PagesAdmin(ScopedAdmin):
    """A model admin whose objects have pages of their own."""

    pages: tuple[Page, ...] = ()
    change_form_template = "console/change_form.html"

    def related_tabs(self, obj: Any) -> list[tuple[str, str]]:
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
        app, model = self.opts.app_label, self.opts.model_name
        return bool(request.user.has_perm(f"{app}.{page.permission}_{model}"))

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

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Put the buttons and the tabs onto the form."""
        obj = kwargs.get("obj")
        context["pages"] = self.allowed_pages(request, obj) if obj else []
        context["tabs"] = self.related_tabs(obj) if obj else []
        return super().render_change_form(request, context, *args, **kwargs)


def render_page(
    model_admin: Any, request: HttpRequest, result: PageResult, **extra: Any
) -> HttpResponse:
    """Turn a dictionary into a full admin page; let a response pass."""
    if isinstance(result, HttpResponse):
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


def change_url(obj: Any) -> str:
    """Return the address of an object's page in the admin."""
    opts = obj._meta  # noqa: SLF001 - Django's documented model API
    return reverse(f"admin:{opts.app_label}_{opts.model_name}_change", args=[obj.pk])


def list_url(model: Any, **parameters: Any) -> str:
    """Return the address of a model's list, filtered by ``parameters``."""
    opts = model._meta  # noqa: SLF001 - Django's documented model API
    url = reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist")
    query = "&".join(f"{name}={value}" for name, value in parameters.items())
    return f"{url}?{query}" if query else url
