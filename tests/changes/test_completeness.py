"""Nothing is hidden: every edit is told by a change, and the edits make the newer record of the older one."""

from __future__ import annotations

import random
import re

from hypothesis import given

from tests.changes.builders import a_posted, a_record
from tests.changes.mutation import mutated
from tests.changes.real import all_paths, load, needs_records, pair_paths
from watcher.changes.compare import apply_edits, compare_records
from watcher.changes.families.field import field_words as plainly
from watcher.changes.families.members import FAMILIES
from watcher.changes.kinds import kind_of
from watcher.changes.meaning.judge import UNREADABLE
from watcher.changes.model import Change, Comparison, Phrase, Record
from watcher.changes.normalise import canonical_hash
from watcher.changes.wording.say import phrase
from watcher.changes.wording.values import ENUM_LABELS

_ENUM = re.compile(r"\b(" + "|".join(name for name in ENUM_LABELS if "_" in name) + r")\b")
_API_PATH = re.compile(r"\b(protocolSection|derivedSection|resultsSection|\w+Module|\w+Struct)\b")
_REPR = re.compile(r"\{'|\['|\bNone, |\(None\)|: None\b|\bTrue\b|\bFalse\b|Place\(|mappingproxy|<watcher")
_QUOTED = re.compile(r"[“\"‘][^”\"’]*[”\"’…]")


def check_complete(older: Record, newer: Record) -> Comparison:
    """Prove both halves of the promise for one pair."""
    comparison = compare_records(older, newer)
    claimed = {index for change in comparison.changes for index in change.edits}
    assert claimed == set(range(len(comparison.edits)))
    assert canonical_hash(apply_edits(older, comparison.edits)) == canonical_hash(newer)
    paths = [change.path for change in comparison.changes]
    assert len(set(paths)) == len(paths)
    ranks = [change.severity.rank for change in comparison.changes]
    assert ranks == sorted(ranks)
    assert all(change.rule and change.record_paths for change in comparison.changes)
    return comparison


def check_words(said: Phrase) -> None:
    """Prove that a phrase is for people; what is quoted from the registry may say what it likes."""
    texts = [said.label, said.sentence, said.heading, said.was, said.now, said.note, said.origin_note]
    for text in texts:
        own = _QUOTED.sub("", text or "")
        for wrong in (_ENUM, _API_PATH, _REPR):
            assert wrong.search(own) is None, text
    assert said.sentence.strip()
    assert "\n" not in said.sentence


def check_understood(change: Change) -> None:
    """Prove that nobody tripped over a record of the documented shape, neither judging nor wording."""
    assert UNREADABLE not in change.rule
    family = FAMILIES.get(kind_of(change.kind).family)
    said = (family.say(change) if family is not None else None) or plainly.say(change)
    assert said == phrase(change)
    check_words(phrase(change))


@given(mutated())
def test_mutated_record_is_told_completely(newer):
    for one, other in ((a_record(), newer), (newer, a_record()), (a_record(), a_posted(newer, "2026-02-01"))):
        for change in check_complete(one, other).changes:
            phrase(change)


@given(mutated(keep_types=True))
def test_record_changed_as_the_registry_would_is_told_in_words(newer):
    for change in check_complete(a_record(), newer).changes:
        check_understood(change)


@needs_records
def test_every_real_pair_is_told_completely_and_in_words():
    for older, newer in pair_paths():
        for change in check_complete(load(older), load(newer)).changes:
            check_understood(change)


@needs_records
def test_any_two_real_records_are_told_completely():
    """Two trials made one: nearly everything differs."""
    source = random.Random(11)
    paths = [path for path in all_paths() if path.stat().st_size < 200_000]
    for _ in range(25):
        one, other = (load(path) for path in source.sample(paths, 2))
        ids = one["protocolSection"]["identificationModule"], other["protocolSection"]["identificationModule"]
        joined = {
            **other,
            "protocolSection": {
                **other["protocolSection"],
                "identificationModule": {**ids[1], "nctId": ids[0]["nctId"]},
            },
        }
        for change in check_complete(one, joined).changes:
            check_understood(change)
