"""What every measurement stands on: a database, a web server, a worker, a sink."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from apps.core.processes import (
    Child,
    free_port,
    start,
    stop,
    wait_for_http,
    web_server,
)
from apps.events.categories import RepeatPolicy
from apps.offers.models import Offer, OfferAffiliate
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Click
from benchmarks.environment import FOLDER
from tests.factories import (
    SECRET,
    make_affiliate,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
    make_token,
)

CLICKS = 1_000
MANAGE = str(Path(settings.BASE_DIR) / "manage.py")


@dataclass
class Stage:
    """The processes of one run and where they are."""

    web_port: int
    sink_port: int
    hole_port: int
    offer: Offer
    rule: PostbackRule
    children: dict[str, Child] = field(default_factory=dict)

    @property
    def sink_url(self) -> str:
        """Where the partner is."""
        return f"http://127.0.0.1:{self.sink_port}"

    @property
    def environment(self) -> dict[str, str]:
        """What children need to know."""
        return {"DATABASE_URL": settings.DATABASE_URL}

    @property
    def postback_path(self) -> str:
        """The request that reports one new event with one matching rule."""
        return (
            f"/postback?secure={SECRET}&transaction_id=bench-{{n}}"
            "&event_name=bench_event&amount=12.50&order_id={t}"
        )

    def start_worker(self, workers: int = 2) -> None:
        """Start a cluster of ``workers`` processes."""
        self.children["worker"] = start(
            "worker",
            [MANAGE, "worker"],
            environment={**self.environment, "WORKERS": str(workers)},
        )

    def stop_worker(self) -> None:
        """End the cluster."""
        stop([self.children.pop("worker")])

    def sink(self, what: str) -> Any:
        """Ask the sink."""
        with urllib.request.urlopen(f"{self.sink_url}/{what}", timeout=30) as answer:
            body = answer.read()
        return json.loads(body) if what == "stats" else None

    def load(self, *, path: str, count: int, **options: float) -> dict[str, Any]:
        """Run the load generator in its own process."""
        arguments = ["--port", str(self.web_port), "--path", path]
        arguments += ["--count", str(count)]
        for name, value in options.items():
            arguments += [f"--{name}", str(value)]
        return dict(json.loads(run_module("benchmarks.load", arguments)))

    def cpu_seconds(self, *names: str) -> float:
        """Return the CPU time of process trees; "database" is PostgreSQL's."""
        return sum(_tree_seconds(self._pid(name)) for name in names)

    def memory_mb(self, name: str) -> float:
        """Return the largest resident memory of one process of a tree, in MB."""
        root = psutil.Process(self._pid(name))
        found = [root, *root.children(recursive=True)]
        return float(max(process.memory_info().rss for process in found)) / 1e6

    def _pid(self, name: str) -> int:
        if name == "database":
            pid_file = Path(FOLDER) / "postgres" / "postmaster.pid"
            return int(pid_file.read_text().splitlines()[0])
        return self.children[name].process.pid

    def close(self) -> None:
        """End everything that was started."""
        stop(list(self.children.values()))


def _tree_seconds(pid: int) -> float:
    root = psutil.Process(pid)
    total = 0.0
    for process in [root, *root.children(recursive=True)]:
        # One that ends meanwhile is counted with the root's children below.
        with suppress(psutil.NoSuchProcess):
            times = process.cpu_times()
            total += times.user + times.system
    times = root.cpu_times()
    return total + float(times.children_user + times.children_system)


def run_module(module: str, arguments: Sequence[str]) -> str:
    """Run ``python -m module`` and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        capture_output=True,
        text=True,
        timeout=600,
        check=True,
        cwd=settings.BASE_DIR,
    )
    return done.stdout


def set_stage() -> Stage:
    """Make the database, the configuration, the web server and the sink."""
    call_command("migrate", verbosity=0)
    sink_port, hole_port, web_port = free_port(), free_port(), free_port()
    offer = make_offer("Bench")
    make_token(offer)
    event_type = make_event_type(
        "bench_event", needs_conversion=False, repeat_policy=RepeatPolicy.UNLIMITED
    )
    make_offer_event(offer, event_type)
    url = f"http://127.0.0.1:{sink_port}/pb?tid={{transaction_id}}&o={{order_id}}"
    rule = make_rule(offer, trigger="event", event_type=event_type, url=url)
    _make_clicks(offer)
    stage = Stage(web_port, sink_port, hole_port, offer, rule)
    stage.children["sink"] = start(
        "sink",
        ["-m", "benchmarks.sink", "--port", f"{sink_port}", "--hole", f"{hole_port}"],
        environment={},
    )
    stage.children["web"] = web_server(port=web_port, environment=stage.environment)
    wait_for_http(f"http://127.0.0.1:{web_port}/healthz", seconds=30)
    wait_for_http(f"{stage.sink_url}/reset", seconds=30)
    return stage


def _make_clicks(offer: Offer) -> None:
    affiliate = make_affiliate()
    OfferAffiliate.objects.create(offer=offer, affiliate=affiliate)
    now = timezone.now()
    Click.objects.bulk_create(
        Click(
            offer=offer,
            affiliate=affiliate,
            transaction_id=f"bench-{number}",
            clicked_at=now,
            expires_at=now + timedelta(days=30),
            params={"sub1": f"s-{number}"},
        )
        for number in range(CLICKS)
    )
