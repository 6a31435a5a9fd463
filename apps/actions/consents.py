"""What a person agreed to, read from whatever word a form or partner wrote."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from apps.actions import rendering
from apps.actions.contract import Job, PermanentError

GRANTED: Final = frozenset(("granted", "yes", "y", "true", "on", "1"))
DENIED: Final = frozenset(("denied", "no", "n", "false", "off", "0"))

CONSENT_HELP: Final = _(
    "granted, denied, or a macro with yes or no, for example {lead:ad_consent}. "
    "Empty: nothing is said about it."
)


def consent(job: Job, name: str) -> bool | None:
    """Return whether the field says that somebody agreed; None when it says nothing.

    Raises ``PermanentError`` for another word: guessing could mean consent.
    """
    word = rendering.text(job, name).lower()
    if not word:
        return None
    if word in GRANTED | DENIED:
        return word in GRANTED
    title = name.replace("_", " ").capitalize()
    raise PermanentError(
        f"The value of “{title}” is neither granted or yes nor denied or no. Map it, "
        'for example {lead:ad_consent|map:"ok=yes,*=no"}.'
    )
