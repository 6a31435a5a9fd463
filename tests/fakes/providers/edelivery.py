"""E-Delivery's lists of contacts and of those who unsubscribed, as we suppose them."""

import re
from typing import ClassVar

from tests.fakes import list_keeper
from tests.fakes.list_keeper import ListKeeper
from tests.fakes.provider import Answer, Asked

PATH = re.compile(
    r"/(contact|unsubscribe)-lists/([\w.-]+)/(contacts|emails|phones)-(add|delete)"
)
CHECKS = {"email": list_keeper.is_email, "phone": list_keeper.is_phone}
NEEDED = {"contacts": (), "emails": ("email",), "phones": ("phone",)}


class EDelivery(ListKeeper):
    """Keeps a set of contacts, and of the unsubscribed, for each list."""

    name: ClassVar = "edelivery"
    path: ClassVar = PATH
    accepts: ClassVar = {"key": "canary-edelivery-key", "lists": ["55"]}

    def changed(self, asked: Asked, *groups: str) -> Answer:
        kind, list_id, what, verb = groups
        if list_id not in self.config["lists"]:
            return list_keeper.error(404, "List not found")
        fields = list_keeper.fields_of(asked)
        wrong = _wrong(fields, what)
        if wrong:
            return list_keeper.invalid(wrong)
        return self._change(f"{kind}:{list_id}", fields, what, verb)

    def _change(
        self, list_name: str, fields: dict[str, str], what: str, verb: str
    ) -> Answer:
        kept = self.kept.setdefault(list_name, set())
        names = NEEDED[what] or tuple(CHECKS)
        values = {name: fields[name] for name in names if name in fields}
        if what == "contacts":
            values = {"contact": " ".join(values.values())}
        is_removal = verb == "delete"
        effects = list_keeper.change(kept, values, is_removal=is_removal)
        self.effects += [{"list": list_name, **fields, **one} for one in effects]
        if is_removal and not effects:
            return list_keeper.error(404, "Contact not found")
        done = {"added": len(effects), "duplicates": len(values) - len(effects)}
        return list_keeper.success(data=done)


def _wrong(fields: dict[str, str], what: str) -> list[str]:
    """Return the names of fields that are missing or no such thing."""
    wrong = [name for name in NEEDED[what] if not fields.get(name)]
    if what == "contacts" and not any(fields.get(name) for name in CHECKS):
        wrong = list(CHECKS)
    return wrong + [
        name
        for name, check in CHECKS.items()
        if fields.get(name) and not check(fields[name])
    ]
