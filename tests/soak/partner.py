"""The partner: HTTP that misbehaves a little, and a record of what reached it.

Most requests are answered within 50 ms. Some get a 500, some a 503, some connections
are reset, some answers come late or after the caller's patience. The record has a line
for each request, written before it is answered: moment, delivery, attempt, answer.
"""

import argparse
import asyncio
import random
import re
import time
from pathlib import Path
from typing import NamedTuple

HEADER = re.compile(rb"x-postback-(id|attempt): *([^\r]+)", re.IGNORECASE)
OK = "200"
BUSY = "503"
"""With Retry-After: nothing was done, so that anybody may repeat it."""

BEHAVIOURS = ("500", BUSY, "reset", "slow", "late", OK)
SHARES = (2.0, 2.0, 1.5, 1.0, 0.3, 93.2)
TOOK = frozenset({OK, "slow", "late"})
SLOW_SECONDS = (1.0, 3.0)
LATE_SECONDS = 7.0
"""Longer than the postbacks of the soak wait for an answer."""

ANSWERS = {
    OK: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK",
    "500": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
    BUSY: b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n"
    b"Content-Length: 0\r\n\r\n",
}


class Arrival(NamedTuple):
    """One request that reached the partner."""

    at: float
    delivery: str
    attempt: int
    answer: str

    @property
    def was_taken(self) -> bool:
        """Tell whether the partner did what it was asked for."""
        return self.answer in TOOK


def read_record(path: Path) -> list[Arrival]:
    """Return what arrived, in order."""
    found = [line.split() for line in path.read_text().splitlines()]
    return [
        Arrival(float(at), delivery, int(attempt), answer)
        for at, delivery, attempt, answer in found
    ]


class Partner(asyncio.Protocol):
    """One connection; requests without a body."""

    def __init__(self, record: Path, chance: random.Random) -> None:
        self._record = record.open("a", buffering=1)
        self._chance = chance
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to answer."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of the record."""
        self._record.close()

    def data_received(self, data: bytes) -> None:
        """Note each complete request and plan its answer."""
        self._buffer += data
        while (end := self._buffer.find(b"\r\n\r\n")) >= 0:
            head, self._buffer = self._buffer[:end], self._buffer[end + 4 :]
            headers = {
                name.lower(): value.strip().decode()
                for name, value in HEADER.findall(head)
            }
            if b"id" not in headers:
                self._transport.write(ANSWERS[OK])
                continue
            (answer,) = self._chance.choices(BEHAVIOURS, SHARES)
            self._record.write(
                f"{time.time()} {headers[b'id']} {headers[b'attempt']} {answer}\n"
            )
            loop = asyncio.get_running_loop()
            loop.call_later(self._delay(answer), self._answer, answer)

    def _delay(self, answer: str) -> float:
        if answer == "late":
            return LATE_SECONDS
        if answer == "slow":
            return self._chance.uniform(*SLOW_SECONDS)
        return self._chance.uniform(0.005, 0.05)

    def _answer(self, answer: str) -> None:
        if answer == "reset":
            self._transport.abort()
        else:
            self._transport.write(ANSWERS.get(answer, ANSWERS[OK]))


async def main(port: int, record: Path, seed: int) -> None:
    """Serve until ended."""
    chance = random.Random(seed)
    record.touch()
    server = await asyncio.get_running_loop().create_server(
        lambda: Partner(record, chance), "127.0.0.1", port, backlog=1024
    )
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--seed", type=int, required=True)
    given = parser.parse_args()
    asyncio.run(main(given.port, given.record, given.seed))
