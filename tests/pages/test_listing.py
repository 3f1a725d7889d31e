"""Lists show what was decided by number: the loudest of the week, the newest for feeds; the rest is counted."""

from watcher.changes.model import Severity
from watcher.pages.recent_versions import MOST_ENTRIES, MOST_LATE, MOST_WEEK, Lists, VersionNote, Week, listed_of

A, B = "NCT99000001", "NCT99000002"


def noted(seq, level=Severity.MINOR, nct_id=A):
    return VersionNote(nct_id=nct_id, seq=seq, level=level)


def week_of(posted, late=()):
    return Week(first="2026-06-03", last="2026-06-09", posted=tuple(posted), late=tuple(late))


def test_the_loudest_of_the_week_come_first_and_what_has_no_room_is_counted():
    week = [noted(seq) for seq in range(100, 0, -1)] + [noted(7, Severity.CRITICAL), noted(300, nct_id=B)]
    listed = listed_of({A}, week_of(week), ())
    assert [one.seq for one in listed.week[:3]] == [7, 100, 99]
    assert len(listed.week) == MOST_WEEK
    assert listed.week_more == 101 - MOST_WEEK


def test_nothing_is_wanted_but_what_is_shown():
    many = [noted(seq) for seq in range(5_000, 0, -1)]
    listed = listed_of({A}, week_of(many), many)
    lists = Lists(
        week=("2026-06-03", "2026-06-09"), every=listed, watches={"x": listed}, newest={A: 5_000, B: 9}, logged={A: 1}
    )
    assert lists.wanted()[B] == {9}
    assert len(lists.wanted()[A]) == max(MOST_ENTRIES, MOST_WEEK)
    assert lists.fed() == {one.seq for one in many[:MOST_ENTRIES]}


def test_what_was_seen_late_is_listed_apart_and_what_has_no_room_is_counted():
    listed = listed_of({A}, week_of([noted(3)], [noted(seq) for seq in range(30)] + [noted(99, nct_id=B)]), ())
    assert [one.seq for one in listed.week] == [3]
    assert len(listed.late) == MOST_LATE
    assert listed.late_more == 30 - MOST_LATE
