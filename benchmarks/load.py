"""A lean load generator: keep-alive connections, raw HTTP/1.1, bounded in count.

Prints one JSON object: requests/s, latencies, and how many were accepted.
"""

import argparse
import asyncio
import json
import re
import time
from collections.abc import Callable, Iterable

ACCEPTED = re.compile(rb'"result": ?"accepted"')


def request_maker(given: argparse.Namespace) -> Callable[[int], bytes]:
    """Return what makes the bytes of a request from its number.

    {n} becomes a number below 1,000 and {t} one that no other request has.
    """

    def fill(template: str, number: int) -> str:
        filled = template.replace("{n}", str(number % 1000))
        return filled.replace("{t}", f"{time.time_ns()}-{number}")

    def get(number: int) -> bytes:
        target = fill(given.path, number)
        return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()

    def post(number: int) -> bytes:
        if given.batch:
            first = number * given.batch
            items = [fill(given.body, first + place) for place in range(given.batch)]
            body = '{"events": [' + ", ".join(items) + "]}"
        else:
            body = fill(given.body, number)
        return (
            f"POST {given.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {given.token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            f"{body}"
        ).encode()

    return post if given.body else get


async def one_connection(
    given: argparse.Namespace, requests: Iterable[bytes], latencies: list[float]
) -> int:
    """Send one request after the other; return how many events were accepted."""
    reader, writer = await asyncio.open_connection("127.0.0.1", given.port)
    accepted = 0
    for request in requests:
        started = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        latencies.append((time.perf_counter() - started) * 1000)
        accepted += len(ACCEPTED.findall(body)) + (body == b"ok")
        if given.gap:
            await asyncio.sleep(given.gap)
    writer.close()
    return accepted


async def main(given: argparse.Namespace) -> None:
    """Run the requests over several connections."""
    latencies: list[float] = []
    make = request_maker(given)
    plans: list[Iterable[bytes]] = [
        map(make, range(first, given.count, given.connections))
        for first in range(given.connections)
    ]
    if not given.gap:
        # Made before the clock starts; with a gap, {t} is the moment of sending.
        plans = [list(plan) for plan in plans]
    started = time.perf_counter()
    done = await asyncio.gather(
        *(one_connection(given, plan, latencies) for plan in plans)
    )
    seconds = time.perf_counter() - started
    ordered = sorted(latencies)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "per_second": given.count / seconds,
                "accepted": sum(done),
                "p50_ms": ordered[len(ordered) // 2],
                "p99_ms": ordered[int(len(ordered) * 0.99)],
            }
        )
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--path", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--gap", type=float, default=0.0)
    parser.add_argument("--body", default="", help="A JSON object; makes it a POST.")
    parser.add_argument("--batch", type=int, default=0, help="Bodies in one request.")
    parser.add_argument("--token", default="")
    asyncio.run(main(parser.parse_args()))
