"""The same edit made in hundreds of real eligibility texts: how often something is told that it is not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.changes.builders import a_posted, put
from tests.changes.mass_eligibility import Edited, edits
from tests.changes.real import all_paths, load, needs_records
from watcher.changes.compare import compare_records
from watcher.changes.model import Change, Severity

_FIELD = ("protocolSection", "eligibilityModule", "eligibilityCriteria")
_MOST_WRONG = 0.01
_MODULES = ("identificationModule", "statusModule", "designModule", "conditionsModule", "eligibilityModule")


def _text(record: Any) -> str:
    return str(record["protocolSection"].get("eligibilityModule", {}).get("eligibilityCriteria") or "")


def wrong(record: Any, edit: Edited) -> str:
    """Return what is told wrongly of an edit, empty when nothing is."""
    older = put(record, _FIELD, edit.before) if edit.before is not None else record
    found = compare_records(older, a_posted(put(record, _FIELD, edit.text), "2030-02-10")).changes
    told = [one for one in found if one.kind.startswith("eligibility.") and one.severity is not Severity.NOISE]
    kinds = tuple(one.kind for one in told)
    if kinds != edit.kinds:
        return f"told as {list(kinds)}"
    for one in told:
        if edit.section and one.facts.get("section") != edit.section:
            return f"section {one.facts.get('section')}"
        if _own_level(one) not in edit.levels:
            return f"level {_own_level(one)}: {one.rule}"
    return ""


def _own_level(change: Change) -> str:
    """Return the level of a change before context moved it."""
    _, moved, context = change.rule.partition(" · ")
    return context.partition(" → ")[0] if moved else change.severity.value


def _slim(record: Any) -> Any:
    """Return a record without what eligibility does not read, so that thousands of comparisons take minutes."""
    modules = {name: module for name, module in record["protocolSection"].items() if name in _MODULES}
    return {"protocolSection": modules, "derivedSection": {"miscInfoModule": {"versionHolder": "2026-02-11"}}}


def checked(paths: Sequence[Path]) -> tuple[Counter[str], list[tuple[str, str, str]]]:
    """Make every edit in every record; return how often each was made, and what went wrong."""
    made: Counter[str] = Counter()
    faults: list[tuple[str, str, str]] = []
    for path in paths:
        record = _slim(load(path))
        for edit in edits(_text(record)):
            made[edit.what] += 1
            fault = wrong(record, edit)
            if fault:
                faults.append((path.stem, edit.what, fault))
    return made, faults


def _records() -> list[Path]:
    return [path for path in all_paths() if path.parent.name == "records"]


def _report(made: Counter[str], faults: Sequence[tuple[str, str, str]]) -> str:
    per = Counter(what for _, what, _ in faults)
    lines = [f"{what}: {per[what]} of {count}" for what, count in sorted(made.items())]
    return "\n".join([f"{len(faults)} of {made.total()} told wrongly", *lines])


@pytest.mark.usefixtures("untraced")
@needs_records
def test_edits_of_a_few_dozen_real_texts_are_told_as_what_they_are():
    made, faults = checked(_records()[::20])
    assert made.total() > 500
    assert len(faults) <= _MOST_WRONG * made.total(), (_report(made, faults), faults[:20])


@needs_records
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_edits_of_every_real_text_are_told_as_what_they_are():
    made, faults = checked(_records())
    print(_report(made, faults))
    assert made["remove"] >= 300
    assert len(faults) <= _MOST_WRONG * made.total(), faults[:40]
    for what in ("split at sentence", "split at and", "merge", "move", "add inclusion", "add exclusion", "remove"):
        wrongly = [fault for fault in faults if fault[1] == what]
        assert len(wrongly) <= max(1, _MOST_WRONG * made[what]), wrongly[:20]
