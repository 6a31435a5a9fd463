"""What is known of a macro, and how the catalogue writes its entries."""

from dataclasses import dataclass

from django.utils.text import format_lazy
from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Macro:
    """One name a template may use.

    ``is_personal`` values identify a person: masked in logs, subject to consent.
    ``is_staff_only`` values must not appear in rules of affiliate users (ADR 0013).
    """

    name: str
    meaning: StrOrPromise
    example: str
    aliases: tuple[str, ...] = ()
    is_personal: bool = False
    is_staff_only: bool = False


def macro(name: str, meaning: StrOrPromise, example: str, aliases: str = "") -> Macro:
    """Return an entry; ``aliases`` have spaces between them."""
    return Macro(name, meaning, example, tuple(aliases.split()))


def personal(
    name: str, meaning: StrOrPromise, example: str, aliases: str = ""
) -> Macro:
    """Return an entry whose values identify a person."""
    return Macro(name, meaning, example, tuple(aliases.split()), is_personal=True)


def staff_only(
    name: str, meaning: StrOrPromise, example: str, aliases: str = ""
) -> Macro:
    """Return an entry that users of affiliates must not use."""
    return Macro(name, meaning, example, tuple(aliases.split()), is_staff_only=True)


def numbered(stem: str, meaning: StrOrPromise, aliases: str) -> tuple[Macro, ...]:
    """Return ten entries.

    ``meaning`` has the number as ``{number}``, ``aliases`` as ``#``, which the first
    of them may omit for 1.
    """
    first = aliases.split(maxsplit=1)[0].removesuffix("#")
    return tuple(
        macro(
            f"{stem}{number}",
            format_lazy(meaning, number=number),
            f"{stem}-{number}",
            aliases.replace("#", str(number)) + (f" {first}" if number == 1 else ""),
        )
        for number in range(1, 11)
    )
