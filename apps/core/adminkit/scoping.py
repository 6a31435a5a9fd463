"""Own rows only: in lists, by direct URL, in choices, filters and look-ups."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.translation import gettext as _

MAX_FILTER_CHOICES = 200


def visible(queryset: QuerySet[Any], user: Any) -> QuerySet[Any]:
    """Return the rows ``user`` may see; a model without a rule shows nothing."""
    visible_to = getattr(queryset, "visible_to", None)
    if visible_to is not None:
        found: QuerySet[Any] = visible_to(user)
        return found
    return queryset if user.affiliate_id is None else queryset.none()


def name_for(person: Any, viewer: Any) -> str:
    """Return who did something; affiliates learn no names but their own people's."""
    return _("staff") if is_nameless(person, viewer) else str(person)


def is_nameless(person: Any, viewer: Any) -> bool:
    """Tell whether ``viewer`` is told «staff» instead of the name of ``person``."""
    return viewer.affiliate_id not in (None, person.affiliate_id)


class ScopedMixin:
    """Limits a model admin or inline to what the user may see."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the visible rows; Django takes every object from here."""
        return visible(super().get_queryset(request), request.user)  # type: ignore[misc]

    def get_field_queryset(self, db: Any, db_field: Any, request: HttpRequest) -> Any:
        """Return the visible choices of a relation."""
        found = super().get_field_queryset(db, db_field, request)  # type: ignore[misc]
        if found is None:
            found = db_field.remote_field.model._default_manager.all()  # noqa: SLF001
        return visible(found, request.user)


class NamedFormSet(BaseInlineFormSet[Any, Any, Any]):
    """Rows of a table whose fields say what they are: their label is the heading."""

    def add_fields(self, form: Any, index: int | None) -> None:
        """Name each field for those who do not see the heading of its column."""
        super().add_fields(form, index)
        for name, field in form.fields.items():
            if field.widget.is_hidden:
                continue
            label = field.label or name.replace("_", " ")
            # A field with buttons beside it keeps its widget inside another.
            widget = getattr(field.widget, "widget", field.widget)
            widget.attrs.setdefault("aria-label", str(label).capitalize())


class ScopedInline(ScopedMixin, admin.TabularInline[Any, Any]):
    """A table of rows that belong to the object of the form."""

    formset = NamedFormSet


class ReadOnlyMixin:
    """Shows rows that nobody edits, adds or deletes in a form."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody adds a row by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody edits a row by hand."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes a row by hand."""
        return False


class ScopedRelatedFilter(admin.RelatedFieldListFilter):
    """Offers the visible rows only; the stock filter lists everybody's."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> Any:
        """Return the choices of the filter."""
        rows = visible(field.remote_field.model._default_manager.all(), request.user)  # noqa: SLF001
        return [(row.pk, str(row)) for row in rows[:MAX_FILTER_CHOICES]]
