"""The explainers, in the order in which they are asked. One line per family."""

from __future__ import annotations

from watcher.changes.meaning import dates, eligibility, enrollment, status
from watcher.changes.meaning.evidence import Explain

EXPLAINERS: tuple[Explain, ...] = (
    status.explain,
    enrollment.explain,
    dates.explain,
    eligibility.explain,
)
"""Each looks at the edits of its own part of a record; they do not know each other and may claim the same edit."""
