"""Event lists: made once, used by many offers, always live (R194 to R198)."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.console.attaching import warn_of_two
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import PagesAdmin
from apps.core.adminkit.scoping import ScopedInline
from apps.event_lists.models import EventList, EventListItem, OfferEventList
from apps.events.models import EventType
from apps.offers.models import Offer

TIP = _(
    "Offers follow the list: what you add or remove here counts for every offer that "
    "uses it, at once. Tip: offers of the same vertical share a list."
)


class ItemInline(ScopedInline):
    """The events of a list."""

    model = EventListItem
    extra = 0
    autocomplete_fields = ("event_type",)
    verbose_name = _("event")
    verbose_name_plural = _("Events")


class ListOfferInline(ScopedInline):
    """The offers that use a list."""

    model = OfferEventList
    extra = 0
    autocomplete_fields = ("offer",)
    verbose_name = _("offer")
    verbose_name_plural = _("Offers that use it")


@admin.register(EventList)
class EventListAdmin(PagesAdmin):
    """Sets of events that offers share."""

    list_display = ("name", "description", "events", "used_by")
    search_fields = ("name", "description")
    ordering = ("name",)
    inlines = (ItemInline, ListOfferInline)
    empty = (
        _("No event lists yet."),
        format_lazy("{} {}", _("A list is made once."), TIP),
    )
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "description"), "description": TIP}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count events and offers with the page's own query."""
        lists: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = lists.annotate(
            event_count=_count_of(EventListItem), offer_count=_count_of(OfferEventList)
        )
        return counted

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the offers of the list, where it is attached to more at once."""
        label = ngettext(
            "Used by %(count)s offer", "Used by %(count)s offers", obj.offer_count
        )
        return [(label % {"count": obj.offer_count}, _offers_url(obj))]

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Warn of offers that now have two conversion events (R179)."""
        super().save_related(request, form, formsets, change)
        conversion = EventType.objects.filter(
            event_lists=form.instance, is_conversion=True
        ).first()
        if conversion is not None:
            using = Offer.objects.filter(event_lists=form.instance)
            warn_of_two(request, conversion, using.order_by("name"))

    @admin.display(description=_("events"), ordering="event_count")
    def events(self, obj: Any) -> int:
        """Return how many events are in it."""
        count: int = obj.event_count
        return count

    @admin.display(description=_("offers"), ordering="offer_count")
    def used_by(self, obj: Any) -> SafeString | str:
        """Link to the offers that use it (R197)."""
        if not obj.offer_count:
            return gettext("used by no offer")
        label = ngettext(
            "used by %(count)s offer", "used by %(count)s offers", obj.offer_count
        )
        return format_html(
            '<a href="{}">{}</a>', _offers_url(obj), label % {"count": obj.offer_count}
        )


def _count_of(rows: type[EventListItem] | type[OfferEventList]) -> Coalesce:
    """Return how many of ``rows`` a list has; joins would multiply with each other."""
    of_list = rows.objects.filter(event_list=OuterRef("pk"))
    counted = of_list.order_by().values("event_list").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def _offers_url(obj: EventList) -> str:
    return list_url(Offer, event_lists__id__exact=obj.pk)
