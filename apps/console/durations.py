"""Lists of durations as people write them: «5s, 5m, 2h»."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
NEVER = "never"
LONGEST_SECONDS = 7 * 86_400
MOST = 20

_DURATION = re.compile(r"([0-9]{1,7})\s*([smhd])[a-z]*")


class DurationsField(forms.Field):
    """Seconds to wait before each further attempt.

    Empty is ``None``, the standard schedule; «never» is the empty list.
    """

    widget = forms.TextInput

    def prepare_value(self, value: Any) -> Any:
        """Return what is stored as text."""
        if isinstance(value, list):
            return ", ".join(map(shortest, value)) or NEVER
        return value

    def to_python(self, value: Any) -> list[int] | None:
        """Return seconds. Raises ``ValidationError`` naming the part it cannot read."""
        text = str(value or "").strip().lower()
        if not text:
            return None
        if text == NEVER:
            return []
        seconds = [_seconds(part.strip()) for part in text.split(",") if part.strip()]
        if len(seconds) > MOST:
            raise forms.ValidationError(
                _("At most %(count)s further attempts.") % {"count": MOST}
            )
        return seconds

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare seconds, not spellings."""
        try:
            return bool(initial != self.to_python(data))
        except forms.ValidationError:
            return True


def _seconds(part: str) -> int:
    match = _DURATION.fullmatch(part)
    if match is None:
        raise forms.ValidationError(
            _(
                "«%(part)s» is no duration. Write numbers with s, m, h or d, separated "
                "by commas: 5s, 5m, 2h."
            )
            % {"part": part}
        )
    seconds = int(match[1]) * UNITS[match[2]]
    if not 1 <= seconds <= LONGEST_SECONDS:
        raise forms.ValidationError(
            _("«%(part)s» is not between 1 second and 7 days.") % {"part": part}
        )
    return seconds


def shortest(seconds: int) -> str:
    """Return ``seconds`` in the largest unit that divides them: 7200 is «2h»."""
    for unit in ("d", "h", "m"):
        if seconds and seconds % UNITS[unit] == 0:
            return f"{seconds // UNITS[unit]}{unit}"
    return f"{seconds}s"
