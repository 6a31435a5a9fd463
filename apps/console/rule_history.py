"""Pages of a postback's past: its revisions with what changed, and restoring one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.connections.models import Connection
from apps.console.people import signed_in
from apps.core import secret_box
from apps.core.adminkit.addresses import change_url
from apps.core.adminkit.pages import PageResult
from apps.core.adminkit.scoping import is_nameless, name_for
from apps.postbacks.copying import restore_revision
from apps.postbacks.differences import Difference, differences
from apps.postbacks.models import PostbackRule, RuleRevision

SHOWN = 50
"""Older revisions stay stored and can be restored by their number."""


OF_STAFF = ("conditions: fields", "conditions: sending mode")
"""What only staff set, on an affiliate's postback too; it may tell of the revenue."""


class RestoreForm(forms.Form):
    """Which revision to go back to."""

    number = forms.IntegerField(label=_("Revision"), min_value=1)

    def __init__(self, rule: PostbackRule, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule

    def clean_number(self) -> int:
        """Refuse a number that the postback does not have, or has now."""
        number = int(self.cleaned_data["number"])
        if number == self.rule.revision:
            raise forms.ValidationError(gettext("That is what the postback is now."))
        revision = self.rule.revisions.filter(number=number).first()
        if revision is None:
            raise forms.ValidationError(
                gettext("There is no revision %(number)s; the newest is %(newest)s.")
                % {"number": number, "newest": self.rule.revision}
            )
        connection = revision.snapshot["connection_id"]
        owned = Connection.objects.filter(owner_affiliate=self.rule.owner_affiliate_id)
        if connection and not owned.filter(pk=connection).exists():
            raise forms.ValidationError(
                gettext(
                    "Revision %(number)s sends with a connection that was deleted "
                    "since. Change the postback by hand instead."
                )
                % {"number": number}
            )
        return number


def revisions(model_admin: Any, request: HttpRequest, rule: PostbackRule) -> PageResult:
    """Show who changed what when."""
    viewer = signed_in(request)
    newest = list(
        rule.revisions.select_related("author").order_by("-number")[: SHOWN + 1]
    )
    return {
        "template": "console/revisions.html",
        "intro": gettext("Each delivery keeps the revision that planned it."),
        "may_restore": model_admin.has_change_permission(request, rule),
        "revisions": [
            {
                "revision": revision,
                "who": _who(revision, viewer),
                "changes": _changes(newest, place, viewer),
            }
            for place, revision in enumerate(newest[:SHOWN])
        ],
    }


def _who(revision: RuleRevision, viewer: User) -> str:
    """Return number and name of who made the revision, and what they said."""
    author = revision.author
    if author is not None and is_nameless(author, viewer):
        return name_for(author, viewer)
    who = gettext("the system") if author is None else f"#{author.pk} {author}"
    return f"{who} · {revision.comment}" if revision.comment else who


def _changes(newest: list[RuleRevision], place: int, viewer: User) -> list[Difference]:
    revision = newest[place]
    if place + 1 == len(newest):
        return []
    before = newest[place + 1]
    found = [
        change
        for change in differences(before.snapshot, revision.snapshot)
        if viewer.affiliate_id is None or change.name not in OF_STAFF
    ]
    if not secret_box.holds_same(before.sealed_secrets, revision.sealed_secrets):
        found.append(Difference(gettext("secrets"), "••••", gettext("others")))
    return found


def restore(model_admin: Any, request: HttpRequest, rule: PostbackRule) -> PageResult:
    """Go back to a revision after a confirmation."""
    number = request.GET.get("revision", "")
    form = RestoreForm(rule, request.POST or None, initial={"number": number})
    if not form.is_valid():
        return {
            "form": form,
            "intro": gettext(
                "The postback becomes what it was in that revision, and stays "
                "active or disabled as it is now. What it is now stays a revision, too."
            ),
            "submit_label": gettext("Restore"),
        }
    number = form.cleaned_data["number"]
    user, now = signed_in(request), timezone.now()
    restore_revision(rule=rule, number=number, author=user, now=now)
    told = gettext("Postback %(postback)s is as it was in revision %(number)s.")
    messages.success(request, told % {"postback": f"#{rule.pk}", "number": number})
    return HttpResponseRedirect(change_url(rule))
