"""When in the life of a trial an update was posted: before its start, after it, after primary completion.

Source: the distinction the literature on outcome changes makes, e.g. Ramagopalan 2014, F1000Research 3:77.
"""

from __future__ import annotations

from enum import StrEnum

from watcher.changes.meaning.evidence import Evidence
from watcher.changes.partial_date import read
from watcher.study.read import as_object, as_text, at


class Timing(StrEnum):
    """Where the day of an update lies in the life of the trial."""

    BEFORE_START = "before start"
    AFTER_START = "after start"
    AFTER_PRIMARY_COMPLETION = "after primary completion"
    UNKNOWN = "no start date given"


_STATUS = ("protocolSection", "statusModule")
_NOT_BEGUN = frozenset({"NOT_YET_RECRUITING", "WITHDRAWN"})


def timing(evidence: Evidence) -> Timing:
    """Describe when in the trial's life the newer record was posted.

    A date counts as passed when its last possible day is not after the posting (or, without one, the data version).
    Primary completion counts only when it is not merely planned; a planned start counts unless the trial is shown as
    not yet begun.

    Args:
        evidence: The two records; the newer one's dates are used.

    Returns:
        The timing; `UNKNOWN` when neither date nor day decides it.
    """
    day = read(evidence.posted) or read(evidence.data_version)
    module = as_object(at(evidence.new, *_STATUS))
    start, end = as_object(module.get("startDateStruct")), as_object(module.get("primaryCompletionDateStruct"))
    ended, began = read(end.get("date")), read(start.get("date"))
    if day is None:
        return Timing.UNKNOWN
    if ended is not None and end.get("type") != "ESTIMATED" and ended.last <= day.last:
        return Timing.AFTER_PRIMARY_COMPLETION
    if began is None:
        return Timing.UNKNOWN
    is_waiting = start.get("type") == "ESTIMATED" and as_text(module.get("overallStatus")) in _NOT_BEGUN
    return Timing.AFTER_START if began.last <= day.last and not is_waiting else Timing.BEFORE_START
