"""The page «Erase a person»: found by address, phone or id, reported, typed, erased."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.console.people import signed_in
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import FactsAdmin, render_page
from apps.ingest.finding_people import Asked, Found, TooManyError, erase, find
from apps.tracking.models import Lead

INTRO = _(
    "Fill in what you know of the person; one is enough. All leads, devices and users "
    "of that name are found in all offers, with their transactions. You see a report "
    "before anything is erased."
)
TABLES: dict[str, StrOrPromise] = {
    "leads": _("Leads"),
    "subjects": _("Devices and users"),
    "clicks": _("Clicks"),
    "events": _("Events"),
    "conversions": _("Conversions (they stay, without the person)"),
    "refused_requests": _("Refused requests"),
    "deliveries": _("Deliveries"),
    "attempts": _("Attempts"),
}


class WhoForm(forms.Form):
    """By what a person is known. Once something is found, it asks for a word."""

    email = forms.CharField(label=_("E-mail address"), required=False, max_length=254)
    phone = forms.CharField(
        label=_("Phone"),
        required=False,
        max_length=40,
        help_text=_("With its country code; however it is written."),
    )
    device = forms.CharField(
        label=_("Device id"),
        required=False,
        max_length=120,
        help_text=_("Exactly as it was reported."),
    )
    user = forms.CharField(
        label=_("User id"),
        required=False,
        max_length=120,
        help_text=_("Exactly as it was reported."),
    )
    typed = forms.CharField(
        label=_("Confirmation"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for one of them at least."""
        cleaned = super().clean() or self.cleaned_data
        if not any(cleaned.get(name) for name in Asked._fields):
            raise forms.ValidationError(
                gettext("Fill in an e-mail address, a phone, a device or a user id.")
            )
        return cleaned

    def asked(self) -> Asked:
        """Return who was asked for."""
        return Asked(*(self.cleaned_data[name] for name in Asked._fields))


class ErasesPeople(FactsAdmin):
    """A list of leads with the page that erases a person from all tables."""

    change_list_template = "console/lead_list.html"

    def get_urls(self) -> list[URLPattern]:
        """Add the page's address."""
        view = self.admin_site.admin_view(self.erase_people_view)
        own = path("erase-a-person/", view, name="tracking_lead_erase_people")
        return [own, *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Offer the page to those who may erase."""
        context = {"may_erase": _may_erase(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def erase_people_view(self, request: HttpRequest) -> HttpResponse:
        """Find a person, report what there is, erase it once the word is typed."""
        if not _may_erase(request):
            raise PermissionDenied
        form = WhoForm(request.POST if request.method == "POST" else None)
        found = _found(form) if request.method == "POST" and form.is_valid() else None
        if found is not None and found and _is_confirmed(form, found):
            return self._erased(request, found)
        if not found:
            del form.fields["typed"]
        page = {
            "template": "console/erase_people.html",
            "form": form,
            "intro": "" if found is not None else INTRO,
            "is_asked": found is not None,
            "report": _report(found) if found else (),
            "leads": found.leads if found else (),
            "submit_label": gettext("Erase personal data")
            if found
            else gettext("Find"),
            "is_dangerous": bool(found),
        }
        return render_page(self, request, page, title=gettext("Erase a person"))

    def _erased(self, request: HttpRequest, found: Found) -> HttpResponse:
        counts = ", ".join(f"{name}: {count}" for name, count in _report(found))
        erasure = erase(found, signed_in(request), timezone.now())
        messages.success(
            request,
            gettext("The personal data were erased for ever. %(counts)s.")
            % {"counts": counts},
        )
        if erasure.being_sent:
            messages.warning(
                request,
                gettext(
                    "Being sent at this moment: %(count)s. Erase these leads again in "
                    "some minutes, on their pages."
                )
                % {"count": erasure.being_sent},
            )
        return HttpResponseRedirect(list_url(Lead, contact="erased"))


def _may_erase(request: HttpRequest) -> bool:
    user = signed_in(request)
    return user.affiliate_id is None and user.has_perm("tracking.erase_lead")


def _found(form: WhoForm) -> Found | None:
    try:
        return find(form.asked())
    except TooManyError as error:
        form.add_error(None, str(error))
        return None


def _is_confirmed(form: WhoForm, found: Found) -> bool:
    """Compare what was typed; the number changes with what is found."""
    word = f"erase {len(found.transactions) + len(found.subjects)}"
    form["typed"].help_text = gettext("Type %(word)s to confirm.") % {"word": word}
    typed = form.cleaned_data["typed"]
    if typed and typed != word:
        form.add_error(
            "typed",
            gettext("Type %(word)s to confirm. Nothing was erased.") % {"word": word},
        )
    return bool(typed == word)


def _report(found: Found) -> list[tuple[str, int]]:
    return [(str(TABLES[name]), count) for name, count in found.counts().items()]
