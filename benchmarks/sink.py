"""The partner: a lean HTTP server that notes when each request arrived.

With ``--hole`` another port takes requests and never answers. ``GET /delay?ms=50``
makes it take its time from then on. ``GET /stats`` returns count, first and last
arrival and the latencies of requests whose ``o=`` holds the nanosecond they were sent;
``GET /reset`` forgets everything.
"""

import argparse
import asyncio
import json
import re
import time

SENT_AT = re.compile(rb"[?&]o=(\d{16,})")
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nOK"
# Equal to it, but never delayed.
SETTING = bytes(bytearray(ANSWER))
delay_ms = [0]
seen: dict[bytes, int] = {}
latencies: list[float] = []
times: list[float] = []


class Sink(asyncio.Protocol):
    """One connection; requests without a body."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way to answer."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.buffer = b""

    def data_received(self, data: bytes) -> None:
        """Answer each complete request."""
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head, self.buffer = self.buffer[:end], self.buffer[end + 4 :]
            answer = self.answer(head.split(b" ", 2)[1], head)
            if delay_ms[0] and answer is ANSWER:
                asyncio.get_running_loop().call_later(
                    delay_ms[0] / 1000, self.transport.write, answer
                )
            else:
                self.transport.write(answer)

    def answer(self, path: bytes, head: bytes) -> bytes:
        """Note the request and return the answer."""
        if path == b"/stats":
            return stats()
        if path.startswith(b"/delay?ms="):
            delay_ms[0] = int(path.partition(b"=")[2])
            return SETTING
        if path == b"/reset":
            for kept in (seen, latencies, times):
                kept.clear()
            return SETTING
        now = time.time_ns()
        times.append(now / 1e9)
        seen[path] = seen.get(path, 0) + 1
        if match := SENT_AT.search(path):
            latencies.append((now - int(match[1])) / 1e6)
        return ANSWER


def stats() -> bytes:
    """Return what was seen as JSON."""
    body = json.dumps(
        {
            "count": len(times),
            "distinct": len(seen),
            "first": times[0] if times else 0,
            "last": times[-1] if times else 0,
            "latencies_ms": latencies[-5000:],
        }
    ).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


async def main(port: int, hole: int) -> None:
    """Serve until ended."""
    loop = asyncio.get_running_loop()
    await loop.create_server(asyncio.Protocol, "127.0.0.1", hole, backlog=1024)
    server = await loop.create_server(Sink, "127.0.0.1", port, backlog=1024)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--hole", type=int, required=True)
    given = parser.parse_args()
    asyncio.run(main(given.port, given.hole))
