"""The screen «Configuration»: download the file, upload one, look, confirm."""

from hashlib import sha256
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.configfile.comparing import Act, Change
from apps.configfile.documents import key_words
from apps.configfile.importing import Report, import_file
from apps.configfile.shapes import SHAPES
from apps.configfile.writing import export_text
from apps.console.people import signed_in
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import render_page
from apps.core.adminkit.scoping import ReadOnlyMixin
from apps.core.adminkit.screens import ScopedAdmin
from apps.core.models import ConfigVersion

MAY_IMPORT = "core.change_configversion"
MAX_BYTES = 1_000_000
"""What the confirmation can carry along; the command takes more."""
MOST_CHANGES = 1_000
"""Entries that one request may add or change: nginx waits a minute for an answer, and a
confirmed import runs twice, at some 20 ms an entry (``make bench``)."""
MOST_ROWS = 200
ACTS: dict[Act, tuple[StrOrPromise, str]] = {
    Act.ADDED: (_("added"), "ok"),
    Act.CHANGED: (_("changed"), "wait"),
    Act.ONLY_HERE: (_("only here"), "off"),
}
TOO_LARGE = _(
    "The file has more than 1 MB, too much for this screen. Import it on the server: "
    "manage.py config import."
)


class UploadForm(forms.Form):
    """A file to look at; nothing is changed yet."""

    file = forms.FileField(
        label=_("File"),
        help_text=format_lazy(
            _("YAML, at most {size} MB. You see what would change before it does."),
            size=MAX_BYTES // 1_000_000,
        ),
    )

    def clean_file(self) -> bytes:
        """Return the content of a file that is not too large."""
        given = self.cleaned_data["file"]
        if given.size > MAX_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        content: bytes = given.read()
        return content


class ConfirmForm(forms.Form):
    """The file that was looked at, and what it would have changed then."""

    content = forms.CharField(
        max_length=MAX_BYTES, widget=forms.HiddenInput, strip=False
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)


@admin.register(ConfigVersion)
class ConfigurationAdmin(ReadOnlyMixin, ScopedAdmin):
    """One page in place of a list: the configuration as a file."""

    def get_urls(self) -> list[URLPattern]:
        """Add the address of the file."""
        view = self.admin_site.admin_view(self.export_view)
        name = "core_configversion_export"
        return [path("export/", view, name=name), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Show the page; look at a file, or import the one that was looked at."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        page = {**_page(request), **(extra_context or {})}
        if request.method == "POST":
            if not page["may_import"]:
                raise PermissionDenied
            found = _confirmed(request) if "seen" in request.POST else _looked(request)
            if not isinstance(found, dict):
                return found
            page |= found
        title = gettext("Configuration")
        return render_page(self, request, page, title=title, is_list=True)

    def change_view(
        self, request: HttpRequest, object_id: str, *_: Any, **__: Any
    ) -> Any:
        """Lead to the page: the version has none of its own."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(list_url(ConfigVersion))

    def export_view(self, request: HttpRequest) -> HttpResponse:
        """Return the configuration as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        stamp = f"{timezone.localtime():%Y-%m-%d-%H%M}"
        name = f"configuration-{stamp}.yaml"
        return HttpResponse(
            export_text(),
            content_type="application/yaml; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def _page(request: HttpRequest) -> dict[str, Any]:
    return {
        "template": "console/config_file.html",
        "upload": UploadForm(),
        "may_import": signed_in(request).has_perm(MAY_IMPORT),
    }


def _looked(request: HttpRequest) -> dict[str, Any]:
    """Try the uploaded file and show what it would change."""
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return {"upload": form}
    content: bytes = form.cleaned_data["file"]
    return _shown(content, _import(request, content, is_dry_run=True))


def _confirmed(request: HttpRequest) -> dict[str, Any] | HttpResponse:
    """Import what was looked at, unless it would do something else by now."""
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        messages.error(request, gettext("The file got lost. Upload it again."))
        return HttpResponseRedirect(request.path)
    content = form.cleaned_data["content"].replace("\r\n", "\n").encode()
    tried = _import(request, content, is_dry_run=True)
    if _digest(tried) != form.cleaned_data["seen"]:
        text = gettext(
            "The configuration changed meanwhile, and nothing was imported. Look again "
            "at what the file would change now."
        )
        messages.warning(request, text)
        return _shown(content, tried)
    report = _import(request, content, is_dry_run=False)
    if not report.is_written:
        return _shown(content, report)
    _tell(request, report)
    return HttpResponseRedirect(request.path)


def _import(request: HttpRequest, content: bytes, *, is_dry_run: bool) -> Report:
    return import_file(
        content=content,
        author=signed_in(request),
        now=timezone.now(),
        is_dry_run=is_dry_run,
        most=MOST_CHANGES,
    )


def _digest(report: Report) -> str:
    words = "\n".join(change.words for change in report.changes)
    return sha256(words.encode()).hexdigest()


def _shown(content: bytes, report: Report) -> dict[str, Any]:
    """Return what the page shows of a file."""
    rows = [_row(change) for change in report.differences]
    kept = [change for change in report.changes if change.act is Act.ONLY_HERE]
    page: dict[str, Any] = {
        "is_shown": True,
        "problems": report.problems[:MOST_ROWS],
        "problem_count": len(report.problems),
        "rows": rows[:MOST_ROWS],
        "row_count": len(rows),
        "kept": [_row(change) for change in kept[:MOST_ROWS]],
        "kept_count": len(kept),
        "awaited": report.awaited,
    }
    if rows and not report.problems:
        given = {"content": content.decode("utf-8-sig"), "seen": _digest(report)}
        page["confirm"] = ConfirmForm(initial=given)
    return page


def _row(change: Change) -> dict[str, Any]:
    label, colour = ACTS[change.act]
    return {
        "label": label,
        "colour": colour,
        "kind": SHAPES[change.section].label,
        "name": key_words(change.key),
        "line": change.line,
        "differences": [one.words for one in change.differences],
    }


def _tell(request: HttpRequest, report: Report) -> None:
    acts = [change.act for change in report.changes]
    words = gettext("Imported: %(added)s added, %(changed)s changed.")
    figures = {"added": acts.count(Act.ADDED), "changed": acts.count(Act.CHANGED)}
    messages.success(request, words % figures)
    for name, secrets in report.awaited[:MOST_ROWS]:
        told = gettext("Enter the secrets of %(name)s: %(secrets)s.")
        given = {"name": name, "secrets": ", ".join(secrets)}
        messages.warning(request, told % given)
