"""Versions with something to tell: found by number, whatever lies between and after them."""

from tests.store.make import NOW, ONE, THREE, TWO, compared, keep, later, new
from watcher.changes.model import Severity
from watcher.store.database import CHUNK
from watcher.store.trial_model import PageCommit


def change(store, nct_id, severity, *, at=NOW, **more):
    """Store a next version of a trial whose loudest change has this level; give its seq."""
    (kept,) = store.trials.kept([nct_id])
    body = f"{nct_id} {severity} {kept.newest_seq}".encode()
    one = new(nct_id, body, previous=kept.newest_seq, compared=compared(severity=severity), **more)
    return store.versions.commit_page(PageCommit(new=(one,)), at)[nct_id]


def seqs(found):
    return [one.seq for one in found]


def seen_since(store, moment):
    return [one.highlight.seq for one in store.highlights.posted_or_seen("9999-12-31", moment)]


def test_first_sights_and_noise_are_left_out(store):
    keep(store, ONE)
    loud = change(store, ONE, Severity.MAJOR)
    change(store, ONE, Severity.NOISE)
    keep(store, TWO)
    change(store, TWO, Severity.NOISE)
    assert store.highlights.newest([ONE, TWO, THREE]) == {ONE: loud}
    (found,) = store.highlights.latest([ONE, TWO], 10)
    assert (found.nct_id, found.seq, found.severity) == (ONE, loud, Severity.MAJOR)
    assert seen_since(store, NOW) == [loud]


def test_the_newest_of_a_trial_is_found_behind_any_number_of_others(store):
    keep(store, ONE)
    loud = change(store, ONE, Severity.MINOR)
    others = tuple(new(f"NCT98{number:06}", b"x") for number in range(2_100))
    store.versions.commit_page(PageCommit(new=others), later(1))
    ids = [ONE, *(one.nct_id for one in others)]
    assert len(ids) > 4 * CHUNK
    assert store.highlights.newest(ids) == {ONE: loud}
    assert seqs(store.highlights.latest(ids, 50)) == [loud]


def test_the_latest_of_many_trials_are_the_newest_of_all_in_order(store):
    ids = [f"NCT98{number:06}" for number in range(CHUNK + 5)]
    store.versions.commit_page(PageCommit(new=tuple(new(nct_id, b"x") for nct_id in ids)), NOW)
    told = [change(store, nct_id, Severity.MINOR) for nct_id in (ids[-1], ids[0], ids[-2], ids[1])]
    assert seqs(store.highlights.latest(ids, 3)) == [told[3], told[2], told[1]]
    assert seqs(store.highlights.latest(ids[:10], 3)) == [told[3], told[1]]
    assert store.highlights.latest([], 3) == ()


def test_since_counts_from_a_moment_on_and_first_since_counts_every_kind(store):
    keep(store, ONE)
    change(store, ONE, Severity.MAJOR)
    noise = change(store, ONE, Severity.NOISE, at=later(5))
    loud = change(store, ONE, Severity.CRITICAL, at=later(6))
    assert seen_since(store, later(5)) == [loud]
    assert store.highlights.first_since(later(5)) == {ONE: noise}
    assert store.highlights.first_since(later(7)) == {}


def test_versions_are_read_by_number_with_their_comparisons(store):
    first = keep(store, ONE)
    second = change(store, ONE, Severity.MAJOR)
    other = keep(store, TWO)
    found = store.versions.entries([first, second, other, 99])
    assert [entry.version.seq for entry in found] == [other, second, first]
    assert [entry.compared is None for entry in found] == [True, False, True]
    assert store.versions.seen([first, other, 99]) == {first: NOW, other: NOW}


def test_a_version_counts_by_the_day_it_was_posted_and_the_registrys_own_by_its_data(store):
    """The sponsor posted on 11 March; what the registry does later by itself stands in its data of the 13th."""
    keep(store, ONE)
    posted = change(store, ONE, Severity.MAJOR, last_update_posted="2026-03-12", data_version="2026-03-13")
    registry = change(store, ONE, Severity.MINOR, last_update_posted="2026-03-12", data_version="2026-03-16")
    late = change(store, ONE, Severity.MINOR, last_update_posted="2026-02-01", data_version="2026-03-16", at=later(5))
    unknown = change(store, ONE, Severity.MINOR, last_update_posted=None, data_version=None, at=later(6))
    days = {one.highlight.seq: one.day for one in store.highlights.posted_or_seen("2026-03-01", later(5))}
    assert days == {posted: "2026-03-12", registry: "2026-03-16", late: "2026-02-01", unknown: "2026-03-13"}
    assert set(seqs(one.highlight for one in store.highlights.posted_or_seen("2026-03-13", later(6)))) == {
        registry,
        unknown,
    }
