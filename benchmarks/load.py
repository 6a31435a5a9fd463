"""A lean load generator: keep-alive connections, raw HTTP/1.1, bounded in count.

Prints one JSON object: requests/s, latencies, and how many were accepted.
"""

import argparse
import asyncio
import json
import time


async def one_connection(
    port: int, path: str, numbers: list[int], gap: float, latencies: list[float]
) -> int:
    """Send one request after the other; return how many were accepted."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    accepted = 0
    for number in numbers:
        target = path.replace("{n}", str(number % 1000))
        target = target.replace("{t}", str(time.time_ns()))
        started = time.perf_counter()
        writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        latencies.append((time.perf_counter() - started) * 1000)
        accepted += b'"accepted"' in body or body == b"ok"
        if gap:
            await asyncio.sleep(gap)
    writer.close()
    return accepted


async def main(port: int, path: str, count: int, connections: int, gap: float) -> None:
    """Run ``count`` requests over ``connections`` connections."""
    latencies: list[float] = []
    started = time.perf_counter()
    done = await asyncio.gather(
        *(
            one_connection(
                port, path, list(range(n, count, connections)), gap, latencies
            )
            for n in range(connections)
        )
    )
    seconds = time.perf_counter() - started
    ordered = sorted(latencies)
    print(
        json.dumps(
            {
                "seconds": seconds,
                "per_second": count / seconds,
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
    given = parser.parse_args()
    asyncio.run(main(given.port, given.path, given.count, given.connections, given.gap))
