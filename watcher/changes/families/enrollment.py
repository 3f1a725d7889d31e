"""Number of participants, planned and actual: detection and words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from watcher.changes.fact_shapes import EnrollmentFacts, facts_of
from watcher.changes.fields.build import Module
from watcher.changes.fields.row import Row, ValueType
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Part, merged, protocol
from watcher.changes.meaning.reversion import verb_of
from watcher.changes.model import Change, Json, Phrase, Severity, Verb
from watcher.changes.partial_date import read, shift
from watcher.changes.wording import values
from watcher.changes.wording.build import stated
from watcher.study.read import as_object, as_text
from watcher.study.typed import UNKNOWN_COUNT

_row = Module(("protocolSection", "designModule"), "design").row

ROWS: tuple[Row, ...] = (
    _row("enrollmentInfo", "Enrollment", ValueType.STRUCT, seed="design.enrollmentInfo"),
    _row("enrollmentInfo.count", "Enrollment", ValueType.COUNT, seed="design.enrollmentCount", unit="participants"),
    _row("enrollmentInfo.type", "Enrollment, planned or actual", ValueType.ENUM, seed="design.enrollmentType"),
)
"""One row per field of the number of participants."""


_MAJOR_FROM = 20
_CRITICAL_FROM = 50
_REACHED_FROM = 90
_FAR_BELOW = 25


@dataclass(frozen=True, slots=True)
class _Enrollment:
    """Both states: counts (None for unknown) and types (empty for none)."""

    old: int | None
    new: int | None
    old_type: str
    new_type: str

    @property
    def percent(self) -> float | None:
        """By how much the number changed, in per cent of the old one; None when that has no meaning."""
        if self.old is None or self.new is None or self.old == 0:
            return None
        return (self.new - self.old) / self.old * 100

    @property
    def share(self) -> float | None:
        """The new number in per cent of the old one; None when that has no meaning."""
        return None if self.percent is None else self.percent + 100


def explain(evidence: Evidence) -> Iterator[Change]:
    """Describe how the number of participants changed.

    Yields:
        At most one change, which claims count and type.
    """
    part = protocol(evidence, "designModule")
    edits = merged(part.differs("enrollmentInfo", "count"), part.differs("enrollmentInfo", "type"))
    if not edits:
        return
    found = _Enrollment(
        count(part.before("enrollmentInfo", "count")),
        count(part.after("enrollmentInfo", "count")),
        as_text(part.before("enrollmentInfo", "type")),
        as_text(part.after("enrollmentInfo", "type")),
    )
    kind, level, rule = _judged(found)
    is_late = kind == "enrollment.target" and _is_late_expansion(evidence, found)
    if is_late and level.raised() is not level:
        rule += f" · {level} → {level.raised()}: raised together with a later primary completion"
        level = level.raised()
    yield _change(evidence, part, found, kind, level, rule, is_late=is_late, edits=edits)


def count(value: Json) -> int | None:
    """Read a number of participants; None for the registry's sentinel of an unknown number."""
    if not isinstance(value, int) or isinstance(value, bool) or value == UNKNOWN_COUNT:
        return None
    return value


def _judged(found: _Enrollment) -> tuple[str, Severity, str]:
    if found.new_type == "ACTUAL" and found.old_type != "ACTUAL":
        return _final(found)
    if found.old_type == found.new_type == "ACTUAL":
        level = Severity.MAJOR if abs(found.percent or 0) >= _MAJOR_FROM else Severity.MINOR
        return "enrollment.corrected", level, f"actual → actual, {_size(found)}: {level}"
    types = f"{_word(found.old_type)} → {_word(found.new_type)}"
    if found.old == found.new and not found.old_type:
        return "enrollment.target", Severity.NOISE, "type given, the same number"
    if found.percent is None and found.old == 0 and found.new:
        return "enrollment.target", Severity.CRITICAL, f"{types}, from 0: critical"
    level = _band(abs(found.percent or 0))
    return "enrollment.target", level, f"{types}, {_size(found)}: {level}"


def _final(found: _Enrollment) -> tuple[str, Severity, str]:
    share = found.share
    if share is None:
        return "enrollment.final", Severity.MINOR, "→ actual, no target known: minor"
    level = Severity.MINOR if share >= _REACHED_FROM else Severity.MAJOR if share >= _FAR_BELOW else Severity.CRITICAL
    return "enrollment.final", level, f"→ actual, {_exact(share)} % of the last target: {level}"


def _band(percent: float) -> Severity:
    if percent >= _CRITICAL_FROM:
        return Severity.CRITICAL
    return Severity.MAJOR if percent >= _MAJOR_FROM else Severity.MINOR


def _size(found: _Enrollment) -> str:
    return "size unknown" if found.percent is None else signed_percent(found.percent)


def signed_percent(percent: float) -> str:
    """Return a change in per cent with its sign: `−49 %`, `+0.4 %`."""
    return f"{'+' if percent >= 0 else '−'}{_exact(abs(percent))} %"


