"""``make bench``: every figure in one run, as ratios where machines differ.

Results go to benchmarks/results/ as JSON with machine, versions and settings.
"""

import argparse
import signal
import sys
from typing import Any

import benchmarks.environment  # noqa: F401 - sets Django up, before all else
from benchmarks import (
    attribution,
    configuration,
    deliveries,
    doors,
    imports,
    measures,
    rules,
)
from benchmarks.stage import Stage, set_stage
from benchmarks.storing import store

TARGETS = (
    ("ingest", "ratio_to_pgbench", ">=", 0.35),
    ("ingest", "p99_ms", "<=", 150),
    ("ingest", "cpu_ms_per_event", "<=", 1.5),
    ("ingest", "web_worker_mb", "<=", 150),
    ("doors", "refused_ratio", ">=", 1.0),
    ("doors", "duplicate_ratio", ">=", 1.0),
    ("doors", "rest_ratio", ">=", 0.8),
    ("doors", "batch_per_second", ">=", 8_000),
    ("doors", "batch_ratio", ">=", 8.0),
    ("end_to_end", "cpu_ms_per_event", "<=", 3.0),
    ("end_to_end", "delivery_worker_mb", "<=", 200),
    ("low_load", "p50_ms", "<=", 60),
    ("low_load", "p99_ms", "<=", 200),
    ("backlog_10000", "ratio", ">=", 0.85),
    ("backlog_10000", "cpu_ms_per_delivery", "<=", 0.75),
    ("backlogs", "flat_ratio", ">=", 0.9),
    ("slow_50_ms", "ratio", ">=", 0.75),
    ("slow_300_ms", "ratio", ">=", 0.95),
    ("black_hole", "ratio", ">=", 0.8),
    ("due_retries", "most_late_s", "<=", 1.0),
    ("rules", "planning_ratio", "<=", 1.1),
    ("rules", "rendering_us", "<=", 30),
    ("rules", "simulated_per_second", ">=", 20_000),
    ("attribution", "cost_ratio", "<=", 1.6),
    ("attribution", "history_ratio", "<=", 1.1),
    ("imports", "ratio", ">=", 0.6),
    ("configuration", "unchanged_statements_per_rule", "<=", 0.01),
    ("configuration", "created_statements_per_rule", "<=", 22),
    ("configuration", "worst_ratio", "<=", 1.3),
    ("flat", "ratio", ">=", 0.9),
)
SETTINGS = {"web_workers": 2, "web_threads": 8, "workers": 2, "threads": 64}


def main() -> int:
    """Measure, print, store; 1 when a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="A short form.")
    parser.add_argument(
        "--large",
        action="store_true",
        help="Backlogs of 100,000 and 1,000,000 and 5 million stored events too.",
    )
    given = parser.parse_args()
    # Ended from outside, it still ends what it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    stage = set_stage()
    found: dict[str, dict[str, Any]] = {}
    try:
        scale = 5 if given.quick else 1
        found["ingest"] = measures.ingest(stage, count=10_000 // scale)
        found["doors"] = doors.doors(stage, count=4_000 // scale)
        found["end_to_end"] = measures.end_to_end(stage, count=5_000 // scale)
        found["low_load"] = measures.low_load(stage, seconds=20 // scale)
        stage.stop_worker()
        found |= _deliveries(stage, given)
        found["rules"] = rules.rules(stage, simulated=200_000 // scale)
        found |= {
            "attribution": attribution.attribution(stage, count=5_000 // scale),
            "imports": imports.imports(stage, count=100_000 // scale),
            "configuration": configuration.configuration(count=2_000 // scale),
        }
        # Last, because it fills the database.
        events = 5_000_000 if given.large else 100_000
        found["flat"] = doors.flat(stage, count=4_000 // scale, events=events)
    finally:
        stage.close()
    report(found)
    store(found, missed(found), SETTINGS)
    return 1 if missed(found) else 0


def _deliveries(stage: Stage, given: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """Measure backlogs, slow partners, a dead one, and retries."""
    sizes = [1_000, 10_000]
    if given.large:
        sizes += [100_000, 1_000_000]
    found = {f"backlog_{n}": deliveries.backlog(stage, count=n) for n in sizes}
    rates = [figures["per_second"] for figures in found.values()]
    found["backlogs"] = {"flat_ratio": rates[-1] / max(rates[1:-1] or rates[:1])}
    seconds = 4 if given.quick else 20
    for latency in (50, 300):
        found[f"slow_{latency}_ms"] = deliveries.slow_partner(
            stage, latency_ms=latency, seconds=seconds
        )
    found["black_hole"] = deliveries.black_hole(stage, count=20_000)
    found["due_retries"] = deliveries.due_retries(stage, count=100)
    return found


def report(found: dict[str, dict[str, Any]]) -> None:
    """Print the figures, then the targets."""
    for name, figures in found.items():
        print(name)
        for key, value in figures.items():
            shown = f"{value:,.3f}" if isinstance(value, float) else f"{value:,}"
            print(f"  {key:<28} {shown:>14}")
    print("targets")
    for name, key, sign, target in TARGETS:
        if name in found:
            verdict = "MISSED" if (name, key) in missed(found) else "met"
            value = found[name][key]
            print(f"  {name}.{key:<24} {value:10.3f} {sign} {target:<8} {verdict}")


def missed(found: dict[str, dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the targets that were not reached."""
    return [
        (name, key)
        for name, key, sign, target in TARGETS
        if name in found
        and (found[name][key] < target if sign == ">=" else found[name][key] > target)
    ]


if __name__ == "__main__":
    sys.exit(main())
