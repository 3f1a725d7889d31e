"""What the dates of updates and verifications mean: nothing of the trial, but that somebody looked.

Counted, never told as news. A record verified anew starts its two-year clock again.
Source: the registry shows a study as UNKNOWN when it was not verified for two years past its completion date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from watcher.changes.families.results.result_changes import DELAY_DATES, POSTING_DATES, has_new_delay
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import merged, protocol
from watcher.changes.model import Change, Json, Severity, Verb

_UPDATES = ("lastUpdateSubmitDate", "lastUpdatePostDateStruct")
_VERIFIED = "statusVerifiedDate"
_OTHERS = (
    "studyFirstSubmitDate",
    "studyFirstSubmitQcDate",
    "studyFirstPostDateStruct",
    *POSTING_DATES,
    *DELAY_DATES,
)
_OF_NO_NOTE = frozenset({("derivedSection", "conditionBrowseModule"), ("derivedSection", "interventionBrowseModule")})


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the dates of submitting, posting and verifying.

    Returns:
        Without the dates that `results` tells, at most one change, noise: `admin.verified` when the verification date
        moved and nothing else of note did,
        `admin.touched` when only update dates moved, else `admin.dates`.
    """
    status = protocol(evidence, "statusModule")
    told = {
        *(POSTING_DATES if evidence.old.get("hasResults") != evidence.new.get("hasResults") else ()),
        *(DELAY_DATES if has_new_delay(status) else ()),
    }
    fields = [field for field in (_VERIFIED, *_UPDATES, *_OTHERS) if status.differs(field) and field not in told]
    if not fields:
        return []
    edits = merged(*(status.differs(field) for field in fields))
    of_note = [edit for edit in evidence.edits if edit.steps[:2] not in _OF_NO_NOTE]
    is_alone = len(of_note) <= len(edits) and set(fields) <= {_VERIFIED, *_UPDATES}
    if is_alone and _VERIFIED in fields:
        kind, rule, field = "admin.verified", "verified anew, nothing else of note", _VERIFIED
    elif is_alone:
        kind, rule, field = "admin.touched", "only update dates moved", "lastUpdatePostDateStruct"
    else:
        kind, rule, field = "admin.dates", "dates of updates and postings beside other changes", fields[0]
    return [
        Change(
            kind=kind,
            severity=Severity.NOISE,
            rule=rule,
            path=_PATHS.get(field, f"status.{field}"),
            verb=Verb.CHANGED,
            before=_day(status.before(field)),
            after=_day(status.after(field)),
            edits=edits,
            facts={"verified": status.after(_VERIFIED), "fields": list(fields)},
        )
    ]


def _day(value: Json) -> Json:
    """Return the day of a date with its type; where only the type moved or there is none, the value as it is."""
    return value.get("date", value) if isinstance(value, Mapping) else value


_PATHS = {
    _VERIFIED: "status.verifiedDate",
    "lastUpdatePostDateStruct": "status.lastUpdatePostDate",
    "studyFirstPostDateStruct": "status.studyFirstPostDate",
    "resultsFirstPostDateStruct": "results.firstPostDate",
}
"""Seed-style paths that are not the field's own name."""
