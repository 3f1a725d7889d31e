"""The same edit made in hundreds of real records: one drug for another, a known other name, a dose, a unit, an outcome.

Counts what is told as something it is not. The short form takes a few dozen records, the long one (soak) all of them.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.changes.builders import a_posted, copied
from tests.changes.real import all_paths, load, needs_records
from watcher.changes.compare import compare_records
from watcher.changes.meaning.amounts import amounts
from watcher.changes.meaning.text_equality import is_same_in_form, words
from watcher.changes.model import Change, Severity
from watcher.changes.pairing import overlap

_ARMS = "armsInterventionsModule"
_DRUGS = ("DRUG", "BIOLOGICAL")
_POSTED = "2026-10-05"
_SHORT = 40
_MOST_WRONG = 0.01
_DOSE = re.compile(r"(?<![\d.,])([1-9]\d{0,3})(\s?)(mg|mcg|µg|g|ml|mL|IU)\b(?!\w)")

Told = Sequence[Change]
Edit = Callable[["Scene"], "Expected | None"]


@dataclass(frozen=True)
class Scene:
    """One record to be edited, and what other records have."""

    record: dict[str, Any]
    chance: random.Random
    drugs: Sequence[str]
    outcomes: Sequence[dict[str, Any]]

    @property
    def protocol(self) -> dict[str, Any]:
        found: dict[str, Any] = self.record["protocolSection"]
        return found

    @property
    def interventions(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.protocol.get(_ARMS, {}).get("interventions", [])
        return found

    @property
    def arms(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.protocol.get(_ARMS, {}).get("armGroups", [])
        return found


@dataclass
class Expected:
    """The edited record, what must be told of it and what must not."""

    record: dict[str, Any]
    kinds: frozenset[str] = frozenset()
    never: frozenset[str] = frozenset()
    rule: str = ""


@dataclass
class Count:
    records: int = 0
    wrong: list[str] = field(default_factory=list)


def swapped_drug(scene: Scene) -> Expected | None:
    return _swapped(scene, with_labels=False)


def swapped_drug_with_its_label(scene: Scene) -> Expected | None:
    return _swapped(scene, with_labels=True)


def _swapped(scene: Scene, *, with_labels: bool) -> Expected | None:
    """Put a drug's name in place of another one; its description, other names and arms stay."""
    one = _a_tested_one(scene)
    if one is None:
        return None
    was = one["name"]
    known = words(" ".join([was, *one.get("otherNames", []), *(other["name"] for other in scene.interventions)]))
    now = next(
        (name for name in (scene.chance.choice(scene.drugs) for _ in range(200)) if not words(name) & known), None
    )
    if now is None:
        return None
    _rename(scene, one, now)
    if with_labels:
        _relabel(scene, was, now)
    return Expected(
        scene.record,
        kinds=frozenset({"intervention.removed", "intervention.added"}),
        never=frozenset({"intervention.renamed"}),
    )


def renamed_by_a_known_name(scene: Scene) -> Expected | None:
    taken = {one["name"].casefold() for one in scene.interventions}
    fit = [
        (one, other)
        for one in scene.interventions
        for other in one.get("otherNames", [])
        if other.casefold() not in taken
        and not is_same_in_form(one["name"], other)
        and [x["name"] for x in scene.interventions].count(one["name"]) == 1
    ]
    if not fit:
        return None
    one, other = scene.chance.choice(fit)
    was = one["name"]
    _rename(scene, one, other)
    one["otherNames"] = [was if name == other else name for name in one["otherNames"]]
    return Expected(
        scene.record,
        kinds=frozenset({"intervention.renamed"}),
        never=frozenset({"intervention.removed", "intervention.added", "arm.removed", "arm.added"}),
    )


def reordered(scene: Scene) -> Expected | None:
    lists = [scene.arms, scene.interventions, *scene.protocol.get("outcomesModule", {}).values()]
    if all(len(one) < 2 for one in lists):
        return None
    for one in lists:
        scene.chance.shuffle(one)
    families = ("arm", "intervention", "outcome")
    return Expected(scene.record, never=frozenset(families))


def other_dose(scene: Scene) -> Expected | None:
    return _edited_dose(scene, lambda match: f"{int(match[1]) * 3}{match[2]}{match[3]}")


def other_unit(scene: Scene) -> Expected | None:
    units = {"mg": "g", "mcg": "mg", "µg": "mg", "g": "mg", "ml": "l", "mL": "L", "IU": "mg"}
    return _edited_dose(scene, lambda match: f"{match[1]}{match[2]}{units[match[3]]}")


def _edited_dose(scene: Scene, edit: Callable[[re.Match[str]], str]) -> Expected | None:
    fit = [arm for arm in scene.arms if _DOSE.search(arm.get("description", "")[:3000])]
    if not fit:
        return None
    arm = scene.chance.choice(fit)
    before = arm["description"]
    arm["description"] = _DOSE.sub(edit, before, count=1)
    if amounts(before).keys() == amounts(arm["description"]).keys():
        return None  # the new amount is named elsewhere in the text, and the old one too
    return Expected(
        scene.record,
        kinds=frozenset({"arm.modified"}),
        never=frozenset({"arm.added", "arm.removed", "arm.renamed"}),
        rule="minor → major: a dose or number in it changed",
    )


