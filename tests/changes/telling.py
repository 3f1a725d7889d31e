"""Pairs of records that differ in a few fields, told by the whole path from compare to words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.changes.builders import a_posted, a_record, field, put
from watcher.changes.compare import compare_records
from watcher.changes.meaning.evidence import History
from watcher.changes.model import Change, Comparison, Json, Phrase, Record, Severity, Story
from watcher.changes.story import tell
from watcher.changes.wording.say import phrase

Fields = Mapping[tuple[str, ...], Json]


def status(**values: Json) -> dict[tuple[str, ...], Json]:
    """Name fields of the status module."""
    return {field("statusModule", name): value for name, value in values.items()}


def design(**values: Json) -> dict[tuple[str, ...], Json]:
    """Name fields of the design module."""
    return {field("designModule", name): value for name, value in values.items()}


def eligibility(**values: Json) -> dict[tuple[str, ...], Json]:
    """Name fields of the eligibility module."""
    return {field("eligibilityModule", name): value for name, value in values.items()}


def a_plain_record(fields: Fields | None = None) -> dict[str, Any]:
    """Give a record that no context rule lifts, without results, with some fields set or (None) taken away."""
    record = put(put(a_record(), field("designModule", "phases"), ["PHASE2"]), ("hasResults",), False)
    return _with(record, fields or {})


def compared(
    old: Fields, new: Fields, *, posted: str | None = "2026-02-10", history: History | None = None
) -> Comparison:
    """Compare the plain record with `old` set and the same with `new` set, posted on a day or (None) not at all."""
    before = a_plain_record(old)
    after = _with(before, new)
    if posted is None:
        after = put(after, ("derivedSection", "miscInfoModule", "versionHolder"), "2026-02-11")
    else:
        after = a_posted(after, posted)
    return compare_records(before, after, history=history)


def changes(old: Fields, new: Fields, **more: Any) -> list[Change]:
    """Give the changes but those of mere update dates."""
    return [change for change in compared(old, new, **more).changes if not change.kind.startswith("admin.")]


def only(old: Fields, new: Fields, **more: Any) -> Change:
    """Give the one change there is."""
    (change,) = changes(old, new, **more)
    return change


def said(old: Fields, new: Fields, **more: Any) -> Phrase:
    """Give the words for the one change there is."""
    return phrase(only(old, new, **more))


def story(
    comparison: Comparison,
    *,
    record: Record | None = None,
    least: Severity = Severity.MINOR,
    level_of: Callable[[Change], Severity] = lambda change: change.severity,
    **more: Any,
) -> Story | None:
    """Tell a comparison as to a reader without a preset."""
    return tell(
        comparison,
        record=record if record is not None else a_plain_record(),
        short_name=more.pop("short_name", None),
        level_of=level_of,
        least=least,
        **more,
    )


def told(old: Fields, new: Fields, **more: Any) -> Story:
    """Give the story of a pair, which there must be."""
    found = story(compared(old, new, **more))
    assert found is not None
    return found


def _with(record: Record, fields: Fields) -> dict[str, Any]:
    result: dict[str, Any] = dict(record)
    for path, value in fields.items():
        module, name = path[-2:]
        if value is None and name not in result["protocolSection"].get(module, {}):
            continue
        result = put(result, path, value)
    return result
