"""Opt-Intel's opt-out lists: paths as documented, fields and answers as we suppose."""

import re
from typing import ClassVar

from tests.fakes import list_keeper
from tests.fakes.list_keeper import ListKeeper
from tests.fakes.provider import Answer, Asked

PATH = re.compile(r"/optout/([\w.-]+)/(email|phone)s-(add|delete)")


class OptIntel(ListKeeper):
    """Keeps a set of addresses and numbers for each list; addresses may be hashes."""

    name: ClassVar = "optintel"
    path: ClassVar = PATH
    accepts: ClassVar = {"key": "canary-optintel-key", "lists": ["abc123"]}

    def changed(self, asked: Asked, *groups: str) -> Answer:
        if groups[0] not in self.config["lists"]:
            return list_keeper.error(404, "List not found")
        list_id, name, verb = groups
        return self._change(list_id, name, verb, list_keeper.fields_of(asked))

    def _change(
        self, list_id: str, name: str, verb: str, fields: dict[str, str]
    ) -> Answer:
        value = str(fields.get(name, ""))
        if not _is_valid(name, value):
            return list_keeper.invalid([name])
        kept = self.kept.setdefault(list_id, set())
        is_removal = verb == "delete"
        effects = list_keeper.change(kept, {name: value}, is_removal=is_removal)
        self.effects += [{"list": list_id, **fields, **one} for one in effects]
        if is_removal:
            return _removed(bool(effects))
        if not effects:
            return list_keeper.error(409, "Contact already exists")
        return list_keeper.success(message="Contact added")


def _removed(was_there: bool) -> Answer:
    if was_there:
        return list_keeper.success(message="Contact removed")
    return list_keeper.error(404, "Contact not found")


def _is_valid(name: str, value: str) -> bool:
    if name == "phone":
        return bool(list_keeper.is_phone(value))
    return bool(list_keeper.is_email(value) or list_keeper.is_hash(value))
