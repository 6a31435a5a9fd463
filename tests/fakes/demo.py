"""What the demo sets up for each fake provider: the conformance cases, in place."""

from typing import TYPE_CHECKING, Any

from tests.conformance import cases
from tests.conformance.case import load_cases, placed

if TYPE_CHECKING:
    from tests.fakes.server import Fakes


def demo_rules(fakes: "Fakes") -> list[dict[str, Any]]:
    """Return kind, connection and settings of one rule per case."""
    return [
        {
            "kind": case.kind,
            "fake": case.fake,
            "connection": placed(case.connection, fakes),
            "settings": placed(case.settings, fakes),
        }
        for case in load_cases(cases)
    ]
