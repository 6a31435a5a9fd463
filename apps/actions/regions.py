"""Countries in which telephone numbers without a country code are read."""

from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import rendering
from apps.actions.contract import Job
from apps.core.normalizing import DEFAULT_REGION


class RegionField(forms.CharField):
    """Two letters of ISO 3166."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what a ``CharField`` takes."""
        kwargs.setdefault("label", _("Country of numbers without a country code"))
        kwargs.setdefault("initial", DEFAULT_REGION)
        kwargs.setdefault("max_length", 2)
        kwargs.setdefault(
            "help_text",
            _("Two letters, used when the lead's own country is not known."),
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> str:
        """Return the letters in upper case."""
        region: str = super().clean(value).strip().upper()
        if region and region not in phonenumbers.SUPPORTED_REGIONS:
            raise ValidationError(
                gettext("Name a country by two letters, for example GB.")
            )
        return region


def phone_region(job: Job) -> str:
    """Return the field ``country`` when it names one, else ``default_region``."""
    country = rendering.text(job, "country").upper()
    if country in phonenumbers.SUPPORTED_REGIONS:
        return country
    return str(job.settings.get("default_region") or DEFAULT_REGION)
