"""Checks of what an account manager types on an offer."""

import ipaddress

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


def validate_network(value: str) -> None:
    """Raise ``ValidationError`` unless ``value`` is an IP address or a network."""
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise ValidationError(
            _(
                "«%(value)s» is neither an IP address nor a network such as "
                "203.0.113.0/24 (the bits behind the slash must be zero)."
            )
            % {"value": value}
        ) from error


def validate_url_template(value: str) -> None:
    """Raise ``ValidationError`` unless ``value`` is an http(s) URL."""
    if not value.startswith(("http://", "https://")):
        raise ValidationError(_("The address must begin with https:// or http://."))
