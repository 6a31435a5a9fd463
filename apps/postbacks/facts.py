"""What a trigger carries, under the names that field conditions use; pure."""

import json
from collections.abc import Mapping
from typing import Any

GRANTED = frozenset(["1", "true", "yes", "granted"])


class Facts:
    """Values of an event or a conversion and of its click, looked up by name.

    A name is looked for among the trigger's own values, the custom fields, the
    parameters of the event and those of the click, in this order. ``field:`` and
    ``param:`` in front of a name skip what comes before. JSON texts are parsed when
    a condition asks for them first, which few do.
    """

    def __init__(
        self,
        own: Mapping[str, Any],
        *,
        fields: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        click: Mapping[str, Any] | str | None = None,
    ) -> None:
        self._own = own
        self._fields = fields or {}
        self._params = params or {}
        self._click = click

    def text(self, name: str) -> str:
        """Return the value of ``name`` as text, "" when there is none."""
        prefix, _, rest = name.partition(":")
        if prefix == "field" and rest:
            value = self._fields.get(rest)
        elif prefix == "param" and rest:
            value = self._parameter(rest)
        else:
            value = self._own.get(name)
            if value is None:
                value = self._fields.get(name)
            if value is None:
                value = self._parameter(name)
        return _as_text(value)

    def _parameter(self, name: str) -> Any:
        value = self._params.get(name)
        return self._of_click(name) if value is None else value

    def _of_click(self, name: str) -> Any:
        click = self._click
        if isinstance(click, str):
            click = self._click = json.loads(click)
        return click.get(name) if click else None

    @property
    def has_consent(self) -> bool:
        """Tell whether the person agreed, on the event or on its click."""
        return self.text("param:consent").strip().lower() in GRANTED


NO_FACTS = Facts({})


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
