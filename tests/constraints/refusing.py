"""Expecting the database to refuse."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction


@contextmanager
def refused_by(constraint: str) -> Iterator[None]:
    """Expect the database to name ``constraint``."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():  # noqa: PT012 - deferred checks too
        yield
        connection.check_constraints()
