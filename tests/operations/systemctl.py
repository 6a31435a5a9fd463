"""Stands in for systemctl: starts and ends the web servers as the units say.

Called as ``systemctl restart postbacks-web@8001``. It keeps pids and what it was asked
for in the folder ``UNITS``. Workers it only notes: those that run stand in workers.txt.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

MOST_SECONDS = 60.0


def main(verb: str, *arguments: str) -> int:
    """Do what ``systemctl`` would; 0 when it is done."""
    folder = Path(os.environ["UNITS"])
    if verb == "list-units":
        workers = folder / "workers.txt"
        print(workers.read_text() if workers.exists() else "", end="")
        return 0
    with (folder / "asked.txt").open("a") as asked:
        asked.write(f"{verb} {' '.join(arguments)}\n")
    name, _, port = arguments[0].partition("@")
    if verb != "restart" or name != "postbacks-web":
        return 0
    remembered = folder / f"{port}.pid"
    if remembered.exists():
        end(int(remembered.read_text()))
    with (folder / f"{port}.log").open("ab") as log:
        child = subprocess.Popen(
            [sys.executable, "manage.py", "web", "--port", port],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    remembered.write_text(str(child.pid))
    return 0


def end(pid: int) -> None:
    """Send SIGTERM to the main process and wait until it has ended."""
    process = psutil.Process(pid)
    process.send_signal(signal.SIGTERM)
    ends_at = time.monotonic() + MOST_SECONDS
    while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > ends_at:
            raise TimeoutError(f"{pid} did not end.")
        time.sleep(0.02)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
