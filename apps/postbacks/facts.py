"""What a trigger carries, under the names that field conditions use; pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any

GRANTED = frozenset(["1", "true", "yes", "granted"])


OF_EVENT = (
    "transaction_id",
    "order_id",
    "category",
    "is_payable",
    "sale_amount",
    "sale_currency",
    "currency",
    "revenue",
    "payout",
)
OF_CONVERSION = tuple(name for name in OF_EVENT if name != "category")
"""What conditions may ask of a row. Live planning, explanations and simulations all
take these, so that they cannot tell different stories."""


class Facts:
    """Values of an event or a conversion and of its click, looked up by name.

    A name is looked for among the trigger's own values, the custom fields, the
    parameters of the event and those of the click, in this order. ``field:`` and
    ``param:`` in front of a name skip what comes before. ``own`` is called, and JSON
    is parsed, when a condition asks first, which few do.
    """

    def __init__(
        self,
        own: Callable[[], Mapping[str, Any]],
        *,
        fields: Mapping[str, Any] | None = None,
        params: Mapping[str, Any] | None = None,
        click: Mapping[str, Any] | str | None = None,
    ) -> None:
        self._make_own = own
        self._own: Mapping[str, Any] | None = None
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
            if self._own is None:
                self._own = self._make_own()
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


NO_FACTS = Facts(dict)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def event_facts(value_of: Callable[[str], Any], name: str) -> dict[str, Any]:
    """Return the own facts of an event; ``value_of`` reads one of its columns."""
    return {**{one: value_of(one) for one in OF_EVENT}, "event_name": name}


def change_facts(
    value_of: Callable[[str], Any], status: str, reason: str
) -> dict[str, Any]:
    """Return the own facts of a change; ``value_of`` reads the conversion's columns."""
    own = {one: value_of(one) for one in OF_CONVERSION}
    return {**own, "status": status, "status_reason": reason}
