"""``manage.py demo`` (``make run``): everything on this machine, with demo data."""

import json
import signal
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from apps.accounts.models import Role
from apps.accounts.roles import sync_roles
from apps.console.demo_data import PASSWORD, TOKEN, load_demo_data
from apps.console.demo_providers import LEAD, ask_fakes, load_demo_providers
from apps.core.processes import Child, free_port, start, stop, wait_for_http, web_server

START_SECONDS = 30
LOOK_SECONDS = 0.3


class Command(BaseCommand):
    """Starts web server, worker and a receiver that plays the partner's tracker."""

    help = "Run the product with demo data until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--prepare-only",
            action="store_true",
            help="Migrate and load the demo data, then end.",
        )
        parser.add_argument("--receiver", default="", help="URL of the receiver.")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        port = free_port(options["port"])
        receiver_port = free_port(port + 1)
        receiver_url = options["receiver"] or f"http://127.0.0.1:{receiver_port}"
        self._prepare(receiver_url)
        if options["prepare_only"]:
            return
        children: list[Child] = []
        fakes_port = free_port(receiver_port + 1)
        try:
            self._start_partners(children, receiver_port, fakes_port)
            self._start(children, port)
            self._tell(port, receiver_url, f"http://127.0.0.1:{fakes_port}")
            ended = self._watch(children)
            self.stderr.write(
                f"The {ended.name} ended with status {ended.process.returncode}; "
                "stopping the rest. Its log is in var/log."
            )
        except KeyboardInterrupt:
            self.stdout.write("\nStopping …")
            ended = None
        finally:
            stop(children)
        sys.exit(1 if ended else 0)

    def _prepare(self, receiver_url: str) -> None:
        connection = connections["default"]
        executor = MigrationExecutor(connection)
        targets = executor.loader.graph.leaf_nodes()
        if executor.migration_plan(targets):
            self.stdout.write("Preparing the database …")
            call_command("migrate", verbosity=0)
            sync_roles()
        if load_demo_data(receiver_url=receiver_url, now=timezone.now()):
            self.stdout.write("Demo data loaded.")
        connections.close_all()

    def _start_partners(
        self, children: list[Child], receiver_port: int, fakes_port: int
    ) -> None:
        """Start who receives: a tracker, and fakes of all providers."""
        for name, port in (("receiver", receiver_port), ("server", fakes_port)):
            arguments = ["-m", f"tests.fakes.{name}", "--port", str(port)]
            children.append(start(name, arguments, environment={}, log=_log(name)))
        fakes_url = f"http://127.0.0.1:{fakes_port}"
        wait_for_http(f"{fakes_url}/", seconds=START_SECONDS)
        load_demo_providers(wanted=ask_fakes(fakes_url), now=timezone.now())
        connections.close_all()

    def _start(self, children: list[Child], port: int) -> None:
        environment = {
            "DEBUG": "true",
            "DATABASE_URL": settings.DATABASE_URL,
            # The demo's partners are on this machine; production allows no such thing.
            "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
        }
        worker = [str(Path(settings.BASE_DIR) / "manage.py"), "worker"]
        children.append(
            start("worker", worker, environment=environment, log=_log("worker"))
        )
        children.append(web_server(port=port, environment=environment, log=_log("web")))
        wait_for_http(f"http://127.0.0.1:{port}/healthz", seconds=START_SECONDS)

    def _tell(self, port: int, receiver_url: str, fakes_url: str) -> None:
        base = f"http://127.0.0.1:{port}"
        users = ", ".join(role.value for role in Role)
        self.stdout.write(
            f"\nAdmin:     {base}/admin/\n"
            f"Users:     {users} (password: {PASSWORD})\n"
            f"Receiver:  {receiver_url}/  (plays the partner's tracker)\n"
            f"Providers: {fakes_url}/  (play Facebook, Twilio, Slack and the others)\n"
            f"API docs:  {base}/api/v1/docs\n\n"
            "Fire a postback:\n\n"
            f'  curl "{base}/postback?secure={TOKEN}&transaction_id=demo-1'
            '&amount=99.90"\n\n'
            "Send a lead to every kind of action at once:\n\n"
            f'  curl "{base}/api/v1/leads" -H "Authorization: Bearer {TOKEN}" '
            f"-H 'Content-Type: application/json' -d '{json.dumps(LEAD)}'\n\n"
            "Then look at the event log in the admin, and at the receivers. "
            "Ctrl-C stops everything."
        )

    def _watch(self, children: list[Child]) -> Child:
        """Return the first child that ended by itself."""
        while True:
            for child in children:
                if child.process.poll() is not None:
                    return child
            time.sleep(LOOK_SECONDS)


def _log(name: str) -> Path:
    folder = Path(settings.VAR_DIR) / "log"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"
