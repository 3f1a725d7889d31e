"""What edits around results mean: posted, updated by section, submitted, returned, their delay certified.

Source: the registry shows a submission of results before they are posted (`submissionTracking`, `unpostedEvents`:
RELEASE, RESET when quality control sends it back, UNRELEASE when the sponsor takes it back); 42 CFR 11.44 for
certified delays, shown as `dispFirst…` dates.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from watcher.changes.families.results.result_numbers import MOST_NUMBERS, differing
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Part, merged, part, protocol
from watcher.changes.model import Change, Edit, Json, Origin, Record, Severity, Verb
from watcher.study.read import as_list, as_object, as_text, at

SECTIONS: Mapping[str, str] = {
    "participantFlowModule": "participant flow",
    "baselineCharacteristicsModule": "baseline characteristics",
    "outcomeMeasuresModule": "outcome measures",
    "adverseEventsModule": "adverse events",
    "moreInfoModule": "more information",
}
"""Modules of the results section → their names for people."""

POSTING_DATES = ("resultsFirstSubmitDate", "resultsFirstSubmitQcDate", "resultsFirstPostDateStruct")
"""Status fields that come with posted results."""

DELAY_DATES = ("dispFirstSubmitDate", "dispFirstSubmitQcDate", "dispFirstPostDateStruct")
"""Status fields that show a certified delay."""

_MOST_FIELDS = 4
_TRACKING = ("derivedSection", "miscInfoModule")
_UNPOSTED = ("annotationSection", "annotationModule")
_EVENTS = {"releaseDate": "RELEASE", "resetDate": "RESET", "unreleaseDate": "UNRELEASE"}


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the edits of the results, their submission and their delay.

    Returns:
        Changes of the kinds `results.*`.
    """
    section = part(evidence, "resultsSection")
    flag = part(evidence, "hasResults")
    dates = protocol(evidence, "statusModule")
    posting = tuple(index for field in POSTING_DATES for index in dates.differs(field))
    content = tuple(index for index, _ in section.edits)
    changes = []
    if flag.edits and (at(evidence.old, "hasResults") is True) != (at(evidence.new, "hasResults") is True):
        flags = tuple(index for index, _ in flag.edits)
        changes.append(_posted(evidence, merged(flags, content, posting), section.new or section.old))
    elif content:
        changes.append(_updated(evidence, section.old, section.new, content))
    if has_new_delay(dates):
        changes.append(_delay(evidence, merged(*(dates.differs(field) for field in DELAY_DATES))))
    return [*changes, *_submission(evidence, is_posted=at(evidence.new, "hasResults") is True)]


def has_new_delay(status: Part) -> bool:
    """Whether a date of a certified delay appears in the status module."""
    return any(status.before(field) is None and status.after(field) is not None for field in DELAY_DATES)


def _posted(evidence: Evidence, edits: tuple[int, ...], section: Mapping[str, Json]) -> Change:
    is_posted = at(evidence.new, "hasResults") is True
    date = at(evidence.new, "protocolSection", "statusModule", "resultsFirstPostDateStruct", "date")
    return Change(
        kind="results.posted",
        severity=Severity.CRITICAL,
        rule=f"hasResults {str(not is_posted).lower()} → {str(is_posted).lower()}",
        path="results.hasResults",
        verb=Verb.ADDED if is_posted else Verb.REMOVED,
        before=at(evidence.old, "hasResults"),
        after=at(evidence.new, "hasResults"),
        edits=edits,
        facts={"posted": date, "sections": [name for key, name in SECTIONS.items() if key in section]},
    )


def _updated(evidence: Evidence, old: Mapping[str, Json], new: Mapping[str, Json], edits: tuple[int, ...]) -> Change:
    names = [name for key, name in SECTIONS.items() if old.get(key) != new.get(key)]
    names += [key for key in sorted({*old, *new}) if key not in SECTIONS and old.get(key) != new.get(key)]
    numbers, is_grave = differing(evidence)
    level, rule = Severity.MINOR, "posted results edited"
    if is_grave:
        level = Severity.MAJOR
        rule += " · minor → major: deaths, serious events, a p-value or an effect differs"
    return Change(
        kind="results.updated",
        severity=level,
        rule=rule,
        path="results",
        verb=Verb.CHANGED,
        before=None,
        after=None,
        edits=edits,
        facts={
            "sections": [name if name in SECTIONS.values() else "another section" for name in names],
            "numbers": numbers[:MOST_NUMBERS],
            "numbers_count": len(numbers),
            **({} if numbers else _told_of([evidence.edits[index] for index in edits])),
        },
    )


