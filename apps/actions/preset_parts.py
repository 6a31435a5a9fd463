"""What a preset is, and where it is listed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

PLACEHOLDER = re.compile(r"your-[a-z0-9-]+\.example|YOUR-[A-Z0-9-]+")


class PresetGroup(StrEnum):
    """Where a preset is listed, in this order, after the action itself."""

    label: StrOrPromise

    TRACKERS = "trackers", _("trackers and networks")
    MOBILE = "mobile", _("mobile apps")
    AUTOMATION = "automation", _("automation")
    CHAT = "chat", _("chat")

    def __new__(cls, value: str, label: StrOrPromise) -> Self:
        """Keep ``label``, which people read, beside the value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


@dataclass(frozen=True, slots=True)
class Preset:
    """A named template of the settings of “Ping URL”.

    ``key`` stands in addresses and never changes. ``settings`` are initial values by
    the name of the field; fields that it leaves out start as they always do.
    """

    key: str
    label: StrOrPromise
    group: PresetGroup
    help: StrOrPromise
    docs_url: str
    settings: Mapping[str, str | bool]

    @property
    def placeholders(self) -> list[str]:
        """Return what is to be replaced, as it stands in the settings, in order."""
        texts = [text for text in self.settings.values() if isinstance(text, str)]
        found = [word for text in texts for word in PLACEHOLDER.findall(text)]
        return list(dict.fromkeys(found))
