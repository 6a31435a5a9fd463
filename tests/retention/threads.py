"""Other connections that hold something or go on writing meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction


@contextmanager
def holding(statement: str) -> Iterator[None]:
    """Run ``statement`` in a transaction of another connection that stays open."""
    is_held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement)
                is_held.set()
                may_end.wait(timeout=30)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        assert is_held.wait(timeout=10)
        yield
    finally:
        may_end.set()
        thread.join(timeout=10)


@dataclass
class Busy:
    """What somebody did meanwhile, and the longest that one step took."""

    count: int = 0
    longest_seconds: float = 0.0


@contextmanager
def in_another_connection(step: Callable[[int], Any]) -> Iterator[Busy]:
    """Repeat ``step`` in another thread until the block ends."""
    found, has_ended = Busy(), threading.Event()

    def work() -> None:
        try:
            while not has_ended.is_set():
                begun = time.monotonic()
                step(found.count)
                taken = time.monotonic() - begun
                found.count += 1
                found.longest_seconds = max(found.longest_seconds, taken)
                time.sleep(0.002)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield found
    finally:
        has_ended.set()
        thread.join(timeout=10)
