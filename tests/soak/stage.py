"""What the soak plays on: a web server, two supervised clusters, a partner."""

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from django.conf import settings
from django.core.management import call_command

from apps.core.processes import (
    Child,
    free_port,
    start,
    stop,
    wait_for_http,
    web_server,
)
from apps.deliveries.supervising import mark_of, marked_processes
from apps.events.categories import RepeatPolicy
from apps.offers.models import Offer
from tests.factories import (
    make_click,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
    make_token,
)
from tests.soak.database import fill_events
from tests.soak.environment import DATA, FOLDER

CLICKS = 100
CLUSTERS = ("worker 1", "worker 2")
MANAGE = Path(settings.BASE_DIR) / "manage.py"
RECORD = FOLDER / "record"
RETRY_DELAYS = [1, 1, 2, 2, 3]
TIMEOUT_SECONDS = 5
START_SECONDS = 60.0
STOP_SECONDS = 90.0
SHOWN_LINES = 40
RULES = 2

# In the order in which a cluster starts them.
ROLES = ("worker", "worker", "monitor", "pusher")


@dataclass
class Stage:
    """The processes and where they are. What was killed is started as systemd would."""

    seed: int
    offer: Offer
    safe_rule: int
    unsafe_rule: int
    web_port: int
    partner_port: int
    environment: dict[str, str] = field(default_factory=dict)
    children: dict[str, Child] = field(default_factory=dict)
    _roles: dict[int, str] = field(default_factory=dict)

    def start(self) -> None:
        """Start everything and wait until it works."""
        self.children["partner"] = start(
            "partner",
            [
                *("-m", "tests.soak.partner", "--port", str(self.partner_port)),
                *("--record", str(RECORD), "--seed", str(self.seed)),
            ],
            environment={},
        )
        wait_for_http(f"http://127.0.0.1:{self.partner_port}/", seconds=START_SECONDS)
        self.start_web()
        for name in CLUSTERS:
            self.start_cluster(name)
        for name in CLUSTERS:
            self.wait_for_cluster(name)

    def start_web(self) -> None:
        """Start the web server and wait until it answers."""
        self.children["web"] = web_server(
            port=self.web_port, environment=self.environment, log=_log("web")
        )
        wait_for_http(
            f"http://127.0.0.1:{self.web_port}/healthz", seconds=START_SECONDS
        )

    def start_cluster(self, name: str, **environment: str) -> None:
        """Start a supervisor with its cluster."""
        self.children[name] = start(
            name,
            [str(MANAGE), "worker"],
            environment={**self.environment, **environment},
            log=_log(name.replace(" ", "-")),
        )

    def wait_for_cluster(self, name: str) -> None:
        """Return once all processes of a cluster are there."""
        ends_at = time.monotonic() + START_SECONDS
        while len(self.roles(name)) < len(ROLES):
            if time.monotonic() > ends_at:
                raise TimeoutError(f"{name} has no complete cluster.")
            time.sleep(0.1)

    def end(self, *names: str) -> None:
        """Ask processes to end, and wait until they did, as long as systemd would.

        Raises ``subprocess.TimeoutExpired`` when one does not.
        """
        ending = [self.children.pop(name) for name in names]
        for child in ending:
            child.process.terminate()
        for child in ending:
            child.process.wait(timeout=STOP_SECONDS)

    def restart(self) -> None:
        """Start everything but the partner again, with what is in the environment."""
        self.end(*CLUSTERS, "web")
        self.start_web()
        for name in CLUSTERS:
            self.start_cluster(name)

    def kill_web(self) -> None:
        """Kill the web server and all its workers."""
        web = self.children.pop("web")
        with suppress(ProcessLookupError):
            os.killpg(web.process.pid, signal.SIGKILL)
        web.process.wait()

    def kill_cluster(self, name: str) -> None:
        """Kill a supervisor and every process of its cluster."""
        supervisor = self.children.pop(name)
        pids = self.cluster(name, supervisor)
        supervisor.process.kill()
        supervisor.process.wait()
        for pid in pids:
            kill(pid)

    def cluster(self, name: str, supervisor: Child | None = None) -> list[int]:
        """Return the pids of a cluster: main process, sentinel, its children."""
        found = supervisor or self.children[name]
        mark = mark_of(MANAGE, found.process.pid)
        return [pid for pid, other in marked_processes() if other == mark]

    def sentinel(self, name: str) -> psutil.Process | None:
        """Return the process that starts and guards the workers of a cluster."""
        supervisor = psutil.Process(self.children[name].process.pid)
        for main in supervisor.children():
            for found in main.children():
                return found
        return None

    def roles(self, name: str) -> dict[int, str]:
        """Return what each child of a sentinel is, by pid.

        Their titles do not tell. A new one takes the part of one that is missing.
        """
        with suppress(psutil.NoSuchProcess):
            sentinel = self.sentinel(name)
            alive = sorted(sentinel.children(), key=_age) if sentinel else []
            pids = [child.pid for child in alive]
            missing = list(ROLES)
            for pid in pids:
                if self._roles.get(pid) in missing:
                    missing.remove(self._roles[pid])
            for pid in pids:
                if pid not in self._roles and missing:
                    self._roles[pid] = missing.pop(0)
            return {pid: self._roles.get(pid, "worker") for pid in pids}
        return {}

    def restart_what_ended(self) -> list[str]:
        """Start again what ended by itself; return the names."""
        ended = [
            name
            for name, child in self.children.items()
            if child.process.poll() is not None
        ]
        for name in ended:
            if name == "web":
                self.kill_web()
                self.start_web()
            else:
                self.kill_cluster(name)
                self.start_cluster(name)
        return ended

    def close(self) -> None:
        """End whatever is still there, however the run ended."""
        for name in CLUSTERS:
            if name in self.children:
                self.kill_cluster(name)
        stop(list(self.children.values()))
        self.children.clear()


