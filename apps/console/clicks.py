"""Clicks: the starts of transactions."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.documents import as_text
from apps.console.people import signed_in
from apps.console.personal import mask_for_click
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.paging import LogRangeFilter
from apps.core.adminkit.showing import NOTHING, link, moment, moment_column
from apps.tracking.models import Click, Conversion, Event, Lead


@admin.register(Click)
class ClickAdmin(FactsAdmin):
    """The starts of transactions."""

    list_display = (
        moment_column("clicked_at", _("clicked")),
        "transaction_id",
        "offer",
        "affiliate",
        moment_column("expires_at", _("expires")),
    )
    list_filter = (("clicked_at", LogRangeFilter), "offer", "affiliate")
    list_select_related = ("offer", "affiliate")
    search_fields = ("transaction_id__exact",)
    search_help_text = _("Transaction id")
    empty = (_("No clicks yet."), _("Send people through an offer's tracking link."))

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a transaction."""
        return [
            (gettext("Events"), list_url(Event, q=obj.transaction_id)),
            (gettext("Conversions"), list_url(Conversion, q=obj.transaction_id)),
            (gettext("Leads"), list_url(Lead, q=obj.transaction_id)),
        ]

    def sections(self, request: HttpRequest, obj: Click) -> list[Section]:
        """Return where the click came from and what came along."""
        user = signed_in(request)
        mask = mask_for_click(user, obj)
        facts = (
            (gettext("Clicked"), moment(obj.clicked_at)),
            (gettext("Expires"), moment(obj.expires_at)),
            (gettext("Transaction"), obj.transaction_id),
            (gettext("Offer"), link(obj.offer, user)),
            (
                gettext("Affiliate"),
                link(obj.affiliate, user) if obj.affiliate else gettext("organic"),
            ),
            (gettext("Address"), mask.text(obj.ip or "") or NOTHING),
            (gettext("Browser"), mask.text(obj.user_agent) or NOTHING),
            (gettext("Came from"), mask.text(obj.referrer) or NOTHING),
        )
        return [
            Section(gettext("Click"), facts),
            Section(gettext("Parameters"), text=as_text(mask.document(obj.params))),
        ]
