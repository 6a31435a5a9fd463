"""What the form of an offer checks beside its fields."""

from django import forms

from apps.offers.models import Offer
from apps.postbacks.fact_demands import platform_error


class OfferForm(forms.ModelForm[Offer]):
    """Keeps the platform while postbacks listen to facts that another has not."""

    def clean_platform(self) -> str:
        """Ask the offer's postbacks once more when the platform changes (R113-R115)."""
        platform = str(self.cleaned_data["platform"])
        if self.instance.pk and "platform" in self.changed_data:
            error = platform_error(self.instance, platform)
            if error:
                raise forms.ValidationError(error)
        return platform
