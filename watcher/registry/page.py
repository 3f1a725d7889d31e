"""Bytes → raw records: shape checks, split, fingerprints."""

from __future__ import annotations

from watcher.changes.model import Record


def decode_record(body: bytes) -> Record:
    """Decode one record's bytes.

    Raises:
        RegistryAnswerError: The bytes are no JSON object in UTF-8.
    """
    raise NotImplementedError
