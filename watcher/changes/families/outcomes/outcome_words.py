"""Words for outcome measures: what came, went, was reworded or changed rank, and always when in the trial's life."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from watcher.changes.fact_shapes import OutcomeFacts, facts_of
from watcher.changes.model import Change, Json, Mark, MarkKind, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import all_named, edited, field, some, worded

_WHEN: Mapping[str, str] = {
    "before start": "before the start of the trial",
    "after start": "after the start of the trial",
    "after primary completion": "after primary completion",
}
_NO_WHEN = "the record gives no start date"
_PARTS = (("measure", "measure"), ("timeFrame", "time frame"), ("description", "description"))
_DONE = {Verb.ADDED: "added", Verb.REMOVED: "removed"}


def say(change: Change) -> Phrase:
    """Word a change of the family `outcome`.

    The timing stands in the sentence and on a line of its own.
    """
    if change.kind == "outcome.timeframes":
        return _time_frames(change)
    if facts_of(change, OutcomeFacts).is_whole_list:
        return _whole_list(change)
    if change.verb in _DONE:
        return _came_or_went(change)
    return _moved(change) if facts_of(change, OutcomeFacts).from_ else _modified(change)


def _when(change: Change) -> str:
    return _WHEN.get(facts_of(change, OutcomeFacts).timing, _NO_WHEN)


def _label(change: Change) -> str:
    return f"{facts_of(change, OutcomeFacts).list.capitalize()} outcome".strip()


def _of(outcome: Json) -> str:
    measure, frame = field(outcome, "measure"), field(outcome, "timeFrame")
    return values.quoted(measure) + (f" (time frame: {values.short(frame, 120)})" if frame else "")


def _came_or_went(change: Change) -> Phrase:
    is_new = change.verb is Verb.ADDED
    outcome = change.after if is_new else change.before
    measure, frame = values.short(field(outcome, "measure")), field(outcome, "timeFrame")
    twins = _twins(change, outcome)
    details = [f"time frame: {values.short(frame, 120)}"] if frame else []
    return worded(
        change,
        _label(change),
        f"{_label(change)} {_DONE[change.verb]} ({_when(change)})",
        f"{_of(outcome)}{f'; {twins}' if twins else ''}",
        was=None if is_new else measure,
        now=measure if is_new else None,
        items=(*details, *([twins] if twins else []), _on_own_line(change)),
    )


def _whole_list(change: Change) -> Phrase:
    """Word once that every outcome of a list went, or that a list came where there was none."""
    facts, is_new = facts_of(change, OutcomeFacts), change.verb is Verb.ADDED
    listed, count = all_named(facts.names), facts.count or 0
    outcomes = values.counted(count, _label(change).lower())
    done = (
        f"{outcomes} were added, before there were none"
        if is_new
        else f"{values.every(count)} {_label(change).lower()}s were removed"
    )
    shown = some(count, [values.quoted(name, 80) for name in listed])
    return worded(change, f"{_label(change)}s", f"{done} ({_when(change)})", shown, items=listed)


def _on_own_line(change: Change) -> str:
    """Return when in the trial’s life the change was posted, as a sentence of its own."""
    done = {Verb.ADDED: "Added", Verb.REMOVED: "Removed", Verb.MOVED: "Moved"}.get(change.verb, "Changed")
    if change.kind == "outcome.restated_with_results":
        done = "Restated with the results,"
    when = _WHEN.get(facts_of(change, OutcomeFacts).timing)
    return f"{done} {when}." if when else f"{_NO_WHEN[:1].upper()}{_NO_WHEN[1:]}."


def _twins(change: Change, outcome: Json) -> str:
    """Describe which of several outcomes of one measure this is, and that the others stay."""
    facts = facts_of(change, OutcomeFacts)
    others, apart = facts.others, facts.told_apart_by
    if not others:
        return ""
    stays = "another one of this name stays" if others == 1 else f"{others} others of this name stay"
    if apart == "description" and field(outcome, apart):
        kept = f", described “{values.short(values.plain(facts.other), 80)}”" if facts.other else ""
        return f"the one described “{values.short(field(outcome, apart), 80)}”; {stays}{kept}"
    if apart == "timeFrame":
        kept = f", with time frame {values.short(values.plain(facts.other), 80)}" if facts.other else ""
        return f"{stays}{kept}"
    return stays if apart else f"listed once {'more' if change.verb is Verb.ADDED else 'less'}; {stays}"


def _moved(change: Change) -> Phrase:
    verb = {"outcome.promoted": "promoted", "outcome.demoted": "demoted"}.get(change.kind, "moved")
    facts, parts = facts_of(change, OutcomeFacts), _shown_parts(change)
    was, now = facts.from_, facts.to
    besides = f"; {'; '.join(part.sentence for part in parts)}" if parts else ""
    return worded(
        change,
        "Outcome",
        f"Outcome {verb} from {was} to {now} ({_when(change)})",
        f"{_of(change.after)}{besides}",
        was=f"{was} outcome",
        now=f"{now} outcome",
        items=(_of(change.after), *(part.line for part in parts), _on_own_line(change)),
    )


def _modified(change: Change) -> Phrase:
    parts, measure = _shown_parts(change), values.quoted(field(change.after, "measure"), 80)
    is_restated = change.kind == "outcome.restated_with_results"
    done = "restated with the results" if is_restated else "reworded"
    if not parts:
        return worded(
            change,
            _label(change),
            f"{_label(change)} reworded, {measure}, in punctuation or case alone",
            marks=_shown(_raw(change.before, "measure"), _raw(change.after, "measure"))[0],
        )
    first = parts[0]
    said, shifts = f"{_label(change)} {done} ({_when(change)})", "; ".join(part.sentence for part in parts)
    lead = (f"{said}, {shifts}", "") if first.key == "measure" else (f"{said}, {measure}", shifts)
    named = [] if first.key == "measure" else [f"{first.name}: "]
    return worded(
        change,
        _label(change),
        *lead,
        heading=f"{_label(change)} {measure}",
        was=first.was or None,
        now=first.now or None,
        marks=(*(Mark(MarkKind.SAME, name) for name in named), *first.marks),
        items=(*(part.line for part in parts[1:]), _on_own_line(change)),
    )


@dataclass(frozen=True, slots=True)
class _PartShown:
    """One part of an outcome that differs: from what to what, with its marks."""

    key: str
    name: str
    was: str
    now: str
    marks: tuple[Mark, ...]

    @property
    def sentence(self) -> str:
        """The part within a sentence."""
        name = "" if self.key == "measure" else f"{self.name} "
        if not self.was:
            return f"{self.name} added, “{self.now}”"
        if not self.now:
            return f"{self.name} removed, it was “{self.was}”"
        return f"{name}now “{self.now}”, before “{self.was}”"

    @property
    def line(self) -> str:
        """The part on a line of its own."""
        if not self.was or not self.now:
            return self.sentence
        return f"{self.name}: {self.was} → {self.now}"


def _shown_parts(change: Change) -> list[_PartShown]:
    """Show every part that differs, the measure first."""
    parts = facts_of(change, OutcomeFacts).parts
    shown = []
    for key, name in _PARTS:
        if name in parts:
            marks, was, now = _shown(_raw(change.before, key), _raw(change.after, key))
            shown.append(_PartShown(key, name, was, now, marks))
    return shown


def _raw(outcome: Json, key: str) -> str:
    value = outcome.get(key) if isinstance(outcome, Mapping) else None
    return value if isinstance(value, str) else ""


def _shown(before: str, after: str) -> tuple[tuple[Mark, ...], str, str]:
    if before and after:
        return edited(before, after)
    was, now = (values.short(values.plain(side)) for side in (before, after))
    marks = (Mark(MarkKind.REMOVED, was), Mark(MarkKind.ADDED, now))
    return tuple(mark for mark in marks if mark.text), was, now


def _time_frames(change: Change) -> Phrase:
    facts = facts_of(change, OutcomeFacts)
    step, size = facts.step or 0, abs(facts.step or 0)
    by = f"{values.number(size)} {facts.unit}{'' if size == 1 else 's'} {'longer' if step > 0 else 'shorter'}"
    count = facts.count or 0
    was, now = (values.plain(side) if isinstance(side, str) else "" for side in (change.before, change.after))
    return worded(
        change,
        "Time frames",
        f"Time frames of {values.counted(count, 'outcome')} {by} ({_when(change)})",
        f"one is now “{now}”, before “{was}”",
        was=was or None,
        now=now or None,
        note=by,
    )
