"""Comparisons as JSON: the object that `compare --json` and `log --json` print, and the form in which they are stored.

The printed object is stable, for scripts rely on it. The stored form is ours alone: it carries the edits and the facts
from which sentences are made when they are shown, and the catalogue's revision. Neither reads a clock or a file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from watcher.changes.model import (
    Change,
    Comparison,
    Edit,
    Json,
    Origin,
    Phrase,
    Place,
    Severity,
    Stamp,
    Step,
    Verb,
)
from watcher.text import to_json

SCHEMA = 1
"""Version of the printed object; raised when a key changes its meaning or goes."""


def printed(
    comparison: Comparison,
    *,
    title: str,
    story: str,
    phrase: Callable[[Change], Phrase],
    seq: int | None = None,
    seen_at: datetime | None = None,
) -> dict[str, Any]:
    """Make the printed object of a comparison.

    Args:
        comparison: What changed.
        title: Brief title of the newer record.
        story: Headline; an empty text when nothing is told.
        phrase: Puts a change into words; its sentence is printed.
        seq: Sequence number of the newer version, None when no store knows it.
        seen_at: When it was seen, aware; None when two files were compared.

    Returns:
        Plain JSON values, keys in a fixed order; noise is listed too.
    """
    return {
        "schema": SCHEMA,
        "nct_id": comparison.nct_id,
        "title": title,
        "seq": seq,
        "seen_at": None if seen_at is None else _zulu(seen_at),
        "story": story,
        "from": _stamp(comparison.older),
        "to": _stamp(comparison.newer),
        "changes": [
            {
                "kind": change.kind,
                "severity": change.severity.value,
                "rule": change.rule,
                "path": change.path,
                "verb": change.verb.value,
                "before": change.before,
                "after": change.after,
                "sentence": phrase(change).sentence,
                "origin": change.origin.value,
                "record_paths": list(change.record_paths),
            }
            for change in comparison.changes
        ],
    }


def dumps(value: Any, *, indent: int | None = None) -> str:
    """Return a JSON value as text: one line, or indented for a person; what nobody sees as its escape."""
    return to_json(value, indent=indent, default=_plain)


def to_bytes(comparison: Comparison) -> bytes:
    """Return the stored form of a comparison: all of it, compact JSON."""
    return json.dumps(
        {
            "nct_id": comparison.nct_id,
            "catalogue": comparison.catalogue_revision,
            "older": _stamp(comparison.older),
            "newer": _stamp(comparison.newer),
            "edits": [[[_step(step) for step in edit.steps], edit.before, edit.after] for edit in comparison.edits],
            "changes": [
                {
                    "kind": change.kind,
                    "severity": change.severity.value,
                    "rule": change.rule,
                    "path": change.path,
                    "verb": change.verb.value,
                    "before": change.before,
                    "after": change.after,
                    "origin": change.origin.value,
                    "edits": change.edits,
                    "record_paths": change.record_paths,
                    "facts": change.facts,
                }
                for change in comparison.changes
            ],
        },
        ensure_ascii=False,
        separators=(",", ":"),
        default=_plain,
    ).encode("utf-8", "surrogatepass")


def from_bytes(stored: bytes) -> Comparison:
    """Read the stored form of a comparison.

    Args:
        stored: What `to_bytes` gave, of this or an older catalogue revision.

    Returns:
        The comparison; equal to the one stored, its JSON values as lists and dicts.
    """
    found = json.loads(stored.decode("utf-8", "surrogatepass"))
    return Comparison(
        nct_id=found["nct_id"],
        older=Stamp(**found["older"]),
        newer=Stamp(**found["newer"]),
        edits=tuple(
            Edit(steps=tuple(map(_step_from, steps)), before=before, after=after)
            for steps, before, after in found["edits"]
        ),
        changes=tuple(
            Change(
                kind=change["kind"],
                severity=Severity(change["severity"]),
                rule=change["rule"],
                path=change["path"],
                verb=Verb(change["verb"]),
                before=change["before"],
                after=change["after"],
                origin=Origin(change["origin"]),
                edits=tuple(change["edits"]),
                record_paths=tuple(change["record_paths"]),
                facts=change["facts"],
            )
            for change in found["changes"]
        ),
        catalogue_revision=found["catalogue"],
    )


def _stamp(stamp: Stamp) -> dict[str, str | None]:
    return {"data_version": stamp.data_version, "last_update_posted": stamp.last_update_posted}


def _zulu(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _step(step: Step) -> Json:
    return [step.old, step.new] if isinstance(step, Place) else step


def _step_from(step: Any) -> Step:
    return step if isinstance(step, str) else Place(*step)


def _plain(value: object) -> Json:
    """Return a mapping of another type as the one JSON knows."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"not a JSON value: {type(value).__name__}")
