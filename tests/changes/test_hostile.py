"""Records as nobody should send them: no exception, nothing lost, sentences for people, and never slow."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.changes.builders import CRITERIA, NCT_ID, a_posted, a_record, a_site, field, leaves, many_sites, put
from watcher.changes.compare import apply_edits, compare_records
from watcher.changes.model import Comparison, Json, Record, Severity, Story
from watcher.changes.normalise import canonical_hash
from watcher.changes.serialize import dumps, from_bytes, printed, to_bytes
from watcher.changes.story import tell
from watcher.changes.wording.say import phrase
from watcher.errors import UsageError

_SITES = field("contactsLocationsModule", "locations")
_CRITERIA = field("eligibilityModule", "eligibilityCriteria")
_SECONDARY = field("outcomesModule", "secondaryOutcomes")
_LONGEST = 1000


def story_of(comparison: Comparison, record: Record) -> Story | None:
    return tell(
        comparison,
        record=record,
        short_name=None,
        level_of=lambda change: change.severity,
        least=Severity.MINOR,
    )


def told(old: Record, new: Record) -> list[str]:
    """Compare both ways and hold every promise; give the sentences of the way there."""
    sentences: list[str] = []
    for one, other in ((old, new), (new, old)):
        comparison = compare_records(one, other)
        assert {index for change in comparison.changes for index in change.edits} == set(range(len(comparison.edits)))
        assert canonical_hash(apply_edits(one, comparison.edits)) == canonical_hash(other)
        assert len({change.path for change in comparison.changes}) == len(comparison.changes)
        story = story_of(comparison, other)
        shown = printed(comparison, title="", story=story.headline if story else "", phrase=phrase)
        assert json.loads(dumps(shown).encode("utf-8"))["schema"] == 1
        stored = to_bytes(comparison)
        assert to_bytes(from_bytes(stored)) == stored
        said = [change["sentence"] for change in shown["changes"]]
        for text in (*said, *((story.headline, story.tag) if story else ())):
            assert text.isprintable() or "\u00a0" in text, ascii(text)
            assert 0 < len(text) <= _LONGEST, ascii(text)
        assert story is None or len(story.tag.split()) <= 4, story.tag
        sentences = sentences or said
    return sentences


_VALUES: tuple[Json, ...] = (
    None,
    True,
    0,
    -1,
    2.5,
    float("inf"),
    10**400,
    99_999_999,
    "",
    " ",
    "\x00",
    "\ud800 half a letter",
    "\u202eabc\u2066",
    "שלום \u200f עולם",
    "x" * 5000,
    "9999-12",
    "9999-12-31",
    "0000-00",
    "2026",
    "2026-13",
    "20260101",
    "PAUSED_FOR_GOOD",
    [],
    {},
    [None, [], {}],
    [1, "two", {"three": 4}],
    {"date": "9999-12", "type": "ESTIMATED"},
    {"date": 1, "type": 2},
    {"count": 10**400, "type": "ACTUAL"},
    {"a": {"b": [{"c": 1}]}},
)
_OF_ID = field("identificationModule", "nctId")


def _places() -> list[tuple[str | int, ...]]:
    """Give modules, fields and what lies one below in the protocol, the results as a whole, and the top."""
    paths = {path[:depth] for path in leaves(a_record()) for depth in range(1, min(len(path), 5) + 1)}
    deep = {path for path in paths if path[0] != "protocolSection" and len(path) > 3}
    return sorted((path for path in paths - deep if path != _OF_ID[: len(path)]), key=repr)


@pytest.mark.parametrize("value", _VALUES, ids=lambda value: ascii(value)[:24])
def test_any_value_anywhere_is_told_without_an_exception(value: Json) -> None:
    base = put(a_record(), ("resultsSection",), None)
    places = [path for path in _places() if path[0] != "resultsSection"]
    # Many at once: places of one depth do not lie below each other, and an explainer that trips hides no other.
    for step in range(7):
        changed: Any = a_posted(base, "2026-03-01")
        for path in places[step::7]:
            if _is_there(changed, path):
                changed = put(changed, path, value) if value is not None else put(changed, path, None)
        changed["protocolSection"].setdefault("identificationModule", {})
        if isinstance(changed["protocolSection"]["identificationModule"], dict):
            changed["protocolSection"]["identificationModule"]["nctId"] = NCT_ID
            assert bool(told(base, changed)) == (canonical_hash(changed) != canonical_hash(base))


def _is_there(record: Any, path: tuple[str | int, ...]) -> bool:
    for step in path:
        is_key = isinstance(record, dict) and step in record
        if not is_key and not (isinstance(record, list) and isinstance(step, int) and step < len(record)):
            return False
        record = record[step]
    return True


def _nested(depth: int, leaf: Json) -> Json:
    value = leaf
    for at in range(depth):
        value = {"below": value} if at % 2 else [value]
    return value


def test_an_unknown_field_may_be_nested_deeply() -> None:
    path = field("designModule", "moonPhases")
    old, new = put(a_record(), path, _nested(150, "waxing")), put(a_record(), path, _nested(150, "waning"))
    assert any("waning" in sentence or "Moon phases" in sentence for sentence in told(old, new))


def test_a_bottomless_record_is_refused_in_a_sentence() -> None:
    old, new = a_record(), a_record()
    old["protocolSection"]["designModule"]["moonPhases"] = _nested(700, "waxing")
    new["protocolSection"]["designModule"]["moonPhases"] = _nested(700, "waning")
    with pytest.raises(UsageError, match="nested too deeply"):
        compare_records(old, new)


def test_a_section_may_be_missing_on_either_side() -> None:
    bare: Record = {"protocolSection": {"identificationModule": {"nctId": NCT_ID}}}
    assert told(bare, a_record())
    assert told(bare, bare) == []


def test_a_status_nobody_knows_is_told_in_words() -> None:
    (sentence,) = told(a_record(), a_record(overallStatus="PAUSED_FOR_GOOD"))
    assert "Paused for good" in sentence
    assert "PAUSED" not in sentence


def test_a_tripping_explainer_does_not_keep_the_record_from_being_told() -> None:
    path = field("designModule", "enrollmentInfo")
    (sentence,) = told(a_record(), put(a_record(), path, {"count": 10**400, "type": "ESTIMATED"}))
    assert "nrollment" in sentence


def test_the_end_of_the_calendar_is_no_date_to_count_to() -> None:
    new = a_record(primaryCompletionDateStruct={"date": "9999-12-31", "type": "ACTUAL"}, overallStatus="COMPLETED")
    assert any("Completed" in sentence for sentence in told(a_record(), new))


def test_equal_rows_are_counted_not_confused() -> None:
    row = a_site("Research Site", "Paris", "France", status="RECRUITING")
    old, new = put(a_record(), _SITES, [row] * 5), put(a_record(), _SITES, [row] * 3 + [{**row, "status": "COMPLETED"}])
    sentences = told(old, new)
    assert sum("removed" in sentence for sentence in sentences) == 1
    assert sum("no longer recruiting" in sentence for sentence in sentences) == 1


def test_many_of_a_kind_keep_all_of_them_in_before_and_after() -> None:
    old = put(a_record(), _SITES, many_sites(40))
    new = put(a_record(), _SITES, many_sites(40)[:10])
    gone = [change for change in compare_records(old, new).changes if change.kind == "site.removed"]
    rows = [row for change in gone for row in (change.before if isinstance(change.before, list) else [change.before])]
    assert sorted(map(repr, rows)) == sorted(map(repr, many_sites(40)[10:]))


def _reworded(count: int) -> tuple[str, str]:
    lines = [f"* Patient with value {at} of laboratory test {at % 37} below the upper limit" for at in range(count)]
    head = "Inclusion Criteria:\n\n"
    return head + "\n".join(lines), head + "\n".join(f"{line}, and {at}" for at, line in enumerate(lines))


def _words(count: int) -> tuple[str, str]:
    words = [f"word{at % 700}" for at in range(count)]
    return " ".join(words), " ".join(reversed(words))


def _texts(texts: tuple[str, str]) -> tuple[Record, Record]:
    return put(a_record(), _CRITERIA, texts[0]), put(a_record(), _CRITERIA, texts[1])


_LARGE: dict[str, tuple[int, Callable[[int], tuple[Record, Record]]]] = {
    "5,000 sites": (
        5000,
        lambda count: (
            put(a_record(), _SITES, many_sites(count)),
            put(a_record(), _SITES, [{**row, "status": "COMPLETED"} for row in many_sites(count)]),
        ),
    ),
    "5,000 rows alike": (
        5000,
        lambda count: (
            put(a_record(), _SITES, [a_site("Research Site", "Paris", "France", status="RECRUITING")] * count),
            put(
                a_record(), _SITES, [a_site("Research Site", "Paris", "France", status="COMPLETED")] * (count * 4 // 5)
            ),
        ),
    ),
    "2,000 criteria": (2000, lambda count: _texts(_reworded(count))),
    "4,000 criteria that came and went": (
        2000,
        lambda count: _texts(
            (
                "Inclusion Criteria:\n" + "\n".join(f"* a{at}" for at in range(count)),
                "Inclusion Criteria:\n" + "\n".join(f"* b{at}" for at in range(count)),
            )
        ),
    ),
    "100 kB in one line": (16_000, lambda count: _texts(_words(count))),
    "100 kB of signs": (
        25_000,
        lambda count: _texts(
            ("Inclusion Criteria:\n* " + "(a," * (count * 4 // 3), "Inclusion Criteria:\n* " + "(a,b" * count)
        ),
    ),
    "2,000 outcomes of one name": (
        2000,
        lambda count: (
            put(a_record(), _SECONDARY, [{"measure": "Level", "timeFrame": f"{at} h"} for at in range(count)]),
            put(a_record(), _SECONDARY, [{"measure": "Level", "timeFrame": f"{at + 5000} h"} for at in range(count)]),
        ),
    ),
    "3 MB of results": (
        9000,
        lambda count: (
            put(put(a_record(), ("resultsSection",), None), ("hasResults",), False),
            put(
                a_record(),
                ("resultsSection", "adverseEventsModule", "seriousEvents"),
                [
                    {"term": f"Event {at}", "stats": [{"groupId": "EG000", "numAffected": at}] * 8}
                    for at in range(count)
                ],
            ),
        ),
    ),
}


@pytest.mark.usefixtures("untraced")
@pytest.mark.parametrize(("count", "make"), _LARGE.values(), ids=_LARGE.keys())
def test_work_on_large_records_grows_near_linearly(count: int, make: Callable[[int], tuple[Record, Record]]) -> None:
    def seconds(count: int) -> float:
        old, new = make(count)
        start = time.process_time()
        told(old, new)
        return time.process_time() - start

    # Both ways, with everything that is made of it. A pairwise search takes 64 times as long for 8 times the items.
    assert seconds(count) < 30 * max(seconds(count // 8), 0.02)


def test_eligibility_may_be_markup_alone() -> None:
    sentences = told(a_record(), put(a_record(), _CRITERIA, CRITERIA.replace("* ", "\\* ").replace("\n", "\n\n")))
    assert all("Criteria" not in sentence for sentence in sentences)
