"""Alert channels: who is told, by e-mail or in Slack."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.actions.fields import SecretField
from apps.core import http
from apps.core.adminkit.addresses import change_url
from apps.core.adminkit.pages import Page, PageResult, PagesAdmin
from apps.core.adminkit.showing import NOTHING, badge
from apps.core.secret_box import MASK
from apps.deliveries import channels
from apps.deliveries.models import AlertChannel, AlertNotice
from apps.deliveries.states import ChannelKind, NoticeState

WORDS: dict[str, tuple[StrOrPromise, str]] = {
    NoticeState.SENT: (_("Arrived"), "ok"),
    NoticeState.PENDING: (_("Tried again"), "wait"),
    NoticeState.FAILED: (_("Failed"), "bad"),
}
SHARED = ("name", "kind", "is_enabled")
TEST_SUBJECT = "Test of an alert channel"
TEST_TEXT = "This is a test. Alerts of deliveries arrive here."


class AlertChannelForm(forms.ModelForm[AlertChannel]):
    """A channel and its address; a webhook's URL is kept sealed."""

    webhook_url = SecretField(
        label=_("Webhook URL"),
        required=False,
        help_text=_(
            "For Slack. It begins with https://hooks.slack.com/ and is made in Slack: "
            "your app, Incoming Webhooks. Whoever knows it can write there, so it is "
            "not shown again."
        ),
    )

    class Meta:
        model = AlertChannel
        fields = ("name", "kind", "email", "is_enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields.get("webhook_url")
        if isinstance(field, SecretField) and self.instance.sealed_url:
            field.stored("")

    def clean(self) -> dict[str, Any]:
        """Ask for the address of the kind, and drop the other one."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("kind") == ChannelKind.SLACK:
            cleaned["email"] = ""
            self._check_url(cleaned.get("webhook_url", ""))
        elif "email" not in self.errors and not cleaned.get("email"):
            self.add_error("email", gettext("An e-mail channel needs an address."))
        return cleaned

    def _check_url(self, url: str) -> None:
        if not url and not self.instance.sealed_url:
            self.add_error(
                "webhook_url", gettext("A Slack channel needs its webhook URL.")
            )
        elif url and not http.is_allowed_target(url):
            self.add_error(
                "webhook_url",
                gettext(
                    "This is no URL that can be called: it must be a public web "
                    "address."
                ),
            )

    def save(self, commit: bool = True) -> Any:
        """Seal a new URL, keep the old one where none was typed."""
        url = self.cleaned_data.get("webhook_url")
        if self.cleaned_data["kind"] != ChannelKind.SLACK:
            self.instance.sealed_url = ""
        elif url:
            self.instance.sealed_url = channels.sealed(url)
        return super().save(commit)


def _test(model_admin: Any, request: HttpRequest, channel: AlertChannel) -> PageResult:
    """Send a real message to the channel and show what came of it."""
    if request.method != "POST":
        return {
            "form": forms.Form(),
            "intro": gettext(
                "One real message is sent to %(channel)s now. It tells that it is a "
                "test."
            )
            % {"channel": channel},
            "submit_label": gettext("Send test"),
        }
    try:
        channels.send(channel, subject=TEST_SUBJECT, text=TEST_TEXT)
    except channels.NotToldError as error:
        messages.error(
            request,
            gettext("%(channel)s was not told. %(error)s")
            % {"channel": channel, "error": error},
        )
    else:
        messages.success(
            request,
            gettext("The test was sent to %(channel)s. Look for it there.")
            % {"channel": channel},
        )
    return HttpResponseRedirect(change_url(channel))


@admin.register(AlertChannel)
class AlertChannelAdmin(PagesAdmin):
    """Who is told of alerts; a webhook's URL is never shown again."""

    form = AlertChannelForm
    list_display = ("name", "kind", "address", "enabled_badge", "last_notice")
    list_filter = ("kind", "is_enabled")
    search_fields = ("name", "email")
    ordering = ("name",)
    readonly_fields = ("address",)
    pages = (Page("test", _("Send test"), "change", _test),)
    empty = (
        _("Nobody is told of alerts."),
        _(
            "Add an e-mail address or a Slack channel, then press «Send test» on its "
            "page."
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add what became of the last notice that was tried."""
        tried = AlertNotice.objects.filter(channel=OuterRef("pk"), attempts__gt=0)
        last = tried.order_by("-pk")
        rows: QuerySet[Any] = (
            super()
            .get_queryset(request)
            .annotate(
                last_state=Subquery(last.values("state")[:1]),
                last_error=Subquery(last.values("error")[:1]),
            )
        )
        return rows

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Let those who may only look see no field of the secret."""
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": (*SHARED, "address")})]
        fields = ("name", "kind", "email", "webhook_url", "is_enabled")
        return [(None, {"fields": fields})]

    @admin.display(description=_("address"))
    def address(self, obj: AlertChannel) -> str:
        """Return the e-mail address; of a webhook nothing."""
        return obj.email or MASK

    @admin.display(description=_("state"), ordering="is_enabled")
    def enabled_badge(self, obj: AlertChannel) -> SafeString:
        """Show whether it is told."""
        return (
            badge(gettext("Enabled"), "ok")
            if obj.is_enabled
            else badge(gettext("Disabled"), "off")
        )

    @admin.display(description=_("last notice"))
    def last_notice(self, obj: Any) -> SafeString | str:
        """Show whether the last notice arrived."""
        if not obj.last_state:
            return NOTHING
        text, colour = WORDS[obj.last_state]
        return badge(str(text), colour, obj.last_error)
