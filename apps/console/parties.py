"""Advertisers and affiliates."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Advertiser, Affiliate, PartyStatus
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import PagesAdmin
from apps.core.adminkit.scoping import ScopedInline
from apps.core.adminkit.showing import badge
from apps.offers.models import Offer, OfferAffiliate
from apps.tracking.models import Conversion


def _status(obj: Any) -> SafeString:
    colour = "ok" if obj.status == PartyStatus.ACTIVE else "off"
    return badge(obj.get_status_display(), colour)


@admin.register(Advertiser)
class AdvertiserAdmin(PagesAdmin):
    """Who reports events and pays revenue."""

    list_display = ("name", "status_badge", "default_currency", "contact_email")
    list_filter = ("status",)
    search_fields = ("name", "contact_email")
    ordering = ("name",)
    empty = (
        _("No advertisers yet."),
        _("An advertiser reports events and pays revenue."),
    )

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to an advertiser."""
        return [(gettext("Offers"), list_url(Offer, advertiser__id__exact=obj.pk))]

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, obj: Advertiser) -> SafeString:
        """Show whether it takes part."""
        return _status(obj)


class PartnershipInline(ScopedInline):
    """The offers the affiliate promotes."""

    model = OfferAffiliate
    extra = 0
    autocomplete_fields = ("offer",)
    verbose_name_plural = _("Offers")
    verbose_name = _("offer")


@admin.register(Affiliate)
class AffiliateAdmin(PagesAdmin):
    """Who brings traffic and is paid payout."""

    list_display = ("id", "name", "status_badge", "external_ref")
    list_display_links = ("id", "name")
    list_filter = ("status",)
    search_fields = ("name", "external_ref", "=id")
    ordering = ("name",)
    inlines = (PartnershipInline,)
    empty = (
        _("No affiliates yet."),
        _("An affiliate brings traffic and is paid payout."),
    )

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to an affiliate."""
        return [
            (gettext("Conversions"), list_url(Conversion, affiliate__id__exact=obj.pk))
        ]

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, obj: Affiliate) -> SafeString:
        """Show whether it takes part."""
        return _status(obj)
