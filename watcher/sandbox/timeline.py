"""Records over data versions: which bytes a registry would serve for a trial at a given data version.

Reads folders and stamps `versionHolder`; knows nothing of HTTP. Records are read when asked for and never parsed
again once it is known where their stamp lies.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeAlias

from watcher.changes.model import Record

Source: TypeAlias = bytes | Path
"""Where one state of one record lies: its JSON, or the file that holds it."""

NCT_ID = re.compile(r"NCT(?!0{8})\d{8}", re.ASCII)
DATA_VERSION = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])", re.ASCII)
FALLBACK_VERSION = "2026-01-01"
"""Data version of a folder of undated files none of which says its own."""

_STAMP = re.compile(rb'"versionHolder"\s*:\s*"([^"\\]*)"')
_KEPT_IN_MEMORY = 2048


class TimelineError(Exception):
    """A folder cannot be served; the text is one sentence that says what, where and what to do."""


class Timeline:
    """Trials and their states over the union of their data versions.

    At data version V a trial is its newest state not after V; before its first, its oldest. Every record carries V as
    its `versionHolder`, whatever its file says. A state that is JSON `null` means: not in the registry then.
    Does not check that records are well-formed (`broken` does).

    Args:
        states: Per NCT id, per data version (`yyyy-mm-dd`), the record; at least one of each.
        undated: Per NCT id one record that is the same at every data version and adds none.
    """

    def __init__(
        self, states: Mapping[str, Mapping[str, Source]], undated: Mapping[str, Source] | None = None
    ) -> None:
        ...

    @classmethod
    def of(cls, records: Mapping[str, Mapping[str, Record | bytes | None]]) -> Timeline:
        """Build a timeline from values: per NCT id, per data version, the record (None: not there then)."""
        ...

    @classmethod
    def from_folder(cls, folder: Path) -> Timeline:
        """Read a folder of `<NCT>/<data version>.json` or `<NCT>.json`."""
        ...

    @property
    def data_versions(self) -> tuple[str, ...]:
        """Every data version, oldest first; never empty."""
        ...

    def record(self, nct_id: str, data_version: str) -> bytes | None:
        """Give a record as one line of JSON stamped with the data version, or None when it is not there."""
        ...
