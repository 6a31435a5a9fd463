"""The page «Facts for a partner»: all it is told of, by one choice of the mode (R111).

What is missing is made from a preset, one postback for each fact that is usually told;
what is there is switched. Nothing is written before a preview was seen.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate, User
from apps.actions import registry
from apps.actions.presets import PRESET_ACTION, PRESETS, PresetGroup, left_in
from apps.attribution.catalogue import facts_of
from apps.connections.models import Connection
from apps.console.fact_rules import READY_MADE
from apps.console.partner_sets import (
    MODES,
    Partner,
    Wanted,
    apply,
    partner_of,
    plan,
)
from apps.console.people import signed_in
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import PageResult
from apps.offers.models import Offer
from apps.postbacks.fact_demands import not_told_by
from apps.postbacks.models import PostbackRule, SendingMode

NEEDED = ("postbacks.add_postbackrule", "postbacks.change_postbackrule")
INTEGRATED = {
    key: preset
    for key, preset in PRESETS.items()
    if preset.group in (PresetGroup.TRACKERS, PresetGroup.MOBILE)
    and not any(left_in(str(v)) for k, v in preset.settings.items() if k != "url")
}
"""The presets that need no more than an address that is the partner's own."""


class PartnerForm(forms.Form):
    """Step 1: which affiliate, and which system receives its postbacks."""

    affiliate = forms.ModelChoiceField(
        Affiliate.objects.none(),
        label=_("Affiliate"),
        help_text=_("Whose facts they are. It must be on the offer."),
    )
    preset = forms.ChoiceField(
        label=_("Partner"),
        choices=[(key, preset.label) for key, preset in INTEGRATED.items()],
        help_text=_("The system that receives the postbacks of this affiliate."),
    )

    def __init__(self, offer: Offer, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["affiliate"]
        on_offer = Affiliate.objects.filter(offer_affiliates__offer=offer)
        field.queryset = on_offer.distinct().order_by("name")


class ModeForm(forms.Form):
    """Step 2: the sending mode; where postbacks are missing, the partner's address."""

    mode = forms.ChoiceField(
        label=_("Sending mode"),
        choices=MODES,
        widget=forms.RadioSelect,
        initial=SendingMode.ATTRIBUTED.value,
    )
    url = forms.CharField(
        label=_("Postback URL"),
        max_length=2_000,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )
    connection = forms.ModelChoiceField(
        Connection.objects.filter(kind=PRESET_ACTION, owner_affiliate=None),
        label=_("Connection"),
        required=False,
        help_text=_("Where the partner asks for a key or a signature."),
    )

    def __init__(self, partner: Partner, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.partner = partner
        self.values: dict[str, Any] = {}
        if not partner.missing:
            del self.fields["url"], self.fields["connection"]
            return
        self.initial["url"] = partner.preset.settings["url"]
        self.fields["url"].help_text = partner.preset.help

    def clean(self) -> dict[str, Any]:
        """Have the action check the request that the new postbacks would send."""
        cleaned = super().clean() or self.cleaned_data
        if "url" not in cleaned:
            return cleaned
        action = registry.get(PRESET_ACTION)
        usual = {name: f.initial for name, f in action.RuleForm.base_fields.items()}
        own: dict[str, Any] = {
            **usual,
            **self.partner.preset.settings,
            "url": cleaned["url"],
        }
        form = action.RuleForm(own)
        if not form.is_valid():
            for name, errors in form.errors.as_data().items():
                self.add_error("url" if name == "url" else None, errors)
        self.values = form.cleaned_data
        if words := left_in(own["url"]):
            self.add_error("url", _left(words))
        if action.needs_connection(self.values) and not cleaned.get("connection"):
            self.add_error("connection", gettext("This action needs a connection."))
        return cleaned


def _left(words: list[str]) -> str:
    told = gettext(
        "Replace %(words)s: the preset left a placeholder for what is your own."
    )
    return told % {"words": ", ".join(words)}


def partner_facts(model_admin: Any, request: HttpRequest, offer: Offer) -> PageResult:
    """Ask for the partner, then for the mode; show what follows; do it."""
    user = signed_in(request)
    if not user.has_perms(NEEDED):
        raise PermissionDenied
    if not facts_of(offer.platform):
        messages.error(request, not_told_by(offer.platform, list(READY_MADE)))
        return HttpResponseRedirect("../change/")
    is_chosen = "affiliate" in request.GET
    chosen = PartnerForm(offer, request.GET if is_chosen else None)
    if not chosen.is_valid():
        start = PartnerForm(offer, request.POST or request.GET or None)
        if request.method == "POST" and start.is_valid():
            return HttpResponseRedirect(f"?{_query(start.cleaned_data)}")
        return {
            "form": start,
            "intro": gettext(
                "One postback for each fact that a partner is usually told of, all "
                "with one sending mode. Nothing is written yet."
            ),
            "submit_label": gettext("Next"),
        }
    return _choose_mode(request, _chosen(offer, chosen.cleaned_data), user)


def _query(chosen: dict[str, Any]) -> str:
    return f"affiliate={chosen['affiliate'].pk}&preset={chosen['preset']}"


def _chosen(offer: Offer, chosen: dict[str, Any]) -> Partner:
    return partner_of(offer, chosen["affiliate"], INTEGRATED[chosen["preset"]])


def _choose_mode(request: HttpRequest, partner: Partner, user: User) -> PageResult:
    form = ModeForm(partner, request.POST or None)
    seen = ""
    if form.is_valid():
        seen = " ".join(str(value) for value in form.cleaned_data.values())
        if request.POST.get("seen") == seen:
            return _do(request, partner, form, user)
    names = {"affiliate": partner.affiliate, "offer": partner.offer}
    return {
        "template": "console/partner_facts.html",
        "form": form,
        "intro": gettext("Facts of «%(offer)s» for %(affiliate)s.") % names,
        "partner": partner,
        "plan": list(plan(partner, form.cleaned_data["mode"])) if seen else [],
        "hidden": [("seen", seen)] if seen else [],
        "submit_label": gettext("Do it") if seen else gettext("Preview"),
    }


def _do(
    request: HttpRequest, partner: Partner, form: ModeForm, user: User
) -> HttpResponseRedirect:
    given = form.cleaned_data
    wanted = Wanted(given["mode"], form.values, given.get("connection"))
    made, switched = apply(partner, wanted, user)
    told = gettext(
        "%(affiliate)s: %(made)s postbacks were made, %(switched)s switched, %(same)s "
        "stay as they were."
    )
    figures = {
        "affiliate": partner.affiliate,
        "made": made,
        "switched": switched,
        "same": len(partner.rules) - switched,
    }
    messages.success(request, told % figures)
    rules = list_url(PostbackRule, offer__id__exact=partner.offer.pk)
    return HttpResponseRedirect(rules)
