"""What was refused or was a duplicate, and why (R232)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.documents import as_text
from apps.console.people import signed_in
from apps.console.personal import mask_for_transaction
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.paging import LogRangeFilter
from apps.core.adminkit.showing import NOTHING, badge, link, moment, moment_column
from apps.ingest.models import RefusedRequest, Result
from apps.tracking.models import Event
from apps.tracking.personal import BY_FORM


@admin.register(RefusedRequest)
class RefusedRequestAdmin(FactsAdmin):
    """Requests that were not accepted, without their secrets."""

    list_display = (
        moment_column("received_at", _("received")),
        "result_badge",
        "reason",
        "told",
        "transaction_id",
        "event_name",
        "offer",
        "remote_address",
        "token",
    )
    list_filter = (("received_at", LogRangeFilter), "result", "offer")
    list_select_related = ("offer",)
    search_fields = ("transaction_id__exact", "reason__exact")
    search_help_text = _("Transaction id or reason")
    quick_views = (
        (_("Refused"), "result__exact=refused"),
        (_("Duplicates"), "result__exact=duplicate"),
    )
    empty = (_("Nothing was refused."), _("What senders get wrong shows up here."))

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a transaction."""
        if not obj.transaction_id:
            return []
        return [(gettext("Events"), list_url(Event, q=obj.transaction_id))]

    def sections(self, request: HttpRequest, obj: RefusedRequest) -> list[Section]:
        """Return what came in, from whom, and why it was not accepted."""
        user = signed_in(request)
        mask = mask_for_transaction(user, obj.transaction_id)
        facts = (
            (gettext("Result"), self.result_badge(obj)),
            (gettext("Reason"), format_html("<code>{}</code>", obj.reason)),
            (gettext("Detail"), mask.sentence(obj.detail) or NOTHING),
            (gettext("Received"), moment(obj.received_at)),
            (gettext("Request"), f"{obj.method} {obj.path}"),
            (gettext("From"), mask.text(obj.remote_address or "") or NOTHING),
            (gettext("Token"), self.token(obj)),
            (gettext("Offer"), link(obj.offer, user)),
            (gettext("Event"), obj.event_name or NOTHING),
            (gettext("Transaction"), obj.transaction_id or NOTHING),
            (gettext("First event"), link(obj.first_event, user)),
        )
        return [
            Section(gettext("Request"), facts),
            Section(gettext("Fields"), text=as_text(mask.document(obj.fields))),
            Section(gettext("Headers"), text=as_text(mask.document(obj.headers))),
        ]

    @admin.display(description=_("result"))
    def result_badge(self, obj: RefusedRequest) -> SafeString:
        """Show refused and duplicate apart."""
        colour = "bad" if obj.result == Result.REFUSED else "wait"
        return badge(obj.get_result_display(), colour)

    @admin.display(description=_("detail"))
    def told(self, obj: RefusedRequest) -> str:
        """Return the sentence; a list shows no personal data to anybody."""
        return BY_FORM.sentence(obj.detail)

    @admin.display(description=_("token"))
    def token(self, obj: RefusedRequest) -> str:
        """Return how the token began."""
        return f"{obj.token_prefix}…" if obj.token_prefix else NOTHING
