"""The words of the source, for what is stored or read by programs.

Labels are looked up in the installation's language when somebody is shown one. Names
that are stored, and answers to programs, must not change with it.
"""

from django.utils.translation import override


def source_text(text: object) -> str:
    """Return ``text``, a label or an error, in the language of the source: English."""
    with override(None):
        return str(text)
