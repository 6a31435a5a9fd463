"""What the fakes of list APIs share: keys in four places, sets, answers in JSON."""

import re
from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer

is_email = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+").fullmatch
is_phone = re.compile(r"\+?\d{10,15}").fullmatch
is_hash = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}").fullmatch

FORMS = ("application/x-www-form-urlencoded", "application/json")


class ListKeeper(FakeProvider):
    """Keeps a set of values for each list; ``accepts`` holds the ``key``."""

    # The addresses it has; the groups are given to ``changed``.
    path: ClassVar[re.Pattern[str]]

    def reset(self) -> None:
        """Forget the values as well."""
        super().reset()
        self.kept: dict[str, set[str]] = {}

    def state(self) -> dict[str, Any]:
        """Return the lists beside the effects."""
        kept = {name: sorted(values) for name, values in self.kept.items()}
        return {**super().state(), "lists": kept}

    def answer(self, asked: Asked) -> Answer:
        """Refuse a wrong key, method or address; else do what is asked."""
        refused = refusal(asked, self.config["key"])
        if refused is not None:
            return refused
        found = self.path.fullmatch(asked.path)
        if found is None:
            return error(404, "Page not found")
        return self.changed(asked, *found.groups())

    @abstractmethod
    def changed(self, asked: Asked, *groups: str) -> Answer:
        """Change the list that the groups of ``path`` name, and answer."""


def fields_of(asked: Asked) -> dict[str, str]:
    """Return the fields of a body in either format."""
    if asked.content_type == "application/json":
        found = asked.json()
        return found if isinstance(found, dict) else {}
    return asked.form()


def has_key(asked: Asked, key: str) -> bool:
    """Tell whether the API key is in one of the places where it may be."""
    sent = (
        asked.headers.get("X-API-KEY"),
        asked.bearer(),
        asked.query.get("apiKey"),
        fields_of(asked).get("apiKey"),
    )
    return key in sent


def refusal(asked: Asked, key: str) -> Answer | None:
    """Return what is wrong with key, method or format; None when nothing is."""
    if not has_key(asked, key):
        return error(401, "Invalid API key")
    if asked.method != "POST":
        return error(405, "Method not allowed")
    if asked.content_type not in FORMS:
        return error(415, "Send a form or JSON")
    return None


def error(status: int, message: str) -> Answer:
    """Return a refusal."""
    return json_answer({"status": "error", "message": message}, status)


def invalid(names: Iterable[str]) -> Answer:
    """Return the refusal of fields."""
    errors = {name: ["invalid"] for name in names}
    return json_answer({"status": "error", "errors": errors}, 422)


def success(**further: Any) -> Answer:
    """Return what is said when it was done."""
    return json_answer({"status": "success", **further})


def change(
    kept: set[str], values: Mapping[str, str], *, is_removal: bool
) -> list[dict[str, Any]]:
    """Change a set; return one effect for each value that was not as wanted."""
    effects = []
    for name, value in values.items():
        if (value in kept) is is_removal:
            (kept.remove if is_removal else kept.add)(value)
            effects.append(
                {"operation": "remove" if is_removal else "add", name: value}
            )
    return effects
