"""When an answer counts as success: many trackers answer 200 with the word “error”."""

import json
import re
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeAlias

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions.pattern_syntax import PatternError
from apps.actions.patterns import compile_pattern
from apps.core.http import Response

Condition: TypeAlias = Callable[[Response], bool]

_STEP = re.compile(r"\.?([\w-]+)|\[(\d{1,4})\]")
_JSON = re.compile(r"\$?((?:\.?[\w-]+|\[\d{1,4}\])+)\s*==\s*(\S.*)", re.DOTALL)


class Success(StrEnum):
    """What an answer is tested for."""

    ANY_2XX = "2xx"
    STATUS = "status"
    BODY_CONTAINS = "body_contains"
    BODY_REGEX = "body_regex"
    JSON = "json"


SUCCESS_CHOICES = [
    (Success.ANY_2XX.value, _("Any 2xx status")),
    (Success.STATUS.value, _("One of these statuses")),
    (Success.BODY_CONTAINS.value, _("2xx, and the body contains")),
    (Success.BODY_REGEX.value, _("2xx, and the body matches the pattern")),
    (Success.JSON.value, _("2xx, and the JSON body says")),
]


class ConditionError(ValueError):
    """A condition that cannot be used, with a sentence."""


@lru_cache(maxsize=1024)
def compile_condition(success: Success, value: str) -> Condition:
    """Return the test that an answer must pass. Raises ``ConditionError``."""
    if success is Success.ANY_2XX:
        return is_2xx
    if not value:
        raise ConditionError(gettext("Say what the answer must be."))
    if success is Success.STATUS:
        statuses = _statuses(value)
        return lambda response: response.status_code in statuses
    if success is Success.BODY_CONTAINS:
        return lambda response: is_2xx(response) and value in response.text
    if success is Success.BODY_REGEX:
        return _matches(value)
    return _json_equals(value)


def is_2xx(response: Response) -> bool:
    """Tell whether the status says success."""
    return 200 <= response.status_code < 300


def _statuses(value: str) -> frozenset[int]:
    words = value.replace(",", " ").split()
    if not all(re.fullmatch(r"[1-5][0-9]{2}", word) for word in words):
        raise ConditionError(gettext("List statuses with commas, for example 200,202."))
    return frozenset(map(int, words))


def _matches(value: str) -> Condition:
    try:
        pattern = compile_pattern(value)
    except PatternError as error:
        raise ConditionError(
            gettext("The pattern is not usable: %(problem)s") % {"problem": error}
        ) from error
    return lambda response: is_2xx(response) and pattern.search(response.text)


def _json_equals(value: str) -> Condition:
    found = _JSON.fullmatch(value.strip())
    if found is None:
        raise ConditionError(
            gettext("Write a path and a value: $.status==ok or $.ids[0]==7.")
        )
    steps = [name or int(number) for name, number in _STEP.findall(found[1])]
    wanted = found[2].strip().strip('"')
    return lambda response: is_2xx(response) and _at(response.text, steps) == wanted


def _at(text: str, steps: list[str | int]) -> str | None:
    """Return the value at ``steps`` as it is written in JSON, without quotes."""
    try:
        value: Any = json.loads(text, parse_float=str)
        for step in steps:
            value = value[step]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    return value if isinstance(value, str) else json.dumps(value)
