"""Which actions exist, and that a file in kinds is all one takes."""

import pkgutil
from pathlib import Path

import pytest

from apps.actions import kinds, registry
from apps.actions.contract import Group
from apps.actions.kinds.ping_url import PingUrl


def test_every_file_in_kinds_registers_its_action() -> None:
    files = {module.name for module in pkgutil.iter_modules(kinds.__path__)}

    assert {action.kind for action in registry.all_actions()} == files


def test_actions_are_listed_group_by_group() -> None:
    groups = [action.group for action in registry.all_actions()]

    assert groups == sorted(groups, key=list(Group).index)
    assert groups[0] is Group.WEB


def test_an_unknown_kind_is_explained() -> None:
    with pytest.raises(registry.UnknownActionError) as caught:
        registry.get("fax")

    assert str(caught.value).startswith("There is no action “fax”.")


def test_two_actions_cannot_share_a_kind() -> None:
    with pytest.raises(ValueError, match="Two actions call themselves “ping_url”"):
        registry.register(PingUrl)


def test_every_action_describes_itself() -> None:
    for action in registry.all_actions():
        assert action.label
        assert action.help
        assert action.RuleForm.base_fields
        assert action.batch_size >= 1


def test_actions_know_no_database() -> None:
    root = Path(registry.__file__).parent

    offenders = [
        path.name for path in root.rglob("*.py") if "django.db" in path.read_text()
    ]

    assert offenders == []
