"""What deliveries are compared with: a bare pooled ``requests`` loop."""

import argparse
import threading
import time

import requests


def run(url: str, count: int, threads: int) -> None:
    """Send ``count`` requests from ``threads`` threads of this process."""
    session = requests.Session()
    adapter = requests.adapters.HTTPAdapter(pool_connections=1, pool_maxsize=threads)
    session.mount("http://", adapter)
    numbers = iter(range(count))
    lock = threading.Lock()

    def work() -> None:
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            session.get(f"{url}/pb?tid=plain-{number}-{time.time_ns()}", timeout=15)

    workers = [threading.Thread(target=work) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--url", required=True)
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--threads", type=int, default=64)
    given = parser.parse_args()
    run(given.url, given.count, given.threads)
