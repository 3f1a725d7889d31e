"""Real records, where a folder of them is named by TRIAL_RECORDS, and edited pairs in that of TRIAL_CASES."""

from __future__ import annotations

import json
import os
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

_FOLDER = os.environ.get("TRIAL_RECORDS")

_CASES = os.environ.get("TRIAL_CASES")

needs_cases = pytest.mark.skipif(not _CASES, reason="TRIAL_CASES names no folder of pairs with what they must say")

needs_records = pytest.mark.skipif(not _FOLDER, reason="TRIAL_RECORDS names no folder of real records")


def all_paths() -> list[Path]:
    """Give every record file, sorted."""
    folder = Path(_FOLDER or "")
    return (
        sorted(folder.glob("records/*.json"))
        + sorted(folder.glob("pairs/*/*.json"))
        + sorted(folder.glob("series/*/*.json"))
    )


def record_paths() -> list[Path]:
    """Give the records of different studies, sorted."""
    return sorted(Path(_FOLDER or "").glob("records/*.json"))


def pair_paths() -> list[tuple[Path, Path]]:
    """Give neighbouring versions of the same trial."""
    folders = sorted(Path(_FOLDER or "").glob("pairs/*")) if _FOLDER else []
    return [pair for folder in folders for pair in pairwise(sorted(folder.glob("*.json")))]


def case(name: str) -> tuple[Any, Any]:
    """Return the older and the newer record of an edited pair."""
    folder = Path(_CASES or "") / "compare" / name
    return load(folder / "old.json"), load(folder / "new.json")


@cache
def load(path: Path) -> Any:
    """Read one record."""
    return json.loads(path.read_text("utf-8"))
