"""The filter of deliveries that nothing accounts for; the reconciliation links it."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.deliveries.invariants import unexplained


class LostFilter(admin.SimpleListFilter):
    """Unexplained deliveries; there should be none."""

    title = _("accounted for")
    parameter_name = "explained"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the one choice."""
        return [("no", gettext("Unexplained"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        if self.value() != "no":
            return queryset
        return unexplained(queryset, timezone.now())