def _exact(percent: float) -> str:
    """Round to a whole number unless that would show another band or hide a difference."""
    whole = round(percent)
    is_misleading = any(min(percent, whole) < edge <= max(percent, whole) for edge in _EDGES)
    if not is_misleading and (whole or not percent):
        return f"{whole:,}"
    tenth = int(percent * 10) / 10
    return f"{tenth:,.1f}" if tenth else f"{percent:.1g}"


_EDGES = (_MAJOR_FROM, _FAR_BELOW, _CRITICAL_FROM, _REACHED_FROM, 100)


def _word(type_: str) -> str:
    return {"ACTUAL": "actual", "ESTIMATED": "planned"}.get(type_, "untyped")


def _is_late_expansion(evidence: Evidence, found: _Enrollment) -> bool:
    if found.percent is None or found.percent <= 0:
        return False
    status = protocol(evidence, "statusModule")
    before, after = (as_object(state.get("primaryCompletionDateStruct")) for state in (status.old, status.new))
    old, new = read(before.get("date")), read(after.get("date"))
    if old is None or new is None or after.get("type") == "ACTUAL":
        return False
    return shift(old, new).is_later


def _change(
    evidence: Evidence,
    part: Part,
    found: _Enrollment,
    kind: str,
    level: Severity,
    rule: str,
    *,
    is_late: bool,
    edits: tuple[int, ...],
) -> Change:
    before, after = part.before("enrollmentInfo", "count"), part.after("enrollmentInfo", "count")
    is_type_only = before == after
    if is_type_only:
        before, after = part.before("enrollmentInfo", "type"), part.after("enrollmentInfo", "type")
    return Change(
        kind=kind,
        severity=level,
        rule=rule,
        path="design.enrollmentType" if is_type_only else "design.enrollmentCount",
        verb=verb_of(evidence, "design.enrollmentCount", before, after),
        before=before,
        after=after,
        edits=edits,
        facts={
            "old": found.old,
            "new": found.new,
            "old_type": _word(found.old_type),
            "new_type": _word(found.new_type),
            "percent": None if found.percent is None else signed_percent(found.percent),
            "share": None if found.share is None else _exact(found.share),
            "is_late_expansion": is_late,
        },
    )


def say(change: Change) -> Phrase:
    """Word a change of the family `enrollment`.

    `was` and `now` carry the type, `note` the size.
    """
    facts = facts_of(change, EnrollmentFacts)
    was, now = _side(facts.old, facts.old_type), _side(facts.new, facts.new_type)
    return stated(change, "Enrollment", *_sentence(change, facts), was=was, now=now, note=_note(change, facts))


def _sentence(change: Change, facts: EnrollmentFacts) -> tuple[str, str]:
    """Return what is said of a number, and its details."""
    old, new = facts.old, facts.new
    old_type, new_type = _type(facts.old_type), _type(facts.new_type)
    lead = values.capitalised(f"{new_type} enrollment".strip())
    if new is None:
        was = _side(old, old_type)
        return "Enrollment no longer given" + (f"; it was {was}" if was else ""), ""
    people = values.counted(new, "participant")
    if change.kind == "enrollment.final":
        return "Enrollment is given as actual", people + _of_target(facts.share, old)
    if old is None:
        return f"{lead} now given", people
    if old == new:
        return f"Enrollment stays at {people}, now {new_type or 'without a type'}", ""
    in_brackets = f" ({facts.percent})" if facts.percent else ""
    if facts.is_taken_back:
        return "Enrollment planned again", f"{people}, after an actual count of {values.number(old)}"
    if old_type != new_type:
        was, now = _side(old, old_type), _side(new, new_type)
        return f"Enrollment changed from {was} to {now}{in_brackets}", ""
    verb = _verb(change, is_cut=new < old)
    late = ", together with a later primary completion" if facts.is_late_expansion else ""
    return f"{lead} {verb} from {values.number(old)} to {people}{in_brackets}{late}", ""


def _verb(change: Change, *, is_cut: bool) -> str:
    if change.verb is Verb.REVERTED:
        return "set back"
    if change.kind == "enrollment.corrected":
        return "corrected"
    return "cut" if is_cut else "raised"


def _of_target(share: str, target: int | None) -> str:
    return "" if target is None or not share else f" of {values.number(target)} planned ({share} %)"


def _note(change: Change, facts: EnrollmentFacts) -> str | None:
    is_final = change.kind == "enrollment.final"
    size = facts.share if is_final else facts.percent
    if not size or facts.old == facts.new or facts.is_taken_back:
        return None
    return f"{size} % of the target" if is_final else size


def _side(count: int | None, type_: str) -> str | None:
    return None if count is None else f"{values.number(count)} {_type(type_)}".rstrip()


def _type(type_: str) -> str:
    return type_ if type_ != "untyped" else ""
