"""Phonexa's do-not-present lists, as we suppose their API."""

import re
from typing import ClassVar

from tests.fakes import list_keeper
from tests.fakes.list_keeper import ListKeeper
from tests.fakes.provider import Answer, Asked

PATH = re.compile(r"/lists/([\w.-]+)/values-(add|delete)")


class DnplLists(ListKeeper):
    """Keeps a set of values for each list; some lists do not allow access by API."""

    name: ClassVar = "dnpl"
    path: ClassVar = PATH
    accepts: ClassVar = {
        "key": "canary-dnpl-key",
        "api_access": {"12": True, "13": False},
    }

    def changed(self, asked: Asked, *groups: str) -> Answer:
        list_id, verb = groups
        if list_id not in self.config["api_access"]:
            return list_keeper.error(404, "List not found")
        if not self.config["api_access"][list_id]:
            return list_keeper.error(403, "API access is disabled for this list")
        value = str(list_keeper.fields_of(asked).get("value", ""))
        if not value:
            return list_keeper.invalid(["value"])
        kept = self.kept.setdefault(list_id, set())
        is_removal = verb == "delete"
        effects = list_keeper.change(kept, {"value": value}, is_removal=is_removal)
        self.effects += [{"list": list_id, **one} for one in effects]
        done = "deleted" if is_removal else "added"
        return list_keeper.success(**{done: len(effects)})
