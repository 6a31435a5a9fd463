"""What became of everything: figures, and the promises that were broken."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count

from apps.core.sql import rows_of
from apps.deliveries.models import Delivery
from apps.tracking.models import Event
from tests.soak.partner import BUSY, Arrival
from tests.soak.stage import RETRY_DELAYS, RULES

WITHOUT_ATTEMPT = """
SELECT d.id::text AS id, d.attempts, count(a.number) AS recorded
  FROM deliveries_delivery d LEFT JOIN deliveries_attempt a ON a.delivery_id = d.id
 GROUP BY d.id HAVING d.attempts <> count(a.number)
     OR d.attempts <> coalesce(max(a.number), 0)
"""
TOO_EARLY = """
SELECT id::text || '/' || number AS id FROM (
    SELECT a.delivery_id AS id, a.number, a.started_at,
           lag(a.started_at + a.duration_ms * interval '1 ms') OVER w AS ended_at,
           lag(a.outcome) OVER w AS before
      FROM deliveries_attempt a WINDOW w AS (PARTITION BY delivery_id ORDER BY number)
) tries WHERE before IN ('retry', 'ambiguous')
   AND started_at < ended_at + (%s::float8[])[number - 1] * interval '1 second'
                  - interval '5 ms'
"""
IN_ANOTHER_TIME = """
SELECT delivery_id::text AS id FROM deliveries_attempt
 WHERE started_at < now() - interval '55 minutes'
    OR started_at > now() + interval '1 minute'
"""
PUT_OFF = """
SELECT func AS id FROM django_q_schedule
 WHERE schedule_type = 'I' AND next_run > now() + interval '3 minutes'
"""
UNSURE = """
SELECT delivery_id::text AS id, number, outcome FROM deliveries_attempt
 WHERE outcome IN ('unknown', 'ambiguous')
"""
SHOWN = 5


@dataclass
class Verdict:
    """The table; a line with ids breaks a promise."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    def note(self, name: str, figure: object) -> None:
        """Add a figure that is neither good nor bad."""
        self.lines.append((name, str(figure)))

    def promise(self, name: str, offenders: Iterable[object]) -> None:
        """Add the number of ``offenders``, which must be none."""
        found = sorted(map(str, offenders))
        self.note(f"{name} (0)", len(found))
        if found:
            more = f" … {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            self.broken.append(f"{name}: {', '.join(found[:SHOWN])}{more}")

    def at_most(self, name: str, figure: int, bound: int) -> None:
        """Add a figure that must not exceed ``bound``."""
        self.note(f"{name} (at most {bound})", figure)
        if figure > bound:
            self.broken.append(f"{name}: {figure}, more than {bound}")

    def show(self) -> None:
        """Print the table, and what was broken."""
        width = max(len(name) for name, _ in self.lines)
        for name, figure in self.lines:
            print(f"{name:<{width}}  {figure:>8}")
        for sentence in self.broken:
            print(f"BROKEN  {sentence}")


def judge_events(verdict: Verdict, acknowledged: Mapping[str, str]) -> None:
    """Check that what was acknowledged is stored, once, with all its deliveries."""
    events = Event.objects.filter(order_id__startswith="soak-")
    stored = {order: str(pk) for order, pk in events.values_list("order_id", "pk")}
    verdict.note("acknowledged events", len(acknowledged))
    verdict.note("events stored", events.count())
    verdict.promise(
        "acknowledged events missing",
        (o for o, event in acknowledged.items() if stored.get(o) != event),
    )
    verdict.promise(
        "orders stored twice",
        events.values_list("order_id", flat=True)
        .annotate(found=Count("pk"))
        .filter(found__gt=1),
    )
    verdict.promise(
        "events without exactly their deliveries",
        events.annotate(found=Count("deliveries"))
        .exclude(found=RULES)
        .values_list("order_id", flat=True),
    )


