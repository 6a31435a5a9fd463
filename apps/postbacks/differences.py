"""What changed between two revisions of a rule, in pairs of texts; pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that changed; secrets say only that they did."""

    name: str
    before: str
    after: str


def differences(
    before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[Difference]:
    """Return what differs between two snapshots, in the order of the names."""
    old, new = dict(_flat(before)), dict(_flat(after))
    return [
        Difference(name, old.get(name, NOTHING), new.get(name, NOTHING))
        for name in sorted(old.keys() | new.keys())
        if old.get(name, NOTHING) != new.get(name, NOTHING)
    ]


def _flat(snapshot: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, value in snapshot.items():
        label = f"{prefix}{name.removesuffix('_id').replace('_', ' ')}"
        if isinstance(value, dict):
            yield from _flat(value, f"{label}: ")
        else:
            yield label, _as_text(value)


def _as_text(value: Any) -> str:
    if value in (None, "", []):
        return NOTHING
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
