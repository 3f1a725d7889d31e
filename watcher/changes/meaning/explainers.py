"""The explainers, in the order in which they are asked. One line per family."""

from __future__ import annotations

from watcher.changes.meaning import (
    admin,
    arms,
    dates,
    design,
    documents,
    eligibility,
    enrollment,
    outcomes,
    oversight,
    references,
    results,
    sites,
    sponsors,
    status,
    texts,
)
from watcher.changes.meaning.evidence import Explain

EXPLAINERS: tuple[Explain, ...] = (
    status.explain,
    enrollment.explain,
    dates.explain,
    eligibility.explain,
    outcomes.explain,
    arms.explain,
    design.explain,
    sites.explain,
    results.explain,
    references.explain,
    documents.explain,
    sponsors.explain,
    oversight.explain,
    texts.explain,
    admin.explain,
)
"""Each looks at the edits of its own part of a record; they do not know each other and may claim the same edit."""
