"""What ingestion keeps beside the facts: what it refused, and files it takes in."""

from apps.ingest.models.imports import (
    PREPARED,
    DateOrder,
    DecimalMark,
    Import,
    ImportChunk,
    ImportKind,
    ImportState,
)
from apps.ingest.models.refused_requests import RefusedRequest, Result

__all__ = [
    "PREPARED",
    "DateOrder",
    "DecimalMark",
    "Import",
    "ImportChunk",
    "ImportKind",
    "ImportState",
    "RefusedRequest",
    "Result",
]
