"""The words of the source, for what is stored or read by programs.

Labels are looked up in the installation's language when somebody is shown one. Names
that are stored, and answers to programs, must not change with it.
"""

from django.utils.translation import override


def gettext_noop(text: str) -> str:
    """Return ``text`` as it is; its name has makemessages put it into catalogues.

    Django's function of this name reads the settings, which code that opens
    connections for others must not do when it is imported.
    """
    return text


def source_text(text: object) -> str:
    """Return ``text``, a label or an error, in the language of the source: English."""
    with override(None):
        return str(text)
