"""Lists of values: who may be presented to partners, and who may not."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Func, IntegerField, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.value_list_pages import VALUE_LIST_PAGES
from apps.core.adminkit.pages import PagesAdmin
from apps.core.adminkit.scoping import ScopedInline
from apps.core.adminkit.showing import badge
from apps.value_lists.models import ListedValue, OfferValueList, ValueList

MAX_COUNT = 10_000
FIXED = ("reference", "normalization", "hashing")


class ConsultingOfferInline(ScopedInline):
    """The offers that consult the list."""

    model = OfferValueList
    extra = 0
    autocomplete_fields = ("offer",)
    verbose_name = _("offer")
    verbose_name_plural = _("Offers that consult it")


@admin.register(ValueList)
class ValueListAdmin(PagesAdmin):
    """Present and do-not-present lists."""

    list_title = _("Value lists")
    list_display = ("name", "reference", "kind", "field", "size", "api", "in_use")
    list_filter = ("kind", "field", "is_archived")
    search_fields = ("name", "=reference")
    search_help_text = _("Name or reference")
    ordering = ("name",)
    inlines = (ConsultingOfferInline,)
    pages = VALUE_LIST_PAGES
    quick_views = (
        (_("In use"), "is_archived__exact=0"),
        (_("Archived"), "is_archived__exact=1"),
    )
    empty = (
        _("No value lists yet."),
        _("A do-not-present list keeps out what it names; a present list all else."),
    )
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "reference", "kind", "field")}),
        (_("How values are compared"), {"fields": ("normalization", "hashing")}),
        (_("Use"), {"fields": ("allows_api", "is_archived")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the sizes along, counted up to the cap."""
        values = ListedValue.objects.filter(value_list=OuterRef("pk")).order_by()
        few = ArraySubquery(values.values("pk")[: MAX_COUNT + 1])
        sizes = Func(few, function="cardinality", output_field=IntegerField())
        rows: QuerySet[Any] = super().get_queryset(request).annotate(values_kept=sizes)
        return rows

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Fix what stored values depend on once the list exists."""
        return FIXED if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Lists are archived: postbacks and deliveries name them."""
        return False

    @admin.display(description=_("values"), ordering=F("values_kept"))
    def size(self, obj: Any) -> str:
        """Return how many values it has, up to the cap."""
        count = obj.values_kept
        return (
            f"{count:,}"
            if count <= MAX_COUNT
            else gettext("more than %(count)s") % {"count": f"{MAX_COUNT:,}"}
        )

    @admin.display(description=_("API access"), ordering="allows_api")
    def api(self, obj: ValueList) -> SafeString:
        """Show whether programs may use it."""
        return (
            badge(gettext("Yes"), "ok")
            if obj.allows_api
            else badge(gettext("No"), "off")
        )

    @admin.display(description=_("state"), ordering="is_archived")
    def in_use(self, obj: ValueList) -> SafeString:
        """Show whether offers consult it."""
        return (
            badge(gettext("Archived"), "off")
            if obj.is_archived
            else badge(gettext("In use"), "ok")
        )
