"""A table in an eligibility text as one line that can be read: `Age: 18-30, Duration: ≥5 years; Age: >30, …`.

Source: ClinicalTrials.gov API v2, markdown tables in `EligibilityCriteria`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ROW = re.compile(r"\s*\|.*\|\s*")
_RULE = re.compile(r"[\s|:\-–—=+]*")
_CELL = re.compile(r"(?<!\\)\|")


def is_row(line: str) -> bool:
    """Return whether a line is a row of a markdown table, its rule included."""
    return _ROW.fullmatch(line) is not None


def shown(rows: Sequence[str]) -> str:
    """Return a table in one line: every cell behind the name of its column, rows set off by semicolons.

    Args:
        rows: Its lines, in order; the first names the columns where a rule follows it.
    """
    cells = [_cells(row) for row in rows if _RULE.fullmatch(row) is None]
    has_head = len(rows) > 1 and _RULE.fullmatch(rows[1]) is not None and len(cells) > 1
    names = cells[0] if has_head else []
    return "; ".join(_row(row, names) for row in (cells[1:] if has_head else cells))


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in _CELL.split(row.strip())[1:-1]]


def _row(cells: Sequence[str], names: Sequence[str]) -> str:
    named = [
        f"{names[index]}: {cell}" if index < len(names) and names[index] else cell
        for index, cell in enumerate(cells)
        if cell
    ]
    return ", ".join(named)
