"""How long after an event its update was posted.

Between two versions far apart there may have been updates that nobody saw, so the posting of the newer one is only the
latest day on which the event can have been posted. Where a store looked on, the versions between are known.
"""

from __future__ import annotations

from watcher.changes.meaning.evidence import Evidence
from watcher.changes.model import Json
from watcher.changes.partial_date import PartialDate, read, shift

_TOLD_FROM_DAYS = 30
_MOST_UNSEEN_DAYS = 92  # sponsors seldom post two updates within a quarter


def delay_facts(evidence: Evidence, day: PartialDate | None) -> dict[str, Json]:
    """Return the facts of a late posting.

    Args:
        evidence: The two records.
        day: When the event was, as the newer record has it; None when it does not say.

    Returns:
        `lag_days` and `lag_months`, and `lag_is_most` when an update in between may have told it earlier; empty when no
        update was posted or not more than 30 days lie between.
    """
    posted = read(evidence.posted) if evidence.has_sponsor_update else None
    if day is None or posted is None or day.last >= posted.first:
        return {}
    behind = shift(day, posted)
    if behind.least_days <= _TOLD_FROM_DAYS:
        return {}
    facts: dict[str, Json] = {"lag_days": behind.days, "lag_months": behind.months}
    seen = read(evidence.older_data_version) if evidence.history.first_seen_on is None else None
    if seen is not None and (posted.first - seen.last).days > _MOST_UNSEEN_DAYS:
        facts["lag_is_most"] = True
    return facts
