"""What the form of a connection checks besides its credentials."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate
from apps.connections.models import Connection
from apps.console.action_forms import SettingsForm

OWNER = "owner_affiliate"
NAME_TAKEN = _("A connection of this name exists already. Choose another name.")


class ConnectionSettingsForm(SettingsForm):
    """The connection's own fields and those of its action; made by ``form_with``."""

    owner: ClassVar[Affiliate | None]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            # Whatever is posted: what an affiliate's user makes is that affiliate's.
            self.instance.owner_affiliate = self.owner

    def clean(self) -> dict[str, Any] | None:
        """Look for the name among those of the same owner, and nowhere else."""
        cleaned = super().clean() or self.cleaned_data
        # Where the owner can be chosen, Django checks the constraint itself.
        if OWNER not in self.fields and self._is_taken(cleaned.get("name")):
            self.add_error("name", NAME_TAKEN)
        return cleaned

    def _is_taken(self, name: Any) -> bool:
        same = Connection.objects.filter(
            name=name, owner_affiliate=self.instance.owner_affiliate_id
        )
        return same.exclude(pk=self.instance.pk).exists()
