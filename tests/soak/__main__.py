"""``make soak``: postbacks flow, everything fails once, and nothing may be lost.

Needs Linux: it reads /proc and limits files of running processes. Talks to nobody but
its own processes on the loopback interface. Exit status 1 when a promise is broken.
"""

import argparse
import sys
import time

import tests.soak.environment  # noqa: F401 - sets Django up, before all else
from tests.soak.play import Soak


def main() -> int:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="make soak ARGS=…", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=150, help="Time of the faults."
    )
    parser.add_argument("--rate", type=float, default=40, help="New orders a second.")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--short", action="store_true", help="Fewer faults, less rest.")
    parser.add_argument("--only", default="", help="Part of the name of a fault.")
    return Soak(parser.parse_args()).run()


if __name__ == "__main__":
    sys.exit(main())
