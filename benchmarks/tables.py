"""Plain text tables, each figure beside its goal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What a figure should not exceed.

    Attributes:
        name: What is measured, with its unit: `CPU s`.
        value: What was measured.
        limit: The most it may be.
        why: How the limit came about; empty when it is a plain number.
    """

    name: str
    value: float
    limit: float
    why: str = ""

    def __str__(self) -> str:
        """Describe the limit, and whether it was met."""
        why = f" ({self.why})" if self.why else ""
        return f"{self.name} ≤ {figure(self.limit)}{why}: {self.verdict}"

    @property
    def is_met(self) -> bool:
        """Return whether it was reached."""
        return self.value <= self.limit

    @property
    def verdict(self) -> str:
        """Describe `met`, or by how much not."""
        return "met" if self.is_met else f"MISSED by {figure(self.value - self.limit)}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        cells: The name first, then figures as text.
        goals: Written behind the figures.
    """

    cells: tuple[str, ...]
    goals: tuple[Goal, ...] = ()


def table(title: str, heads: Sequence[str], rows: Sequence[Row], notes: Sequence[str] = ()) -> str:
    """Set a table: names to the left, figures to the right, goals behind, notes below.

    A row with a name alone is a heading within the table.
    """
    wide = [row.cells for row in rows if len(row.cells) > 1]
    widths = [max(len(cells[at]) for cells in [tuple(heads), *wide]) for at in range(len(heads))]
    widths[0] = max([widths[0], *(len(row.cells[0]) for row in rows)])

    def line(cells: Sequence[str], goals: Sequence[Goal] = ()) -> str:
        set_ = [
            cells[0].ljust(widths[0]),
            *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=False)),
        ]
        return ("  ".join(set_) + ("   " + "; ".join(map(str, goals)) if goals else "")).rstrip()

    head = line(heads)
    return "\n".join([title, "", head, "─" * len(head), *(line(row.cells, row.goals) for row in rows), *notes, ""])


def figure(value: float) -> str:
    """Return a number with as many digits as say something: `10,000`, `308`, `4.48`, `0.061`."""
    size = abs(value)
    if size >= 100 or value == int(value):
        return f"{value:,.0f}"
    if size >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if size >= 0.1 else f"{value:.3f}"


def verdicts(rows: Sequence[Row]) -> tuple[int, int]:
    """Count goals: met, and all."""
    goals = [goal for row in rows for goal in row.goals]
    return sum(goal.is_met for goal in goals), len(goals)
