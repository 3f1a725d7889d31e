"""The typed reading of facts: it names what families write, and reads what is not there as empty."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path

import pytest

from watcher import changes
from watcher.changes import fact_shapes
from watcher.changes.fact_shapes import DateFacts, EligibilityFacts, ResultFacts, facts_of
from watcher.changes.model import Change, Json, Severity, Verb

SHAPES = [
    one
    for _, one in inspect.getmembers(fact_shapes, dataclasses.is_dataclass)
    if one.__module__ == fact_shapes.__name__
]
SOURCES = Path(inspect.getfile(changes)).parent.rglob("*.py")
WRITTEN = "".join(path.read_text("utf-8") for path in SOURCES if path.name != "fact_shapes.py")


def a_change(facts: dict[str, Json]) -> Change:
    return Change(
        kind="x", severity=Severity.MINOR, rule="", path="", verb=Verb.CHANGED, before=None, after=None, facts=facts
    )


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape.__name__))
def test_every_typed_fact_is_one_that_a_family_writes(shape):
    names = [field.name.rstrip("_") for field in dataclasses.fields(shape)]
    assert [name for name in names if f'"{name}"' not in WRITTEN and f", {name}=" not in WRITTEN] == []


def test_facts_of_another_type_count_as_not_there():
    odd = a_change({"old": 3, "completion": "2027", "lag_days": True, "from": "inclusion", "is_posted": False})
    facts = facts_of(odd, DateFacts)
    assert (facts.old, facts.completion, facts.lag_days, facts.new_type) == ("", None, None, "")
    assert facts_of(odd, EligibilityFacts).from_ == "inclusion"
    assert facts_of(odd, ResultFacts).is_posted is False
    assert facts_of(a_change({}), ResultFacts).is_posted is None


def test_dates_that_moved_alike_are_told_as_one():
    ends: dict[str, Json] = {"old": "2026-01", "new": "2027-01", "old_type": "planned", "new_type": "planned"}
    facts = facts_of(a_change({**ends, "completion": ends, "start": {**ends, "new": "2028-01"}}), DateFacts)
    assert facts.are_of(facts.completion)
    assert not facts.are_of(facts.start)
