"""Leads: the people behind transactions; their contact data is sealed."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.console.people import signed_in
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.ranges import RangeFilter
from apps.core.adminkit.showing import link, moment, moment_column
from apps.tracking.models import Conversion, Event, Lead


@admin.register(Lead)
class LeadAdmin(FactsAdmin):
    """People, without their contact data."""

    list_display = (
        "public_id",
        moment_column("submitted_at", "submitted"),
        "transaction_id",
        "offer",
        "affiliate",
        "status",
    )
    list_filter = (("submitted_at", RangeFilter), "offer", "affiliate")
    list_select_related = ("offer", "affiliate")
    search_fields = ("public_id__exact", "transaction_id__exact")
    search_help_text = "Lead or transaction id"
    empty = ("No leads yet.", "Leads come in through the REST API.")

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a transaction."""
        return [
            ("Events", list_url(Event, q=obj.transaction_id)),
            ("Conversions", list_url(Conversion, q=obj.transaction_id)),
        ]

    def sections(self, request: HttpRequest, obj: Lead) -> list[Section]:
        """Return what is known of the lead."""
        user = signed_in(request)
        facts = (
            ("Lead", obj.public_id),
            ("Submitted", moment(obj.submitted_at)),
            ("Status", obj.status),
            ("Transaction", obj.transaction_id),
            ("Click", link(obj.click, user, obj.transaction_id)),
            ("Offer", link(obj.offer, user)),
            ("Affiliate", link(obj.affiliate, user) if obj.affiliate else "organic"),
            ("Contact", "sealed" if obj.sealed_contact else "none"),
        )
        return [Section("Lead", facts)]
