"""The page «Send test»: one real request, and what its destination answered (R214)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.delivery_words import state_badge
from apps.console.people import signed_in
from apps.console.personal import mask_for_delivery
from apps.console.rehearsal import NOTHING_FITS, label_of, what_happened
from apps.console.trace import shown_attempts
from apps.core.adminkit.pages import PageResult
from apps.deliveries.testing import TooManyTestsError, send_test
from apps.postbacks.models import PostbackRule

OFFERED = 50


class TestForm(forms.Form):
    """What the request is about."""

    about = forms.TypedChoiceField(
        label=_("About"),
        help_text=_(
            "The newest that this postback could react to. Its values fill the "
            "request; whether the conditions fit does not matter here."
        ),
    )

    def __init__(self, happened: list[Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = self.fields["about"]
        if isinstance(about, forms.ChoiceField):
            about.choices = [(str(one.pk), label_of(one)) for one in happened]


def try_it(model_admin: Any, request: HttpRequest, rule: PostbackRule) -> PageResult:
    """Send once to this postback's destination; show request and answer."""
    user = signed_in(request)
    happened = list(what_happened(rule, user)[:OFFERED])
    page: dict[str, Any] = {
        "template": "console/send_test.html",
        "nothing_fits": "" if happened else NOTHING_FITS,
        "form": TestForm(happened, request.POST or None),
        "submit_label": gettext("Send test"),
        "intro": gettext(
            "One real request goes to this postback's destination, and to no other. It "
            "is logged as a test, is not repeated, and counts for no statistics. "
            "{test} is 1 in it."
        ),
    }
    if not happened:
        return page
    form = page["form"]
    if form.is_valid():
        wanted = form.cleaned_data["about"]
        about = next(one for one in happened if str(one.pk) == wanted)
        try:
            page["delivery"] = send_test(
                rule=rule, of=about, author=user, now=timezone.now()
            )
        except TooManyTestsError as error:
            messages.error(request, str(error))
        else:
            mask = mask_for_delivery(user, page["delivery"])
            page["attempts"] = shown_attempts(page["delivery"], mask)
            page["said"] = mask.sentence(page["delivery"].message)
            page["state"] = state_badge(page["delivery"])
    return page
