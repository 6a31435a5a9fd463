"""Direct access to PostgreSQL for the few statements where the ORM costs too much."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any, LiteralString

import psycopg
from django.db import (
    DEFAULT_DB_ALIAS,
    InterfaceError,
    InternalError,
    OperationalError,
    connection,
    connections,
)
from psycopg.rows import namedtuple_row

DATABASE_TROUBLE = (OperationalError, InterfaceError, InternalError)
"""Not the statement's fault: no connection, a restart, a full disk. Try again later."""


def one_line(statement: LiteralString) -> LiteralString:
    """Return ``statement`` without its layout: psycopg remembers short ones only."""
    return " ".join(statement.split())


def rows_of(statement: LiteralString, parameters: Sequence[object]) -> list[Any]:
    """Run a prepared statement by itself and return its rows, as ``direct_cursor``.

    For the statements of every request: it does without what a cursor could do more.
    """
    return _rows(psycopg.Cursor, statement, parameters)


def array_of(numbers: Iterable[object]) -> str:
    """Return ``numbers`` as PostgreSQL reads an array: psycopg takes longer to."""
    return f"{{{','.join(map(str, numbers))}}}"


def numbered(statement: LiteralString) -> LiteralString:
    """Return ``statement`` with $1, $2, … for its places, for ``rows_of_numbered``."""
    first, *others = statement.split("%s")
    places = map("${}{}".format, count(1), others)
    return "".join([first, *places])


def rows_of_numbered(
    statement: LiteralString, parameters: Sequence[object]
) -> list[Any]:
    """Do as ``rows_of`` does for a statement whose places are numbered.

    psycopg looks for places in statements of more than 4,096 characters each time
    anew, which takes a tenth of a millisecond; numbered ones it need not look for.
    """
    return _rows(psycopg.RawCursor, statement, parameters)


def _rows(
    kind: type[psycopg.Cursor[Any]],
    statement: LiteralString,
    parameters: Sequence[object],
) -> list[Any]:
    ours = connections[DEFAULT_DB_ALIAS]
    ours.ensure_connection()
    with ours.wrap_database_errors:
        cursor = kind(ours.connection, row_factory=namedtuple_row)
        return cursor.execute(statement, parameters, prepare=True).fetchall()


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


def check_connection() -> None:
    """Ask the server whether it is there; connect anew if the line was cut.

    Raises ``OperationalError`` while no connection can be had.
    """
    connection.health_check_done = False  # type: ignore[attr-defined]
    connection.close_if_health_check_failed()
    connection.ensure_connection()


def replace_connection() -> None:
    """Connect anew: the server was restarted, or something cut the line.

    Raises ``OperationalError`` while no connection can be had.
    """
    connection.close()
    connection.ensure_connection()
