"""Phonexa's do-not-present lists, as we suppose their API."""

import re
from typing import Any, ClassVar

from tests.fakes import list_keeper
from tests.fakes.provider import Answer, Asked, FakeProvider

PATH = re.compile(r"/lists/([\w.-]+)/values-(add|delete)")


class DnplLists(FakeProvider):
    """Keeps a set of values for each list; some lists do not allow access by API."""

    name: ClassVar = "dnpl"
    accepts: ClassVar = {
        "key": "canary-dnpl-key",
        "api_access": {"12": True, "13": False},
    }

    def reset(self) -> None:
        super().reset()
        self.kept: dict[str, set[str]] = {}

    def state(self) -> dict[str, Any]:
        kept = {name: sorted(values) for name, values in self.kept.items()}
        return {**super().state(), "lists": kept}

    def answer(self, asked: Asked) -> Answer:
        refused = list_keeper.refusal(asked, self.config["key"])
        if refused is not None:
            return refused
        found = PATH.fullmatch(asked.path)
        if found is None:
            return list_keeper.error(404, "Page not found")
        list_id, verb = found.groups()
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
