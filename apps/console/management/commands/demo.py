"""``manage.py demo`` (``make run``): everything on this machine, with demo data."""

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
from apps.core.processes import Child, free_port, start, stop, wait_for_http, web_server

START_SECONDS = 30
LOOK_SECONDS = 0.3


class Command(BaseCommand):
    """Starts web server, worker and a receiver that plays the partner's tracker."""

    help = "Run the product with demo data until Ctrl-C."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        port = free_port(options["port"])
        receiver_port = free_port(port + 1)
        receiver_url = f"http://127.0.0.1:{receiver_port}"
        self._prepare(receiver_url)
        children: list[Child] = []
        try:
            self._start(children, port, receiver_port)
            self._tell(port, receiver_url)
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

    def _start(self, children: list[Child], port: int, receiver_port: int) -> None:
        logs = Path(settings.VAR_DIR) / "log"
        logs.mkdir(parents=True, exist_ok=True)
        environment = {
            "DEBUG": "true",
            "DATABASE_URL": settings.DATABASE_URL,
            # The demo's partner is on this machine; production allows no such thing.
            "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
        }
        receiver = ["-m", "tests.fakes.receiver", "--port", str(receiver_port)]
        worker = [str(Path(settings.BASE_DIR) / "manage.py"), "worker"]
        for name, arguments in (("receiver", receiver), ("worker", worker)):
            log = logs / f"{name}.log"
            children.append(start(name, arguments, environment=environment, log=log))
        web_log = logs / "web.log"
        children.append(web_server(port=port, environment=environment, log=web_log))
        wait_for_http(f"http://127.0.0.1:{port}/healthz", seconds=START_SECONDS)

    def _tell(self, port: int, receiver_url: str) -> None:
        base = f"http://127.0.0.1:{port}"
        users = ", ".join(role.value for role in Role)
        self.stdout.write(
            f"\nAdmin:     {base}/admin/\n"
            f"Users:     {users} (password: {PASSWORD})\n"
            f"Receiver:  {receiver_url}/  (plays the partner's tracker)\n"
            f"API docs:  {base}/api/v1/docs\n\n"
            "Fire a postback:\n\n"
            f'  curl "{base}/postback?secure={TOKEN}&transaction_id=demo-1'
            '&amount=99.90"\n\n'
            "Then look at the event log in the admin, and at the receiver. "
            "Ctrl-C stops everything."
        )

    def _watch(self, children: list[Child]) -> Child:
        """Return the first child that ended by itself."""
        while True:
            for child in children:
                if child.process.poll() is not None:
                    return child
            time.sleep(LOOK_SECONDS)
