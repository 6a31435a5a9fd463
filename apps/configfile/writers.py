"""Writes all changes in order, and goes on after each problem to find them all."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.configfile.comparing import Act, Change
from apps.configfile.connection_rows import write_connection
from apps.configfile.documents import Entry
from apps.configfile.offer_shapes import DEFAULT_GOAL
from apps.configfile.rows import point, write_plain
from apps.configfile.rule_rows import write_rule
from apps.configfile.shapes import SHAPES
from apps.configfile.shaping import Shape
from apps.configfile.work import Imported, SkippedError, is_touched
from apps.offers.models import Offer
from apps.postbacks.fact_demands import platform_error

Write = Callable[[Imported, Shape, Change, Entry], Any]
SPECIAL: dict[str, Write] = {"connections": write_connection, "rules": write_rule}


def write_changes(work: Imported, changes: list[Change]) -> None:
    """Write what is added or changed, then what needs all of it to be there."""
    wanted = [one for one in changes if one.act is not Act.ONLY_HERE]
    for change in wanted:
        _write(work, change)
    for change in wanted:
        if change.section == "offers":
            _finish_offer(work, change)


def _write(work: Imported, change: Change) -> None:
    """Write one entry; only if that fails, ask what is wrong with it, all of it."""
    problems, awaited = len(work.problems), len(work.awaited)
    if _is_written(work, change):
        return
    del work.problems[problems:], work.awaited[awaited:]
    work.is_thorough = True
    _is_written(work, change)
    work.is_thorough = False


def _is_written(work: Imported, change: Change) -> bool:
    """Write one entry, or tell why not and leave nothing of it."""
    entry = work.wanted[change.section][change.key]
    shape = SHAPES[change.section]
    try:
        with transaction.atomic():
            row = SPECIAL.get(change.section, write_plain)(work, shape, change, entry)
    except SkippedError:
        pass
    except ValidationError as error:
        work.tell_invalid(entry, shape, error)
    except (IntegrityError, DataError) as error:
        why = str(error).partition("\n")[0]
        work.tell(entry, "", _("The database refused it: %(why)s") % {"why": why})
    else:
        work.stored.rows[change.section][change.key] = row.pk
        return True
    return False


def _finish_offer(work: Imported, change: Change) -> None:
    """Set the default goal, and ask the postbacks about another platform."""
    pk = work.stored.rows["offers"].get(change.key)
    if pk is None:
        return
    entry = work.wanted["offers"][change.key]
    offer = Offer.objects.get(pk=pk)
    if is_touched(change, "platform"):
        error = platform_error(offer, offer.platform)
        if error:
            work.tell(entry, "platform", error)
    if not is_touched(change, DEFAULT_GOAL.name):
        return
    before = offer.default_goal_id
    if point(work, DEFAULT_GOAL, entry, offer) and offer.default_goal_id != before:
        offer.save()
