"""The page «Duplicate postbacks»: copies of another offer's postbacks (R101, R102)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.console.people import signed_in
from apps.core.adminkit.addresses import add_url, list_url
from apps.core.adminkit.pages import PageResult
from apps.offers.models import Offer
from apps.postbacks.copying import duplicate_rules
from apps.postbacks.models import PostbackRule

MAY_ADD_RULES = "postbacks.add_postbackrule"


class SourceForm(forms.Form):
    """Step 1: from which offer."""

    source = forms.ModelChoiceField(Offer.objects.none(), label=_("From the offer"))

    def __init__(self, target: Offer, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = PostbackRule.objects.visible_to(user).unarchived()
        offers = Offer.objects.visible_to(user).filter(rules__in=known)
        self.sources = offers.exclude(pk=target.pk).distinct().order_by("name")
        field: Any = self.fields["source"]
        field.queryset = self.sources


class DuplicateForm(forms.Form):
    """Step 2: which of its postbacks."""

    rules = forms.ModelMultipleChoiceField(
        PostbackRule.objects.none(),
        label=_("Postbacks"),
        help_text=_(
            "One that uses an affiliate's connection is copied by that affiliate only."
        ),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Tick at least one postback.")},
    )

    def __init__(self, source: Offer, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["rules"]
        field.label_from_instance = lambda rule: f"#{rule.pk} {rule}"
        # A connection stays with its owner, so what uses another's stays behind.
        usable = Q(connection=None) | Q(connection__owner_affiliate=user.affiliate_id)
        field.queryset = (
            PostbackRule.objects.visible_to(user)
            .unarchived()
            .filter(usable, offer=source)
            .select_related("goal")
            .order_by("pk")
        )


def duplicate(model_admin: Any, request: HttpRequest, target: Offer) -> PageResult:
    """Ask for the offer, then for its postbacks, then copy them."""
    user = signed_in(request)
    chosen = SourceForm(target, user, request.GET if "source" in request.GET else None)
    if chosen.is_valid():
        return _choose_rules(request, target, chosen.cleaned_data["source"])
    start = SourceForm(target, user, request.POST or None)
    if request.method == "GET" and not start.sources.exists():
        return {
            "nothing": gettext("No other offer has postbacks."),
            "next_step": gettext("Add the first one to this offer instead."),
            "next_url": add_url(PostbackRule, offer=target.pk),
            "next_label": gettext("Add postback"),
            "template": "console/nothing.html",
        }
    if start.is_valid():
        source = start.cleaned_data["source"]
        return HttpResponseRedirect(f"{request.path}?source={source.pk}")
    return {
        "form": start,
        "intro": gettext(
            "Postbacks are copied to «%(offer)s», disabled until you have looked at "
            "them."
        )
        % {"offer": target},
        "submit_label": gettext("Next"),
    }


def _choose_rules(request: HttpRequest, target: Offer, source: Offer) -> PageResult:
    user = signed_in(request)
    given = request.POST if request.method == "POST" else None
    form = DuplicateForm(source, user, given)
    if form.is_valid():
        return _copy(request, target, user, form.cleaned_data["rules"])
    return {
        "form": form,
        "intro": gettext("Which postbacks of «%(source)s» are copied to «%(target)s»?")
        % {"source": source, "target": target},
        "submit_label": gettext("Duplicate"),
    }


def _copy(
    request: HttpRequest, target: Offer, user: User, rules: Any
) -> HttpResponseRedirect:
    copies = duplicate_rules(rules=rules, offer=target, author=user, now=timezone.now())
    for copied in copies:
        for notice in copied.notices:
            messages.warning(request, notice)
    numbers = ", ".join(f"#{copied.rule.pk}" for copied in copies)
    messages.success(
        request,
        gettext(
            "Copied to «%(offer)s» as %(numbers)s. They are disabled: look at them and "
            "switch them on."
        )
        % {"offer": target, "numbers": numbers},
    )
    return HttpResponseRedirect(list_url(PostbackRule, offer__id__exact=target.pk))
