"""A lean load generator: keep-alive connections, raw HTTP/1.1, bounded in count.

Prints one JSON object: requests/s, latencies, and how many were accepted.
"""

import argparse
import asyncio
import json
import re
import time
from collections.abc import Callable

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
    given: argparse.Namespace, numbers: list[int], latencies: list[float]
) -> int:
    """Send one request after the other; return how many events were accepted."""
    make = request_maker(given)
    reader, writer = await asyncio.open_connection("127.0.0.1", given.port)
    accepted = 0
    for number in numbers:
        request = make(number)
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
    started = time.perf_counter()
    done = await asyncio.gather(
        *(
            one_connection(
                given, list(range(n, given.count, given.connections)), latencies
            )
            for n in range(given.connections)
        )
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
