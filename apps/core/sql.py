"""Direct access to PostgreSQL for the few statements where the ORM costs too much."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connection
from psycopg.rows import namedtuple_row


@contextmanager
def direct_cursor() -> Iterator[psycopg.Cursor[Any]]:
    """Give a cursor on Django's connection whose parameters the server binds.

    Django's own cursors put the values into the text, which PostgreSQL then has to
    parse and plan each time; with ``prepare=True`` these statements are planned once.
    Rows are named tuples. Django leaves JSON columns as text. Raises Django's errors.
    """
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        psycopg.Cursor(connection.connection, row_factory=namedtuple_row) as cursor,
    ):
        yield cursor


def trust_connection() -> None:
    """Do not ask the server, at this request's first query, whether it is there.

    That is a round trip. For code that calls ``replace_connection`` when it is not.
    """
    connection.health_check_done = True  # type: ignore[attr-defined]


def replace_connection() -> None:
    """Connect anew: the server was restarted, or something cut the line.

    Raises ``OperationalError`` while no connection can be had.
    """
    connection.close()
    connection.ensure_connection()
