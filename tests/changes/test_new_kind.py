"""A new kind of change is one row of the table and a few lines of its family's module: proved by adding one."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import watcher

_ROW = '        Kind("design.purpose", MAJOR, _BOTH),\n'
_NEW_ROW = '        Kind("design.time_perspective", MAJOR, _BOTH),\n'
_FIELD = """    SimpleField(
        keys=(_INFO, "primaryPurpose"),
"""
_NEW_FIELD = """    SimpleField(
        keys=(_INFO, "timePerspective"),
        kind="design.time_perspective",
        path="design.timePerspective",
        field="time perspective",
    ),
"""
_TRY = """
from watcher.changes import kinds
from watcher.changes.compare import compare_records
from watcher.changes.model import Severity
from watcher.changes.story import tell
from watcher.digests.stories import show_story

def record(perspective):
    design = {"studyType": "INTERVENTIONAL", "designInfo": {"timePerspective": perspective}}
    return {"protocolSection": {"identificationModule": {"nctId": "NCT01234567"}, "designModule": design}}

older, newer = record("PROSPECTIVE"), record("RETROSPECTIVE")
comparison = compare_records(older, newer)
story = tell(
    comparison, record=newer, short_name="A", level_of=lambda change: change.severity, least=Severity.MINOR
)
print([(change.kind, change.severity.value) for change in comparison.changes])
print(story.lines[0].sentence)
print(story.tag, "|", show_story(story, ()).headline)
print(kinds.kind_of("design.phase").rank == kinds.kind_of("design.time_perspective").rank)
print("design.time_perspective" in kinds.known_names())
"""


def _tried(tree: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-c", _TRY],
        cwd=tree,
        env={"PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def _insert(path: Path, before: str, what: str) -> None:
    source = path.read_text("utf-8")
    assert source.count(before) == 1
    path.write_text(source.replace(before, what + before), "utf-8")


def test_a_kind_is_added_by_one_row_and_its_familys_module(tmp_path: Path) -> None:
    package = tmp_path / "watcher"
    shutil.copytree(Path(watcher.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__"))
    assert _tried(tmp_path)[0] == "[('field.changed', 'minor')]"
    _insert(package / "changes" / "kinds.py", _ROW, _NEW_ROW)
    _insert(package / "changes" / "families" / "design.py", _FIELD, _NEW_FIELD)
    assert _tried(tmp_path) == [
        "[('design.time_perspective', 'major')]",
        "Time perspective changed from Prospective to Retrospective.",
        "Design changed | Time perspective changed from Prospective to Retrospective",
        "True",
        "True",
    ]
