"""Which numbers of posted results differ: deaths, serious events, p-values, effects and their confidence limits.

Source: API v2 study data structure, `resultsSection.adverseEventsModule.eventGroups` and
`resultsSection.outcomeMeasuresModule.outcomeMeasures.analyses`,
https://clinicaltrials.gov/data-api/about-api/study-data-structure
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from watcher.changes.meaning.evidence import Evidence
from watcher.changes.model import Edit, Json, Place, Record
from watcher.study.read import as_object, as_text

MOST_NUMBERS = 5
"""As many differing numbers are shown; the others are counted."""

_GROUPS = ("resultsSection", "adverseEventsModule", "eventGroups")
_OUTCOMES = ("resultsSection", "outcomeMeasuresModule", "outcomeMeasures")

_IN_GROUPS: Mapping[str, str] = {
    "deathsNumAffected": "deaths",
    "deathsNumAtRisk": "participants at risk of death",
    "seriousNumAffected": "participants with serious adverse events",
    "seriousNumAtRisk": "participants at risk of serious adverse events",
}
_IN_ANALYSES: Mapping[str, str] = {
    "pValue": "p-value",
    "paramValue": "estimated effect",
    "ciLowerLimit": "lower confidence limit",
    "ciUpperLimit": "upper confidence limit",
}
_IN_CELLS: Mapping[str, str] = {"value": "measured value", "lowerLimit": "lower limit", "upperLimit": "upper limit"}
_GRAVE = frozenset({"deathsNumAffected", "seriousNumAffected", "pValue", "paramValue"})


def differing(evidence: Evidence) -> tuple[list[dict[str, Json]], bool]:
    """Return the numbers of posted results that differ, and whether one of them weighs much.

    Returns:
        For each number `name`, `of` (title of its group or outcome), `was` and `now` as the registry spells them
        (None when not given), those that weigh most first; and True when deaths, serious events, a p-value or an
        effect is among them.
    """
    found = [(key in _GRAVE, number) for edit in evidence.edits for key, number in _number(evidence, edit)]
    found.sort(key=lambda pair: not pair[0])
    return [number for _, number in found], any(is_grave for is_grave, _ in found)


def _number(evidence: Evidence, edit: Edit) -> Iterator[tuple[str, dict[str, Json]]]:
    path = edit.field_path
    names = _names_at(path)
    if names is None or path[-1] not in names or not (_is_plain(edit.before) and _is_plain(edit.after)):
        return
    record, is_new = (evidence.new, True) if edit.after is not None else (evidence.old, False)
    yield (
        path[-1],
        {"name": names[path[-1]], "of": _title(record, edit, is_new=is_new), "was": edit.before, "now": edit.after},
    )


def _names_at(path: Sequence[str]) -> Mapping[str, str] | None:
    """Return the names of the numbers at this depth, by key; None where there are none we tell."""
    if tuple(path[:3]) == _GROUPS and len(path) == len(_GROUPS) + 1:
        return _IN_GROUPS
    if tuple(path[:3]) != _OUTCOMES:
        return None
    if tuple(path[3:4]) == ("analyses",):
        return _IN_ANALYSES
    return _IN_CELLS if tuple(path[3:6]) == ("classes", "categories", "measurements") else None


def _is_plain(value: Json) -> bool:
    return value is None or isinstance(value, str | int | float)


def _title(record: Record, edit: Edit, *, is_new: bool) -> str:
    """Return the title of the group or outcome an edit lies in."""
    value: Json = record
    for step in edit.steps[:4]:
        if isinstance(step, Place):
            at = step.new if is_new else step.old
            value = value[at] if isinstance(value, list | tuple) and at is not None and at < len(value) else None
        else:
            value = as_object(value).get(step)
    return as_text(as_object(value).get("title"))
