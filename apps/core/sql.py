"""Direct access to PostgreSQL for the few statements where the ORM costs too much."""

from typing import Any

import psycopg
from django.db import connection
from psycopg.rows import namedtuple_row


def direct_cursor() -> psycopg.Cursor[Any]:
    """Return a cursor on Django's connection whose parameters the server binds.

    Django's own cursors put the values into the text, which PostgreSQL then has to
    parse and plan each time; with ``prepare=True`` these statements are planned once.
    Rows are named tuples. Django leaves JSON columns as text.
    """
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection, row_factory=namedtuple_row)