def _told_of(edits: Sequence[Edit]) -> dict[str, Json]:
    """Return the fields that differ where no number does; of a single text what it was and is."""
    fields: list[Json] = list(dict.fromkeys(_field(edit.field_path) for edit in edits if len(edit.field_path) > 2))
    if len(edits) == 1 and isinstance(edits[0].before, str) and isinstance(edits[0].after, str):
        return {"fields": fields, "was": edits[0].before, "now": edits[0].after}
    return {"fields": fields[:_MOST_FIELDS], "fields_count": len(fields)}


def _field(path: tuple[str, ...]) -> str:
    """Return the key a reader knows a field of the results by: its own, in the short modules that of its part."""
    return path[2] if path[1] in ("moreInfoModule", "participantFlowModule") else path[-1]


def _delay(evidence: Evidence, edits: tuple[int, ...]) -> Change:
    date = at(evidence.new, "protocolSection", "statusModule", "dispFirstPostDateStruct", "date")
    is_posted = date is not None
    if not is_posted:
        date = at(evidence.new, "protocolSection", "statusModule", "dispFirstSubmitDate")
    return Change(
        kind="results.delay_certified",
        severity=Severity.MINOR,
        rule="dates of a certified delay appear",
        path="results.delayCertified",
        verb=Verb.ADDED,
        before=None,
        after=date,
        edits=edits,
        facts={"date": date, "is_posted": is_posted},
    )


def submissions(record: Record) -> dict[tuple[str, str], None]:
    """Return what the registry shows of submissions of results before they are posted.

    Returns:
        (`RELEASE`, `RESET` or `UNRELEASE`; date as spelt there), in the order of the dates, each once.
    """
    events: set[tuple[str, str]] = set()
    for info in as_list(at(record, *_TRACKING, "submissionTracking", "submissionInfos")):
        for field, event in _EVENTS.items():
            date = as_text(as_object(info).get(field))
            if date:
                events.add((event, date))
    for unposted in as_list(at(record, *_UNPOSTED, "unpostedAnnotation", "unpostedEvents")):
        kind, date = (as_text(as_object(unposted).get(key)) for key in ("type", "date"))
        if kind:
            events.add((kind, date))
    return dict.fromkeys(sorted(events, key=lambda event: (event[1], event[0])))


def _submission(evidence: Evidence, *, is_posted: bool) -> list[Change]:
    tracking, annotation = part(evidence, *_TRACKING), part(evidence, *_UNPOSTED)
    edits = merged(tracking.differs("submissionTracking"), annotation.differs("unpostedAnnotation"))
    if not edits:
        return []
    known = submissions(evidence.old)
    events = [event for event in submissions(evidence.new) if event not in known]
    if not events:
        return [_no_event(edits, is_posted=is_posted)]
    sent = [date for kind, date in events if kind == "RELEASE"]
    back = [event for event in events if event[0] != "RELEASE"]
    changes = []
    if sent:
        changes.append(_event("results.submitted", "RELEASE", sent[-1], edits, count=len(sent)))
    if back:
        changes.append(_event("results.returned", back[-1][0], back[-1][1], edits, count=len(back)))
    return changes


_RULES = {
    "RELEASE": "results submitted, not posted yet",
    "RESET": "submitted results returned after quality control",
    "UNRELEASE": "submitted results taken back by the sponsor",
}


def _event(kind: str, event: str, date: str, edits: tuple[int, ...], *, count: int) -> Change:
    return Change(
        kind=kind,
        severity=Severity.MINOR,
        rule=_RULES.get(event, "an event of the submission of results"),
        path=f"results.{kind.partition('.')[2]}",
        verb=Verb.ADDED,
        before=None,
        after=date or None,
        edits=edits,
        facts={"event": event, "date": date, "count": count},
        origin=Origin.REGISTRY,
    )


def _no_event(edits: tuple[int, ...], *, is_posted: bool) -> Change:
    why = "the results are posted" if is_posted else "no new event"
    return Change(
        kind="results.submitted",
        severity=Severity.NOISE,
        rule=f"submission tracking edited, {why}",
        path="results.submissionTracking",
        verb=Verb.CHANGED,
        before=None,
        after=None,
        edits=edits,
        facts={"event": "", "date": "", "count": 0},
        origin=Origin.REGISTRY,
    )
