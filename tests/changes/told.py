"""What a comparison of two fictional records tells: one row, one kind with its level, rule and words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tests.changes.builders import a_posted, a_record, put
from watcher.changes.compare import compare_records
from watcher.changes.model import Change, Json, Record
from watcher.changes.wording.say import phrase

POSTED = "2026-03-10"
_BARE = re.compile(
    r"\b(?:None|True|False)\b|\b[A-Z]+_[A-Z_]+\b|[{}]|\[\d+\]|\w+Module|Section\b|\b[a-z]+(?:[A-Z][a-z]+)+\b"
)


def quiet_record(**status: Json) -> dict[str, Any]:
    """Give a Phase 2 record whose context moves no level: primary completion far off, target under 300."""
    record = put(a_record(**status), ("protocolSection", "designModule", "phases"), ["PHASE2"])
    record = put(record, ("resultsSection",), None)
    return put(record, ("hasResults",), False)


def changes(old: Record, new: Record, *, posted: str | None = POSTED) -> tuple[Change, ...]:
    """Compare, with a sponsor's update posted on a day, or (None) without any."""
    newer = a_posted(new, posted) if posted is not None else new
    comparison = compare_records(old, newer)
    claimed = {index for change in comparison.changes for index in change.edits}
    assert claimed == set(range(len(comparison.edits)))
    return comparison.changes


def of_kind(found: Sequence[Change], kind: str) -> list[Change]:
    """Give the changes of a kind."""
    return [change for change in found if change.kind == kind]


def the(found: Sequence[Change], kind: str) -> Change:
    """Give the one change of a kind."""
    same = of_kind(found, kind)
    assert len(same) == 1, [change.kind for change in found]
    return same[0]


def news(found: Sequence[Change]) -> list[Change]:
    """Give all but the dates of the update."""
    return [change for change in found if not change.kind.startswith("admin.")]


def said(change: Change) -> str:
    """Give the sentence of a change; it must read as one."""
    words = phrase(change)
    assert _BARE.search(words.sentence) is None, words.sentence
    assert words.sentence[0] == words.sentence[0].upper(), words.sentence
    assert words.sentence.rstrip("”)").endswith((".", "…", "?", "!")), words.sentence
    assert words.kind == change.kind
    assert words.severity is change.severity
    return words.sentence


def with_fields(record: Record, path: Sequence[str | int], **fields: Json) -> dict[str, Any]:
    """Give the record with some fields of an object replaced; None takes one away."""
    result = dict(record)
    for key, value in fields.items():
        result = put(result, (*path, key), value)
    return result
