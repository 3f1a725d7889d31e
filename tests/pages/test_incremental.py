"""A build costs what changed: records read, trials told again and files written are counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tests.changes.builders import copied
from tests.pages.made import SITE, TEMPLATES, a_trial, cast_record
from watcher.changes.model import Record, Severity
from watcher.pages.page_model import Step, Trial
from watcher.pages.recent_versions import Lists, VersionNote, Week, listed_of
from watcher.pages.site import Given, Made, Watched, build, silent
from watcher.pages.site_folder import Folder, Written
from watcher.pages.site_memory import read_memory

COUNT = 30
WATCH, FEW = "all", "few"


@dataclass
class Trials:
    """Trials as the store would give them, with the count of what was asked for."""

    trials: dict[str, Trial]
    records_read: list[str] = field(default_factory=list)
    steps_read: list[int] = field(default_factory=list)
    trials_read: list[str] = field(default_factory=list)

    def records(self, ids: Collection[str]) -> Iterable[tuple[str, Record]]:
        for nct_id in ids:
            self.records_read.append(nct_id)
            yield nct_id, self.trials[nct_id].record

    def steps(self, seqs: Collection[int]) -> Iterable[Step]:
        for trial in self.trials.values():
            for step in trial.steps:
                if step.seq in seqs:
                    self.steps_read.append(step.seq)
                    yield step

    def trial(self, nct_id: str) -> Trial:
        self.trials_read.append(nct_id)
        return self.trials[nct_id]


def record_of(number: int, count: int = 100) -> dict[str, Any]:
    """Return a trial of its own: no other shares its condition, drug or words."""
    word = f"{chr(97 + number // 26)}{chr(97 + number % 26)}"
    found = copied(cast_record("NCT99000002"))
    protocol = found["protocolSection"]
    protocol["identificationModule"] |= {"nctId": f"NCT{number:08}", "briefTitle": f"Drug{word} for pain{word}"}
    protocol["conditionsModule"] = {"conditions": [f"pain{word}"]}
    protocol["armsInterventionsModule"] = {"interventions": [{"name": f"drug{word}", "type": "DRUG"}]}
    protocol["designModule"]["enrollmentInfo"] = {"count": count, "type": "ESTIMATED"}
    found.pop("derivedSection", None)
    return found


@pytest.fixture
def trials() -> dict[str, Trial]:
    found = [a_trial(record_of(n), seq=100 * n + 1, watches=(WATCH,) + (FEW,) * (n < 3)) for n in range(COUNT)]
    return {trial.nct_id: trial for trial in found}


def built(folder: Any, trials: dict[str, Trial]) -> tuple[Trials, Written]:
    source = Trials(trials)
    watched = {
        nct_id: Watched(
            watches=one.watches,
            short_name=None,
            newest=one.steps[-1].seq,
            seen_at=one.steps[-1].seen_at,
            state="present",
        )
        for nct_id, one in trials.items()
    }
    noted = [
        VersionNote(nct_id=one.nct_id, seq=step.seq, level=Severity.MAJOR)
        for one in trials.values()
        for step in one.steps[1:]
    ]
    week = Week(first="2026-06-05", last="2026-06-11", posted=tuple(noted), late=())
    few = {nct_id for nct_id, one in trials.items() if FEW in one.watches}
    lists = Lists(
        week=(week.first, week.last),
        every=listed_of(trials.keys(), week, noted),
        watches={
            WATCH: listed_of(trials.keys(), week, noted),
            FEW: listed_of(few, week, [one for one in noted if one.nct_id in few]),
        },
        newest={one.nct_id: one.seq for one in noted},
        logged={},
    )

    def render(name: str, context: Mapping[str, object]) -> Made:
        return Made(text=TEMPLATES.render(name, context).text)

    given = Given(site=SITE, watched=watched, lists=lists, program="p")
    manifest = folder.parent / "state/pages/x.json"
    return source, build(Folder.open(folder, manifest), source, given, render, silent, "key")


def changed(trials: dict[str, Trial], number: int) -> dict[str, Trial]:
    old = trials[f"NCT{number:08}"]
    newer = a_trial(old.record, record_of(number, 40), seq=old.steps[0].seq, watches=old.watches)
    return trials | {newer.nct_id: newer}


def test_a_second_build_reads_no_record_and_writes_no_file(tmp_path, trials):
    first, written = built(tmp_path / "site", trials)
    assert len(first.records_read) == len(first.trials_read) == COUNT
    assert written.written > 4 * COUNT
    again, rewritten = built(tmp_path / "site", trials)
    assert (again.records_read, again.steps_read, again.trials_read) == ([], [], [])
    assert (rewritten.written, rewritten.kept) == (0, written.written)


def test_one_changed_trial_costs_one_record_and_its_own_files_and_lists(tmp_path, trials):
    built(tmp_path / "site", trials)
    source, written = built(tmp_path / "site", changed(trials, 7))
    assert source.records_read == source.trials_read == ["NCT00000007"]
    assert source.steps_read == [702]
    # The trial's page, Markdown and two feeds; the index and the watch, each with two feeds and a calendar. Its country
    # page shows no number of participants, and keeps its bytes.
    assert written.written == 4 + 2 * 4
    assert "Target cut" in (tmp_path / "site/index.html").read_text()


def test_what_is_remembered_makes_the_same_pages_as_everything_read_anew(tmp_path, trials):
    built(tmp_path / "one/site", trials)
    later = changed(changed(trials, 7), 1)
    built(tmp_path / "one/site", later)
    built(tmp_path / "two/site", later)
    pages = {path.relative_to(tmp_path / "one"): path.read_bytes() for path in (tmp_path / "one/site").rglob("*.*")}
    assert len(pages) > 4 * COUNT
    assert pages == {
        path.relative_to(tmp_path / "two"): path.read_bytes() for path in (tmp_path / "two/site").rglob("*.*")
    }


def test_a_trial_that_becomes_like_another_brings_that_one_up_to_date_too(tmp_path, trials):
    built(tmp_path / "site", trials)
    twin = record_of(5)
    twin["protocolSection"]["identificationModule"]["nctId"] = "NCT00000009"
    old = trials["NCT00000009"]
    newer = a_trial(old.record, twin, seq=old.steps[0].seq, watches=old.watches)
    source, _ = built(tmp_path / "site", trials | {"NCT00000009": newer})
    assert source.records_read == ["NCT00000009"]
    assert sorted(source.trials_read) == ["NCT00000005", "NCT00000009"]
    assert "NCT00000009.html" in (tmp_path / "site/trials/NCT00000005.html").read_text()


def test_a_memory_that_cannot_be_read_is_as_good_as_none(tmp_path, trials):
    _, first = built(tmp_path / "site", trials)
    memory = tmp_path / "state/pages/x.trials.json"
    assert read_memory(tmp_path / "state/pages/x.json").notes
    memory.write_text(memory.read_text()[:-100])
    source, written = built(tmp_path / "site", trials)
    assert len(source.records_read) == COUNT
    assert (written.written, written.kept) == (0, first.written)
    assert read_memory(tmp_path / "state/pages/x.json").notes


def test_a_trial_put_into_another_watch_is_read_again(tmp_path, trials):
    built(tmp_path / "site", trials)
    one = trials["NCT00000003"]
    again, _ = built(tmp_path / "site", trials | {one.nct_id: replace(one, watches=(WATCH, FEW))})
    assert again.records_read == again.trials_read == ["NCT00000003"]
