"""What templates need to show moments, money and badges as lists do."""

from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from apps.core.adminkit import showing

register = template.Library()


@register.filter
def moment(value: datetime | None) -> SafeString | str:
    """Return a point in time as everywhere."""
    return showing.moment(value)


@register.simple_tag(takes_context=True)
def link(context: Any, obj: Any, text: str = "") -> SafeString | str:
    """Return a link to the screen of ``obj`` if the user may see it."""
    return showing.link(obj, context["request"].user, text)
