"""A list that shows what belongs to one object keeps that object's tabs above it."""

from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.http import HttpRequest

OWNED_BY = "__id__exact"


def owner_context(model_admin: Any, request: HttpRequest) -> dict[str, Any]:
    """Return the object whose tab the list is, its tabs, and what an add form needs.

    Nothing when the list is filtered by no object that the user may see.
    """
    for name, value in request.GET.dict().items():
        if name.endswith(OWNED_BY):
            field_name = name.removesuffix(OWNED_BY)
            screen = _screen_of(model_admin, field_name)
            if screen is not None and screen.has_view_permission(request):
                return _context(screen, request, field_name, value)
    return {}


def _screen_of(model_admin: Any, field_name: str) -> Any:
    """Return the screen of what the relation points to, if it has tabs."""
    try:
        field = model_admin.opts.get_field(field_name)
    except FieldDoesNotExist:
        return None
    registry = model_admin.admin_site._registry  # noqa: SLF001 - Django offers no other
    screen = registry.get(field.related_model)
    return screen if hasattr(screen, "tab_links") else None


def _context(
    screen: Any, request: HttpRequest, field_name: str, value: str
) -> dict[str, Any]:
    owner = screen.get_object(request, value)
    tabs = screen.tab_links(request, owner) if owner is not None else []
    current = next((tab for tab in tabs if tab.is_current), None)
    if current is None:
        return {}
    return {
        "owner": owner,
        "owner_tabs": tabs,
        "owner_query": f"?{field_name}={owner.pk}",
        "is_whole_tab": current.url == request.get_full_path(),
    }
