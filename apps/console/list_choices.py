"""The field of an action's form that names a value list, as a choice of those we have.

The action itself declares a text: actions know no database.
"""

from django import forms
from django.utils.translation import gettext as _

from apps.actions.fields import ListNameField
from apps.value_lists.models import ValueList

NO_LIST = ("", "\N{EN DASH}")


def list_choice(
    declared: ListNameField, chosen: str, hides_lists: bool
) -> forms.ChoiceField:
    """Return ``declared`` as a choice of the lists in use.

    ``chosen`` is what is stored; it stays a choice when its list was archived or is
    gone. With ``hides_lists`` (affiliates see none) there is no other.
    """
    # Asked when a form is made, so that a list made meanwhile is there.
    return forms.ChoiceField(
        choices=lambda: _choices(chosen, hides_lists),
        required=declared.required,
        label=declared.label,
        initial=declared.initial,
        help_text=declared.help_text,
        error_messages={
            "invalid_choice": _("There is no such list any more. Choose another one.")
        },
    )


def _choices(chosen: str, hides_lists: bool) -> list[tuple[str, str]]:
    lists = ValueList.objects.filter(is_archived=False).order_by("name")
    found = (
        []
        if hides_lists
        else [
            (one.reference, f"{one.name} ({one.get_kind_display().partition(':')[0]})")
            for one in lists
        ]
    )
    if chosen and chosen not in dict(found):
        found.append((chosen, _("%(list)s (not in use)") % {"list": chosen}))
    return [NO_LIST, *found]