def kill(pid: int) -> None:
    """Kill one process without a warning."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _age(process: psutil.Process) -> tuple[float, int]:
    return (process.create_time(), process.pid)


def _log(name: str) -> Path:
    return FOLDER / f"{name}.log"


def show_logs() -> None:
    """Print the end of what the processes said."""
    for log in sorted(FOLDER.glob("*.log")):
        lines = log.read_text(errors="replace").splitlines()
        print(f"--- {log.name}: the last of {len(lines)} lines")
        print("\n".join(lines[-SHOWN_LINES:]))


def left_over() -> list[str]:
    """Return the processes of this soak that are still there."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            is_ours = process.environ().get("EMBEDDED_POSTGRES_DIR") == str(DATA)
            if is_ours and process.pid != os.getpid():
                found.append(f"{process.pid} {' '.join(process.cmdline())[:60]}")
    return found


def set_stage(seed: int) -> Stage:
    """Make the tables and the configuration: one event, told to two postbacks."""
    call_command("migrate", verbosity=0)
    partner_port, web_port = free_port(), free_port()
    offer = make_offer("Soak")
    fill_events(offer)
    make_token(offer)
    event_type = make_event_type(
        "soak_event", needs_conversion=False, repeat_policy=RepeatPolicy.UNLIMITED
    )
    make_offer_event(offer, event_type)
    for number in range(CLICKS):
        make_click(offer, f"click-{number}")
    rules = [
        make_rule(
            offer,
            name=f"Soak: {on_ambiguous}",
            trigger="event",
            event_type=event_type,
            url=f"http://127.0.0.1:{partner_port}/{on_ambiguous}?o={{order_id}}",
            settings={"on_ambiguous": on_ambiguous, "timeout_seconds": TIMEOUT_SECONDS},
            retry_delays=RETRY_DELAYS,
            disable_after=0,
        )
        for on_ambiguous in ("retry", "hold")
    ]
    return Stage(
        seed=seed,
        offer=offer,
        safe_rule=rules[0].pk,
        unsafe_rule=rules[1].pk,
        web_port=web_port,
        partner_port=partner_port,
        environment={"DATABASE_URL": settings.DATABASE_URL},
    )
