"""The text of /metrics: what all processes counted, and how things stand now."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from apps.core import measures
from apps.core.measures import SUM, Count, Key, Timing
from apps.core.observing import REQUESTS
from apps.core.sql import DATABASE_TROUBLE, check_connection
from apps.deliveries.clock import database_now
from apps.deliveries.counting import ATTEMPTS, DURATIONS, LATENESS
from apps.deliveries.shifts import VERSION
from apps.ingest.counting import REPORTS
from apps.reports.gauges import Gauge, gauges

COUNTS: tuple[Count, ...] = (REPORTS, ATTEMPTS)
TIMINGS: tuple[Timing, ...] = (REQUESTS, DURATIONS, LATENESS)


def exposition() -> bytes:
    """Return the metrics in Prometheus' text format.

    While the database does not answer they tell that, and nothing else.
    """
    try:
        check_connection()
        found = _families(database_now())
    except DATABASE_TROUBLE:
        found = [_up(is_up=False)]
    registry = CollectorRegistry()
    registry.register(_Collected(found))
    return generate_latest(registry)


class _Collected(Collector):
    """What ``generate_latest`` asks for families."""

    def __init__(self, found: Iterable[Metric]) -> None:
        self._found = found

    def collect(self) -> Iterable[Metric]:
        """Return the families."""
        return self._found


def _families(now: datetime) -> list[Metric]:
    measures.write()
    totals = measures.totals()
    return [
        _up(is_up=True),
        _gauge(Gauge("postbacks_build", "The version.", {VERSION: 1}, "version")),
        *(_counter(what, totals) for what in COUNTS),
        *(_histogram(what, totals) for what in TIMINGS),
        *(_gauge(gauge) for gauge in gauges(now)),
    ]


def _up(*, is_up: bool) -> Metric:
    text = "1 while the database answers; else nothing further is told."
    return _gauge(Gauge("postbacks_database_up", text, {"": is_up}))


def _gauge(gauge: Gauge) -> Metric:
    labels = [gauge.label] if gauge.label else []
    family = GaugeMetricFamily(gauge.name, gauge.help, labels=labels)
    for value, number in gauge.values.items():
        family.add_metric([value] if labels else [], number)
    return family


def _counter(what: Count, totals: Mapping[Key, float]) -> Metric:
    family = CounterMetricFamily(what.name, what.help, labels=what.labels)
    for key, number in _of(what.name, totals):
        family.add_metric(list(key), number)
    return family


def _histogram(what: Timing, totals: Mapping[Key, float]) -> Metric:
    family = HistogramMetricFamily(what.name, what.help, labels=what.labels)
    parts: defaultdict[Key, dict[str, float]] = defaultdict(dict)
    for key, number in _of(what.name, totals):
        parts[key[:-1]][key[-1]] = number
    for labels, found in parts.items():
        buckets, passed = [], 0.0
        for place, bound in enumerate((*what.bounds, float("inf"))):
            passed += found.get(str(place), 0.0)
            name = "+Inf" if bound == float("inf") else repr(bound)
            buckets.append((name, passed))
        family.add_metric(list(labels), buckets, sum_value=found.get(SUM, 0.0))
    return family


def _of(name: str, totals: Mapping[Key, float]) -> Iterator[tuple[Key, float]]:
    """Yield the series of one metric, in one order."""
    return ((key[1:], totals[key]) for key in sorted(totals) if key[0] == name)
