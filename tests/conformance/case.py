"""What the matrix needs to know of one kind of action."""

import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.server import Fakes

FAKES = "{fakes}"
"""In values of a case: the address of the fakes, without a slash at its end."""

SMTP_PORT = "{smtp_port}"
"""In values of a case: the port of the mail server on 127.0.0.1."""


@dataclass(frozen=True)
class Case:
    """A correct set-up of one kind, and one with wrong credentials.

    ``connection`` and ``settings`` are what somebody types into the two forms beside
    their initial values. Every secret in them is a canary: a text that starts with
    "canary-" (or holds one) and must not be found anywhere afterwards. ``refused`` are
    the values of the connection that the provider does not accept; empty when the
    provider cannot tell. ``notices_repetition`` says that the provider itself makes one
    effect of two equal requests, ``reads_answers`` that a 2xx of something else is no
    success, ``check_notices`` that “Test connection” finds wrong credentials. What is not
    ``is_http`` is spared what only HTTP can do wrong. ``attempts`` is how many it takes
    when all goes well: more where the provider tells the result later.
    """

    kind: str
    fake: str
    connection: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    refused: Mapping[str, Any] = field(default_factory=dict)
    notices_repetition: bool = False
    reads_answers: bool = True
    check_notices: bool = True
    is_http: bool = True
    attempts: int = 1


def placed(values: Mapping[str, Any], fakes: "Fakes") -> dict[str, Any]:
    """Return the values of a case with the places where the fakes are served."""
    places = {FAKES: fakes.url, SMTP_PORT: str(fakes.smtp_port)}
    found = dict(values)
    for place, text in places.items():
        for name, value in found.items():
            if isinstance(value, str):
                found[name] = value.replace(place, text)
    return found


def load_cases(package: ModuleType) -> list[Case]:
    """Return the ``CASES`` of every file in ``package``."""
    modules = sorted(found.name for found in pkgutil.iter_modules(package.__path__))
    return [
        case
        for name in modules
        for case in import_module(f"{package.__name__}.{name}").CASES
    ]
