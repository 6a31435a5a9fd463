"""Which actions exist: every class in ``apps.actions.kinds`` marked ``@register``."""

import pkgutil
from importlib import import_module
from typing import Final, TypeVar

from apps.actions.base import Action
from apps.actions.contract import Group

KINDS_PACKAGE: Final = "apps.actions.kinds"

ActionClass = TypeVar("ActionClass", bound=type[Action])

_actions: dict[str, Action] = {}


class UnknownActionError(LookupError):
    """A kind of action this installation does not have, with a sentence."""


def register(action_class: ActionClass) -> ActionClass:
    """Make an action selectable.

    Raises ``ValueError`` when its kind is taken by another class.
    """
    taken = _actions.get(action_class.kind)
    if taken is not None:
        raise ValueError(
            f"Two actions call themselves “{action_class.kind}”: "
            f"{type(taken).__name__} and {action_class.__name__}."
        )
    _actions[action_class.kind] = action_class()
    return action_class


def get(kind: str) -> Action:
    """Return the action of ``kind``; actions keep no state, so there is one each.

    Raises ``UnknownActionError``.
    """
    try:
        return _actions[kind]
    except KeyError:
        raise UnknownActionError(
            f"There is no action “{kind}”. Its file was removed from "
            f"{KINDS_PACKAGE}, or it comes from a newer version."
        ) from None


def all_actions() -> list[Action]:
    """Return all actions, group by group, by label within a group."""
    groups = list(Group)
    return sorted(
        _actions.values(),
        key=lambda action: (groups.index(action.group), str(action.label)),
    )


def load_kinds() -> None:
    """Import every file of the kinds package; called once when Django starts."""
    package = import_module(KINDS_PACKAGE)
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"{KINDS_PACKAGE}.{module.name}")