def judge_deliveries(verdict: Verdict) -> None:
    """Check that every delivery has an end or waits visibly, and its attempts."""
    states = Counter(Delivery.objects.values_list("state", "reason"))
    for (state, reason), count in sorted(states.items()):
        verdict.note(f"deliveries {state}" + (f": {reason}" if reason else ""), count)
    verdict.promise(
        "deliveries neither ended nor held with a reason",
        Delivery.objects.filter(state__in=["pending", "sending", "retrying"])
        .union(Delivery.objects.filter(state="held", reason=""))
        .values_list("pk", flat=True),
    )
    verdict.note("claims", sum(Delivery.objects.values_list("attempts", flat=True)))
    verdict.note("attempts recorded", _count("deliveries_attempt"))
    verdict.promise(
        "deliveries whose claims are not their attempts", _ids(WITHOUT_ATTEMPT)
    )
    verdict.promise("retries before their time", _ids(TOO_EARLY, RETRY_DELAYS))
    verdict.promise("attempts in another time", _ids(IN_ANOTHER_TIME))
    verdict.promise("schedules put off for long", _ids(PUT_OFF))
    leased = Delivery.objects.exclude(lease_until=None, lease_token=None)
    verdict.promise("leases left over", leased.values_list("pk", flat=True))


def judge_requests(
    verdict: Verdict, arrivals: Sequence[Arrival], *, unsafe_rule: int
) -> None:
    """Check that every request has a claim of its own, and what it led to."""
    by_attempt = Counter((one.delivery, one.attempt) for one in arrivals)
    taken = {one.delivery for one in arrivals if one.was_taken}
    attempts = {str(pk): n for pk, n in Delivery.objects.values_list("pk", "attempts")}

    verdict.note("requests at the partner", len(arrivals))
    verdict.promise(
        "attempts that reached the partner twice",
        (key for key, count in by_attempt.items() if count > 1),
    )
    verdict.promise(
        "requests that no claim stands for",
        ((d, n) for d, n in by_attempt if n > attempts.get(d, 0)),
    )
    verdict.promise(
        "deliveries marked as delivered that the partner did not take",
        (pk for pk in map(str, _delivered()) if pk not in taken),
    )
    verdict.promise(
        "held or unsafe deliveries sent twice", _unsafe(arrivals, unsafe_rule)
    )


def judge_repeats(
    verdict: Verdict, arrivals: Iterable[Arrival], interrupted: set[tuple[str, int]]
) -> None:
    """Check that what the partner took again is told of by an attempt."""
    unsure = rows_of(UNSURE, ())
    unknown = {(row.id, row.number) for row in unsure if row.outcome == "unknown"}
    doubts = Counter(row.id for row in unsure)
    taken = Counter(one.delivery for one in arrivals if one.was_taken)
    repeated = {one: count - 1 for one, count in taken.items() if count > 1}

    verdict.note("attempts under way at the faults", len(interrupted))
    verdict.note("attempts cut: unknown", len(unknown))
    verdict.note("attempts without an answer: ambiguous", len(unsure) - len(unknown))
    verdict.promise("attempts cut that no fault had interrupted", unknown - interrupted)
    verdict.at_most(
        "deliveries that the partner took more than once",
        len(repeated),
        len(interrupted) + len(unsure) - len(unknown),
    )
    verdict.promise(
        "repetitions that no attempt tells of",
        (one for one, more in repeated.items() if more > doubts[one]),
    )


def _unsafe(arrivals: Iterable[Arrival], rule: int) -> list[str]:
    """Return unsafe deliveries that were repeated though they may have been taken."""
    unsafe = {
        str(pk)
        for pk in Delivery.objects.filter(rule=rule).values_list("pk", flat=True)
    }
    possible: defaultdict[str, int] = defaultdict(int)
    for one in arrivals:
        if one.delivery in unsafe and one.answer != BUSY:
            possible[one.delivery] += 1
    return [one for one, count in possible.items() if count > 1]


def _delivered() -> Iterable[Any]:
    return Delivery.objects.filter(state="delivered").values_list("pk", flat=True)


def _ids(statement: Any, *parameters: object) -> list[str]:
    return [row.id for row in rows_of(statement, parameters)]


def _count(table: str) -> int:
    (row,) = rows_of(f"SELECT count(*) AS found FROM {table}", ())
    return int(row.found)