def other_primary_outcome(scene: Scene) -> Expected | None:
    """Put another trial's measure in place of a primary one; its description and time frame stay."""
    primary = scene.protocol.get("outcomesModule", {}).get("primaryOutcomes", [])
    if not primary or scene.record.get("hasResults"):
        return None
    at = scene.chance.randrange(len(primary))
    others = [one["measure"] for side in scene.protocol["outcomesModule"].values() for one in side]
    new = scene.chance.choice(scene.outcomes)["measure"]
    if any(overlap(words(other), words(new)) >= 0.6 for other in others):
        return None
    primary[at]["measure"] = new
    return Expected(
        scene.record,
        kinds=frozenset({"outcome.primary.added"}),
        never=frozenset({"outcome.primary.modified", "outcome.restated_with_results", "outcome.timeframes"}),
    )


def restated_with_results(scene: Scene) -> Expected | None:
    primary = scene.protocol.get("outcomesModule", {}).get("primaryOutcomes", [])
    if not primary or scene.record.get("hasResults"):
        return None
    one = scene.chance.choice(primary)
    one["measure"] = f"Mean of {one['measure'].title()} (Full Analysis Set)"
    scene.record["hasResults"] = True
    return Expected(
        scene.record,
        kinds=frozenset({"outcome.restated_with_results", "results.posted"}),
        never=frozenset({"outcome.primary.added", "outcome.primary.removed", "outcome.primary.modified"}),
    )


EDITS: Sequence[Edit] = (
    swapped_drug,
    swapped_drug_with_its_label,
    renamed_by_a_known_name,
    reordered,
    other_dose,
    other_unit,
    other_primary_outcome,
    restated_with_results,
)


def _a_tested_one(scene: Scene) -> dict[str, Any] | None:
    names = [one["name"] for one in scene.interventions]
    fit = [
        one for one in scene.interventions if names.count(one["name"]) == 1 and "placebo" not in one["name"].casefold()
    ]
    return scene.chance.choice(fit) if fit else None


def _rename(scene: Scene, one: dict[str, Any], now: str) -> None:
    was, one["name"] = one["name"], now
    for arm in scene.arms:
        arm["interventionNames"] = [
            f"{name.partition(': ')[0]}: {now}" if name.partition(": ")[2] == was else name
            for name in arm.get("interventionNames", [])
        ]


def _relabel(scene: Scene, was: str, now: str) -> None:
    for arm in scene.arms:
        label = arm.get("label", "")
        if was in label:
            arm["label"] = label.replace(was, now)
            for one in scene.interventions:
                one["armGroupLabels"] = [
                    arm["label"] if name == label else name for name in one.get("armGroupLabels", [])
                ]


def _wrong(expected: Expected, told: Told) -> str:
    """Say what is told as something it is not; empty when all is told as it should be."""
    kinds = {change.kind for change in told if change.severity is not Severity.NOISE}
    missing = expected.kinds - kinds
    bad = {kind for kind in kinds for never in expected.never if kind == never or kind.startswith(f"{never}.")}
    is_quiet = bool(expected.rule) and not any(expected.rule in change.rule for change in told)
    pieces = [f"missing {sorted(missing)}"] if missing else []
    pieces += [f"told {sorted(bad)}"] if bad else []
    pieces += ["too quiet"] if is_quiet else []
    return ", ".join(pieces)


def _records(paths: Sequence[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    for path in paths:
        yield path, load(path)


def counted(paths: Sequence[Path], edits: Sequence[Edit] = EDITS) -> dict[str, Count]:
    """Make each edit in each record and count what is told wrongly."""
    chance = random.Random(20261128)
    records = list(_records(paths))
    drugs = sorted(
        {
            one["name"]
            for _, record in records
            for one in record["protocolSection"].get(_ARMS, {}).get("interventions", [])
            if one.get("type") in _DRUGS and "placebo" not in one["name"].casefold() and len(one["name"]) > 3
        }
    )
    outcomes = [
        one
        for _, record in records
        for one in record["protocolSection"].get("outcomesModule", {}).get("primaryOutcomes", [])
    ]
    counts = {edit.__name__: Count() for edit in edits}
    for path, record in records:
        for edit in edits:
            scene = Scene(copied(record), chance, drugs, outcomes)
            expected = edit(scene)
            if expected is None:
                continue
            comparison = compare_records(record, a_posted(expected.record, _POSTED))
            claimed = {index for change in comparison.changes for index in change.edits}
            assert claimed == set(range(len(comparison.edits))), (path.name, edit.__name__)
            count = counts[edit.__name__]
            count.records += 1
            wrong = _wrong(expected, comparison.changes)
            if wrong:
                count.wrong.append(f"{path.name}: {wrong}")
    return counts


def _held(counts: dict[str, Count], *, share: float) -> None:
    tally = Counter({name: len(count.wrong) for name, count in counts.items()})
    for name, count in counts.items():
        print(f"{name}: {len(count.wrong)} of {count.records} told wrongly")
        for line in count.wrong[:8]:
            print(f"  {line}")
    for name, count in counts.items():
        assert tally[name] <= share * count.records, (name, count.wrong[:5])


@pytest.mark.usefixtures("untraced")
@needs_records
def test_a_few_real_records_edited_alike_are_told_as_they_were_edited() -> None:
    paths = [path for path in all_paths() if path.parent.name == "records"]
    counts = counted(paths[:: max(1, len(paths) // _SHORT)])
    assert all(count.records for name, count in counts.items())
    _held(counts, share=0.1)


@needs_records
@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_all_real_records_edited_alike_are_told_as_they_were_edited() -> None:
    paths = [path for path in all_paths() if path.parent.name == "records"]
    counts = counted(paths)
    assert counts["swapped_drug"].records >= 300
    _held(counts, share=_MOST_WRONG)
