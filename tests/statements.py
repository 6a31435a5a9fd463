"""Counting what is sent to the database, by whichever way it goes there."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg


@contextmanager
def counted_statements() -> Iterator[list[str]]:
    """Give the list of statements that are executed meanwhile, savepoints included.

    Django's own count leaves out what goes through ``apps.core.sql``.
    """
    statements: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(cursor: Any, query: Any, *args: Any, **options: Any) -> Any:
        statements.append(str(query))
        return execute(cursor, query, *args, **options)

    with patch.object(psycopg.Cursor, "execute", counting):
        yield statements
