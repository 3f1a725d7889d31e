"""What moved dates mean: start, primary completion and study completion, with size, bands and running totals.

A date and its type (planned, actual) are one thing. Claims the three date structs of the status module; administrative
dates belong to others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from watcher.changes.families.results.due_dates import due_of
from watcher.changes.families.status import ENROLLING, kind_of
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Part, merged, protocol
from watcher.changes.meaning.posting_delay import delay_facts
from watcher.changes.meaning.reversion import verb_of
from watcher.changes.model import Change, Json, Severity, Verb
from watcher.changes.partial_date import PartialDate, Shift, read, shift
from watcher.study.read import as_text

_MAJOR_FROM_DAYS = 90
_CRITICAL_FROM_DAYS = 150
_NEAR_DAYS = 180
_MIRRORED_DAYS = 45
_TYPES: Mapping[str, str] = {"ACTUAL": "actual", "ESTIMATED": "planned"}


@dataclass(frozen=True, slots=True)
class _Moved:
    """One date that differs: both states, read."""

    name: str
    old: PartialDate
    new: PartialDate
    old_type: str
    new_type: str
    edits: tuple[int, ...]

    @property
    def shift(self) -> Shift:
        return shift(self.old, self.new)

    @property
    def is_same_date(self) -> bool:
        return self.old == self.new

    @property
    def types(self) -> str:
        return f"{self.old_type or 'untyped'} → {self.new_type or 'untyped'}"


def explain(evidence: Evidence) -> Iterator[Change]:
    """Describe how start, primary completion and study completion moved.

    Args:
        evidence: The two records; the history gives the running totals.

    Yields:
        At most one change per date, primary completion first. None for a date that appears or goes, or that is no date:
        those are told as fields.
    """
    part = protocol(evidence, "statusModule")
    if not part.edits:
        return
    primary, completion, start = (
        _moved(part, name) for name in ("primaryCompletionDate", "completionDate", "startDate")
    )
    if primary is not None:
        yield _primary(evidence, part, primary, completion, start)
    if completion is not None:
        yield _completion(evidence, completion, primary)
    if start is not None:
        yield _start(evidence, part, start)


def _moved(part: Part, name: str) -> _Moved | None:
    struct = f"{name}Struct"
    edits = merged(part.differs(struct, "date"), part.differs(struct, "type"))
    old, new = read(part.before(struct, "date")), read(part.after(struct, "date"))
    if not edits or old is None or new is None:
        return None
    return _Moved(name, old, new, _type(part.before(struct, "type")), _type(part.after(struct, "type")), edits)


def _type(value: Json) -> str:
    text = as_text(value)
    return _TYPES.get(text, text.lower().replace("_", " "))


def suffix_of(old_type: str, new_type: str, moved: Shift) -> str:
    """Name what happened to a completion date: `slip`, `earlier`, `actual` or `corrected`.

    Args:
        old_type: `planned`, `actual` or empty.
        new_type: The same for the newer record.
        moved: How far the date moved.

    Returns:
        The last part of the kind. A date taken back from actual to planned counts as slipped or earlier; at the same
        day as corrected.
    """
    if new_type == "actual" and old_type != "actual":
        return "actual"
    if (old_type == new_type == "actual") or not moved.least_days:
        return "corrected"
    return "slip" if moved.is_later else "earlier"


def _primary(evidence: Evidence, part: Part, date: _Moved, completion: _Moved | None, start: _Moved | None) -> Change:
    if _is_precision(date):
        return _precision(evidence, date)
    suffix = suffix_of(date.old_type, date.new_type, date.shift)
    level, rule = _primary_level(evidence, part, date, suffix, completion)
    facts: dict[str, Json] = _facts(date)
    if completion is not None and _mirrors(completion, date):
        facts["completion"] = _ends(completion)
    elif suffix == "slip" and _reaches_completion(part, date, completion):
        facts["equals_completion"] = True
    if start is not None and _goes_along(start, date):
        facts["start"] = _ends(start)
    if suffix in ("actual", "corrected") and date.new_type == "actual":
        facts |= _posted_late(evidence, date)
        facts |= due_of(evidence.new, read(evidence.posted) or read(evidence.data_version))
        if part.after("overallStatus") == "COMPLETED" != part.before("overallStatus"):
            facts["results_due_told_with"] = "status"
    if suffix == "slip":
        facts |= _running_total(evidence, date)
    return _change(evidence, date, f"date.primary.{suffix}", level, rule, facts)


def _posted_late(evidence: Evidence, date: _Moved) -> dict[str, Json]:
    """Describe how long after the day it was posted when that is a quarter or more.

    The usual weeks are not worth a word.
    """
    posted = read(evidence.posted)
    is_late = posted is not None and shift(date.new, posted).least_days >= _MAJOR_FROM_DAYS
    return delay_facts(evidence, date.new) if is_late else {}


def _primary_level(
    evidence: Evidence, part: Part, date: _Moved, suffix: str, completion: _Moved | None
) -> tuple[Severity, str]:
    days, size = abs(date.shift.least_days), _size(date)
    if suffix == "actual":
        return Severity.MAJOR, f"primary completion {date.types}"
    if suffix in ("corrected", "earlier"):
        level = Severity.MAJOR if days >= _MAJOR_FROM_DAYS else Severity.MINOR
        return level, f"primary completion {date.types}, {size}"
    level = _band(days)
    rule = f"primary completion {date.types}, {size}"
    day = read(evidence.posted) or read(evidence.data_version)
    if day is not None and date.old.days_from(day) <= _NEAR_DAYS:
        raised = level.raised()
        if days < _CRITICAL_FROM_DAYS and raised is Severity.CRITICAL:
            raised = Severity.MAJOR
        if raised is not level:
            rule += f" · {level} → {raised}: the old date lies within {_NEAR_DAYS} days of the posting"
        level = raised
    if level is Severity.CRITICAL and _reaches_completion(part, date, completion):
        rule += f" · {level} → {Severity.MAJOR}: the new date is the unmoved completion date"
        level = Severity.MAJOR
    return level, rule


def _completion(evidence: Evidence, date: _Moved, primary: _Moved | None) -> Change:
    if _is_precision(date):
        return _precision(evidence, date)
    suffix = suffix_of(date.old_type, date.new_type, date.shift)
    kind = f"date.completion.{suffix}"
    facts: dict[str, Json] = _facts(date)
    if suffix == "slip":
        facts |= _running_total(evidence, date)
    if primary is not None and _mirrors(date, primary):
        facts["told_with"] = "date.primary"
        rule = f"study completion {date.types}, {_size(date)}, moves with primary completion: told there"
        return _change(evidence, date, kind, Severity.NOISE, rule, facts)
    is_long = suffix == "slip" and abs(date.shift.least_days) >= _CRITICAL_FROM_DAYS
    level = Severity.MAJOR if is_long else Severity.MINOR
    return _change(evidence, date, kind, level, f"study completion {date.types}, {_size(date)}", facts)


def _start(evidence: Evidence, part: Part, date: _Moved) -> Change:
    if _is_precision(date):
        return _precision(evidence, date)
    facts: dict[str, Json] = _facts(date)
    registered = read(part.after("studyFirstSubmitDate"))
    if registered is not None and date.old.last < registered.first and date.new.first >= registered.last:
        facts["registered"] = registered.text
        return _change(
            evidence,
            date,
            "date.start.retroactive",
            Severity.MINOR,
            "start moved from before to after first registration",
            facts,
        )
    if date.new_type != "actual" or date.old_type == "actual":
        return _change(evidence, date, "date.start.moved", Severity.MINOR, f"start {date.types}, {_size(date)}", facts)
    facts |= delay_facts(evidence, date.new)
    opened = kind_of(as_text(part.before("overallStatus")), as_text(part.after("overallStatus")))
    if opened == "status.opened" and part.after("overallStatus") in ENROLLING:
        facts["told_with"] = "status"
        rule = f"start {date.types}: told with the opening"
        return _change(evidence, date, "date.start.actual", Severity.NOISE, rule, facts)
    return _change(evidence, date, "date.start.actual", Severity.MINOR, f"start {date.types}", facts)


def _is_precision(date: _Moved) -> bool:
    is_same_type = date.old_type == date.new_type or not date.old_type
    return is_same_type and (date.is_same_date or date.old.refines(date.new))


def _precision(evidence: Evidence, date: _Moved) -> Change:
    rule = "the same date, type given" if date.is_same_date else "the same date, told more or less exactly"
    return _change(evidence, date, "date.precision", Severity.NOISE, rule, _facts(date))


def _band(days: int) -> Severity:
    if days >= _CRITICAL_FROM_DAYS:
        return Severity.CRITICAL
    return Severity.MAJOR if days >= _MAJOR_FROM_DAYS else Severity.MINOR


def _size(date: _Moved) -> str:
    return date.shift.signed() or "size unknown"


def _mirrors(completion: _Moved, primary: _Moved) -> bool:
    """Whether both dates did the same thing by about the same step."""
    if _is_precision(completion) or _is_precision(primary):
        return False
    one, other = completion.shift, primary.shift
    return (
        suffix_of(completion.old_type, completion.new_type, one) == suffix_of(primary.old_type, primary.new_type, other)
        and abs(one.least_days - other.least_days) <= _MIRRORED_DAYS
    )


def _goes_along(start: _Moved, primary: _Moved) -> bool:
    """Whether a planned start moved by about the same step as primary completion."""
    one, other = start.shift.least_days, primary.shift.least_days
    return (
        start.types == primary.types == "planned → planned" and one * other > 0 and abs(one - other) <= _MIRRORED_DAYS
    )


def _reaches_completion(part: Part, date: _Moved, completion: _Moved | None) -> bool:
    return completion is None and part.after("completionDateStruct", "date") == date.new.text


def _running_total(evidence: Evidence, date: _Moved) -> dict[str, Json]:
    """Count the delays since the trial was first seen; nothing when this is the first."""
    values = evidence.history.values.get(f"status.{date.name}", ())
    dates = [known for value in values if (known := read(value)) is not None]
    if not dates:
        return {}
    steps = [*dates, date.new] if dates[-1] == date.old else [*dates, date.old, date.new]
    delays = sum(shift(one, other).is_later for one, other in pairwise(steps))
    total = shift(steps[0], date.new)
    if delays < 2 or not total.is_later:
        return {}
    return {"delays": delays, "total": total.signed(), "since": evidence.history.first_seen_on}


def _facts(date: _Moved) -> dict[str, Json]:
    return _ends(date) | {
        "said": date.shift.said(),
        "days": date.shift.days,
        "months": date.shift.months,
    }


def _ends(date: _Moved) -> dict[str, Json]:
    return {
        "old": date.old.text,
        "new": date.new.text,
        "old_type": date.old_type,
        "new_type": date.new_type,
    }


def _change(
    evidence: Evidence,
    date: _Moved,
    kind: str,
    level: Severity,
    rule: str,
    facts: Mapping[str, Json],
) -> Change:
    is_type_only = date.is_same_date
    return Change(
        kind=kind,
        severity=level,
        rule=rule,
        path=f"status.{date.name}{'Type' if is_type_only else ''}",
        verb=Verb.CHANGED if is_type_only else verb_of(evidence, f"status.{date.name}", date.old.text, date.new.text),
        before=_spelt_type(date.old_type) if is_type_only else date.old.text,
        after=_spelt_type(date.new_type) if is_type_only else date.new.text,
        edits=date.edits,
        facts=facts,
    )


def _spelt_type(word: str) -> str | None:
    spelt = {said: spelt for spelt, said in _TYPES.items()}
    return spelt.get(word, word.upper().replace(" ", "_")) or None
