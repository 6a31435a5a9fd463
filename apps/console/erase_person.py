"""The page «Erase personal data» of a lead: typed, for ever, and logged."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.people import signed_in
from apps.core.adminkit.addresses import change_url
from apps.core.adminkit.pages import PageResult
from apps.ingest.erasing import erase_person
from apps.tracking.models import Lead

INTRO = _(
    "Contact data and the hashes by which this person is found, address and browser of "
    "the click, what events and refused requests carried, and what partners were sent "
    "and answered go for ever. Amounts, statuses, times, order numbers and the "
    "affiliate's own click id stay. Partners who were told keep what they have: ask "
    "them to erase it. What was not sent yet goes without personal data. There is no "
    "way back."
)


class EraseForm(forms.Form):
    """Erases only when the lead's id was typed."""

    typed = forms.CharField(
        label=_("Lead's id"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, lead: Lead, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lead = lead
        self.fields["typed"].help_text = gettext("Type %(word)s to confirm.") % {
            "word": lead.public_id
        }

    def clean_typed(self) -> str:
        """Compare what was typed with the id."""
        typed = str(self.cleaned_data["typed"])
        if typed != self.lead.public_id:
            raise forms.ValidationError(
                gettext("Type %(word)s to confirm. Nothing was erased.")
                % {"word": self.lead.public_id}
            )
        return typed


def erase(model_admin: Any, request: HttpRequest, lead: Lead) -> PageResult:
    """Erase what identifies the person of a lead."""
    form = EraseForm(lead, request.POST or None)
    if not form.is_valid():
        again = gettext("It was erased before; this erases what came since.")
        return {
            "form": form,
            "intro": f"{again} {INTRO}" if lead.erased_at else INTRO,
            "submit_label": gettext("Erase personal data"),
            "is_dangerous": True,
        }
    erasure = erase_person(lead.pk, signed_in(request), timezone.now())
    messages.success(
        request,
        gettext(
            "The personal data of lead %(lead)s were erased, and what its postbacks "
            "had sent and received (attempts: %(attempts)s)."
        )
        % {"lead": lead.public_id, "attempts": erasure.attempts},
    )
    if erasure.being_sent:
        messages.warning(
            request,
            gettext(
                "Being sent at this moment: %(count)s. Erase again in some minutes: "
                "what these deliveries store goes then."
            )
            % {"count": erasure.being_sent},
        )
    return HttpResponseRedirect(change_url(lead))
