"""Words for outcome measures: what came, went, was reworded or changed rank, and always when in the trial's life."""

from __future__ import annotations

from collections.abc import Mapping

from watcher.changes.model import Change, Json, Mark, Phrase, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import edited, field, number, text, worded

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

    Args:
        change: A change with the facts of `meaning.outcomes`.

    Returns:
        Its words; the timing stands in the sentence and as the note.
    """
    if change.kind == "outcome.timeframes":
        return _time_frames(change)
    if change.verb in _DONE:
        return _came_or_went(change)
    return _moved(change) if "from" in change.facts else _modified(change)


def _when(change: Change) -> str:
    return _WHEN.get(text(change.facts, "timing"), _NO_WHEN)


def _label(change: Change) -> str:
    return f"{text(change.facts, 'list').capitalize()} outcome".strip()


def _of(outcome: Json) -> str:
    measure, frame = field(outcome, "measure"), field(outcome, "timeFrame")
    return values.quoted(measure) + (f" (time frame: {values.short(frame, 80)})" if frame else "")


def _came_or_went(change: Change) -> Phrase:
    is_new = change.verb is Verb.ADDED
    outcome = change.after if is_new else change.before
    measure = values.short(field(outcome, "measure"))
    return worded(
        change,
        _label(change),
        f"{_label(change)} {_DONE[change.verb]} ({_when(change)}): {_of(outcome)}",
        was=None if is_new else measure,
        now=measure if is_new else None,
        note=_when(change),
    )


def _moved(change: Change) -> Phrase:
    verb = {"outcome.promoted": "promoted", "outcome.demoted": "demoted"}.get(change.kind, "moved")
    was, now = text(change.facts, "from"), text(change.facts, "to")
    parts = _list(change.facts.get("parts"))
    besides = f", its {values.listed(parts)} edited" if parts else ""
    return worded(
        change,
        "Outcome",
        f"Outcome {verb} from {was} to {now} ({_when(change)}){besides}: {_of(change.after)}",
        was=f"{was} outcome",
        now=f"{now} outcome",
        note=_when(change),
        items=(_of(change.after),),
    )


def _modified(change: Change) -> Phrase:
    parts = _list(change.facts.get("parts"))
    key, name = next(((key, name) for key, name in _PARTS if name in parts), _PARTS[0])
    before, after = (_raw(side, key) for side in (change.before, change.after))
    marks, was, now = _shown(before, after)
    measure = values.quoted(field(change.after, "measure"))
    if not parts:
        how = f"{measure}, in punctuation or case alone"
    elif not before:
        how = f"{measure}: {name} added, “{now}”"
    elif not after:
        how = f"{measure}: {name} removed, it was “{was}”"
    elif key == "measure":
        how = f"now “{now}”, before “{was}”"
    else:
        how = f"{measure}: {name} now “{now}”, before “{was}”"
    rest = [part for part in parts if part != name]
    also = f"; its {values.listed(rest)} edited too" if rest else ""
    return worded(
        change,
        _label(change),
        f"{_label(change)} reworded ({_when(change)}), {how}{also}" if parts else f"{_label(change)} reworded, {how}",
        was=was or None,
        now=now or None,
        note=_when(change),
        marks=marks,
        items=(f"{name} of {measure}",) if parts and key != "measure" else (),
    )


def _raw(outcome: Json, key: str) -> str:
    value = outcome.get(key) if isinstance(outcome, Mapping) else None
    return value if isinstance(value, str) else ""


def _shown(before: str, after: str) -> tuple[tuple[Mark, ...], str, str]:
    if before and after:
        return edited(before, after)
    return (), values.short(values.plain(before)), values.short(values.plain(after))


def _time_frames(change: Change) -> Phrase:
    step, unit = change.facts.get("step"), text(change.facts, "unit")
    size = abs(step) if isinstance(step, int | float) else 0
    direction = "longer" if isinstance(step, int | float) and step > 0 else "shorter"
    by = f"{values.number(size)} {unit}{'' if size == 1 else 's'} {direction}"
    count = number(change.facts, "count")
    was, now = (values.plain(side) if isinstance(side, str) else "" for side in (change.before, change.after))
    return worded(
        change,
        "Time frames",
        f"Time frames of {values.counted(count, 'outcome')} {by} ({_when(change)}): one is now “{now}”, before “{was}”",
        was=was or None,
        now=now or None,
        note=by,
    )


def _list(value: Json) -> list[str]:
    return [part for part in value if isinstance(part, str)] if isinstance(value, list | tuple) else []
