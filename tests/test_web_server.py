"""The web server as ``make run`` starts it."""

import os
import signal
import time

import psutil
import pytest
from django.conf import settings

from apps.core.processes import Child, free_port, wait_for_http, web_server

WORKERS = 2
SECONDS = 30


def is_complete(server: Child, like: psutil.Process) -> bool:
    """Tell whether all workers have started their threads."""
    workers = psutil.Process(server.process.pid).children()
    threads = [worker.num_threads() for worker in workers]
    return threads == [like.num_threads()] * WORKERS


@pytest.mark.processes
def test_a_killed_web_worker_is_replaced_and_takes_no_other_along() -> None:
    port = free_port()
    server = web_server(
        port=port,
        environment={"DATABASE_URL": settings.DATABASE_URL, "DEBUG": "true"},
    )
    try:
        wait_for_http(f"http://127.0.0.1:{port}/healthz", seconds=SECONDS)
        workers = psutil.Process(server.process.pid).children()
        os.kill(workers[0].pid, signal.SIGKILL)
        workers[0].wait(SECONDS)
        ends_at = time.monotonic() + SECONDS
        while not is_complete(server, like=workers[1]):
            assert time.monotonic() < ends_at
            time.sleep(0.1)

        assert workers[1].is_running()
        wait_for_http(f"http://127.0.0.1:{port}/healthz", seconds=SECONDS)
    finally:
        # One that has just replaced a worker takes its time to end.
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()
