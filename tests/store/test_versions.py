"""Versions: a page is stored whole or not at all, and what is stored can be read back."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.store.make import NOW, ONE, THREE, TWO, compared, gone, keep, later, new, unchanged
from watcher.changes.model import Severity
from watcher.errors import DamagedError
from watcher.store.trial_model import (
    Absent,
    Event,
    Milestone,
    PageCommit,
    Poll,
    PollCounts,
    PollOutcome,
    Presence,
    Quarantined,
    VersionKind,
)


def commit(store, *, now=NOW, **page):
    return store.versions.commit_page(PageCommit(**page), now)


def only(store, nct_id=ONE):
    (kept,) = store.trials.kept([nct_id])
    return kept


def test_first_version_is_a_baseline_that_reads_back(store):
    assert commit(store, new=(new(ONE, b"body"), new(TWO, b"other"))) == {ONE: 1, TWO: 2}
    first = store.versions.version(1)
    assert (first.nct_id, first.kind, first.baseline, first.severity) == (ONE, VersionKind.RECORD, True, None)
    assert (first.title, first.last_update_posted, first.seen_at) == ("A trial of something", "2026-03-11", NOW)
    assert store.versions.body(1) == b"body"
    assert store.versions.newest_bodies([ONE, TWO, THREE]) == {ONE: b"body", TWO: b"other"}
    assert store.versions.newest_body(THREE) is None
    assert store.versions.comparison(1) is None
    assert store.versions.newest_seqs([ONE, THREE]) == {ONE: 1}
    assert store.versions.max_seq() == 2
    kept = only(store)
    assert (kept.presence, kept.newest_seq, kept.canonical_hash) == (Presence.PRESENT, 1, "hash of b'body'")


def test_next_version_keeps_its_comparison_and_level(store):
    keep(store, ONE, b"1")
    second = new(ONE, b"2", previous=1, compared=compared(b"told", Severity.CRITICAL))
    assert commit(store, new=(second,)) == {ONE: 2}
    assert store.versions.comparison(2) == b"told"
    assert [(v.seq, v.baseline, v.severity) for v in store.versions.of_trial(ONE)] == [
        (1, True, None),
        (2, False, Severity.CRITICAL),
    ]


def test_version_judged_against_an_older_one_is_refused_with_the_whole_page(store):
    keep(store, ONE, b"1")
    keep(store, ONE, b"2")
    for previous in (None, 1):
        with pytest.raises(ValueError, match="the newest one is"):
            commit(store, new=(new(TWO), new(ONE, b"3", previous=previous)))
    assert store.versions.max_seq() == 2
    assert only(store, TWO).newest_seq is None


def test_baseline_with_a_comparison_is_refused(store):
    with pytest.raises(ValueError, match="is a baseline"):
        commit(store, new=(new(ONE, compared=compared()),))


def test_trial_twice_in_a_page_is_refused(store):
    with pytest.raises(ValueError, match="twice"):
        commit(store, new=(new(ONE),), unchanged=(unchanged(ONE),))


@pytest.mark.parametrize("life", [Presence.NEW, Presence.GONE])
def test_trial_without_a_record_cannot_be_unchanged(store, life):
    if life is Presence.GONE:
        commit(store, events=(gone(previous=keep(store)),))
    with pytest.raises(ValueError, match=f"is {life}"):
        commit(store, unchanged=(unchanged(),))


def test_unchanged_trial_keeps_its_version_and_moves_its_stamp(store):
    keep(store)
    before = store.versions.of_trial(ONE)
    commit(store, unchanged=(unchanged(body=b"noise moved", data_version="2026-03-14"),))
    kept = only(store)
    assert (kept.fingerprint, kept.data_version) == ("print of b'noise moved'", "2026-03-14")
    assert kept.canonical_hash == "hash of b'{\"v\":1}'"
    assert store.versions.of_trial(ONE) == before


def test_unchanged_trial_without_news_writes_no_row(store, path):
    keep(store)

    def pages_in_log():
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]

    before = pages_in_log()
    commit(store, unchanged=(unchanged(),))
    assert pages_in_log() == before


def test_version_without_a_stamp_leaves_the_stamp_of_the_one_before(store):
    first = keep(store)
    commit(store, new=(new(ONE, b'{"v":2}', previous=first, data_version=None),))
    assert only(store).data_version == "2026-03-13"


def test_record_without_stamps_is_kept_all_the_same(store):
    bare = new(ONE, data_version=None, last_update_posted=None, title="")
    seq = commit(store, new=(bare,))[ONE]
    assert store.versions.version(seq).data_version is None
    assert only(store).data_version is None


def test_large_body_comes_back_byte_for_byte_and_lies_compressed(store, path):
    body = b'{"a":"' + b"site " * 800_000 + b'"}'
    seq = keep(store, ONE, body)
    assert store.versions.body(seq) == body
    with closing(sqlite3.connect(path)) as connection:
        codec, size = connection.execute("SELECT codec, length(data) FROM body").fetchone()
    assert (codec, size < len(body) / 20) == ("zlib", True)


def test_body_of_an_unknown_codec_is_not_guessed_at(store, path):
    seq = keep(store)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE body SET codec='brotli'")
        connection.commit()
    with pytest.raises(
        DamagedError, match=r"record of NCT99000001, version 1, is damaged in the store .*brotli.*db restore"
    ):
        store.versions.body(seq)


def test_body_no_longer_kept_is_never_replaced_by_an_older_one(store, path):
    keep(store, ONE, b"1")
    seq = keep(store, ONE, b"2")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM body WHERE seq=?", (seq,))
        connection.commit()
    with pytest.raises(LookupError, match="no record behind it"):
        store.versions.body(seq)
    assert store.versions.newest_body(ONE) is None


def test_versions_of_several_trials_are_read_at_once_each_within_its_own_span(store):
    for body in (b"1", b"2", b"3", b"4"):
        keep(store, ONE, body)
        keep(store, TWO, body)
    found = store.versions.between({ONE: (1, 5), TWO: (6, 8), THREE: (0, 9)})
    assert {nct_id: [entry.version.seq for entry in entries] for nct_id, entries in found.items()} == {
        ONE: [3, 5],
        TWO: [8],
        THREE: [],
    }
    assert {entry.compared for entry in found[ONE]} == {store.versions.comparison(3)}
    assert store.versions.between({ONE: (0, 1)})[ONE][0].compared is None


def test_bodies_read_at_once_are_those_that_are_read_alone(store, path):
    for body in (b"1", b"2", b"3"):
        keep(store, ONE, body)
        keep(store, TWO, b"other " + body)
    commit(store, events=(gone(TWO, previous=6),))
    for one, two in ((1, 4), (3, 6), (5, 7)):
        assert store.versions.bodies({ONE: one, TWO: two}) == {
            ONE: store.versions.body(one),
            TWO: store.versions.body(two),
        }
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM body WHERE seq=5")
        connection.commit()
    assert store.versions.bodies({ONE: 5, THREE: 9}) == {}


def test_bodies_of_many_trials_come_one_after_the_other(store):
    ids = [f"NCT{number:08}" for number in range(250)]
    commit(store, new=tuple(new(nct_id, nct_id.encode()) for nct_id in ids))
    found = list(store.versions.each_newest_body([*reversed(ids), ONE]))
    assert found == [(nct_id, nct_id.encode()) for nct_id in ids]


def test_seq_is_never_given_twice(store, path):
    keep(store, ONE)
    keep(store, TWO)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(
            "UPDATE trial SET newest_seq=NULL WHERE newest_seq=2;"
            "DELETE FROM body WHERE seq=2; DELETE FROM version WHERE seq=2;"
        )
    assert keep(store, THREE) == 3


def test_what_is_not_there_is_a_lookup_error(store):
    with pytest.raises(LookupError, match="no version 7"):
        store.versions.version(7)
    with pytest.raises(LookupError, match="no version 7"):
        store.versions.body(7)
    assert store.versions.comparison(7) is None
    assert store.versions.max_seq() == 0


def test_log_is_newest_first_and_narrows_down(store):
    commit(store, new=(new(ONE, b"1"), new(TWO, b"1")))
    commit(store, now=later(60), new=(new(ONE, b"2", previous=1, compared=compared(b"told")),))
    assert [(e.version.seq, e.compared) for e in store.versions.log()] == [(3, b"told"), (2, None), (1, None)]
    assert [e.version.seq for e in store.versions.log(ONE)] == [3, 1]
    assert [e.version.seq for e in store.versions.log(since=later(60))] == [3]
    assert [e.version.seq for e in store.versions.log(limit=2)] == [3, 2]
    assert store.versions.log(THREE) == ()


# --- a trial's life


def test_absent_trial_remembers_the_first_data_version_that_missed_it(store):
    keep(store)
    commit(store, absent=(Absent(nct_id=ONE, data_version="2026-03-14"),))
    commit(store, absent=(Absent(nct_id=ONE, data_version="2026-03-15"),))
    kept = only(store)
    assert (kept.presence, kept.missing_since, kept.newest_seq) == (Presence.ABSENT, "2026-03-14", 1)
    commit(store, unchanged=(unchanged(),))
    assert (only(store).presence, only(store).missing_since) == (Presence.PRESENT, None)


def test_id_never_seen_that_is_absent_is_kept_as_absent(store):
    commit(store, absent=(Absent(nct_id=ONE, data_version="2026-03-14"),))
    assert (only(store).presence, only(store).newest_seq) == (Presence.ABSENT, None)


def test_gone_trial_gets_a_seq_and_its_return_is_compared_with_the_last_record(store):
    keep(store, ONE, b"last")
    event = commit(store, events=(gone(previous=1),))[ONE]
    version = store.versions.version(event)
    assert (version.kind, version.title, version.canonical_hash) == (VersionKind.GONE, "A trial of something", None)
    assert (version.severity, store.versions.comparison(event)) == (Severity.MAJOR, b"gone")
    assert store.versions.body(event) == b"last"
    assert only(store).presence is Presence.GONE
    commit(store, absent=(Absent(nct_id=ONE, data_version="2026-03-16"),))
    assert only(store).presence is Presence.GONE
    back = commit(store, new=(new(ONE, b"last", previous=event),))[ONE]
    assert only(store).presence is Presence.PRESENT
    assert not store.versions.version(back).baseline
    assert store.versions.newest_body(ONE) == b"last"


def test_merged_trial_names_the_id_it_went_into(store):
    keep(store)
    event = Event(nct_id=ONE, kind=VersionKind.MERGED, data_version=None, previous=1, merged_into=TWO)
    commit(store, events=(event,))
    assert (only(store).presence, only(store).merged_into) == (Presence.MERGED, TWO)


def test_alias_watched_from_the_start_is_a_baseline_without_a_record(store):
    event = Event(nct_id=ONE, kind=VersionKind.MERGED, data_version=None, previous=None, merged_into=TWO)
    seq = commit(store, events=(event,))[ONE]
    assert store.versions.version(seq).baseline
    with pytest.raises(LookupError, match="no record behind it"):
        store.versions.body(seq)


def hollow(nct_id=ONE, data_version="2026-03-14"):
    return Quarantined(
        nct_id=nct_id, reason="no overallStatus", data_version=data_version, fingerprint="hollow", body=b"{}"
    )


def test_quarantined_record_is_kept_aside_and_its_trial_stays_as_it_was(store):
    keep(store, ONE, b"real")
    commit(store, quarantined=(hollow(),), now=later(10))
    kept = only(store)
    assert (kept.presence, kept.newest_seq, kept.fingerprint) == (Presence.QUARANTINED, 1, "print of b'real'")
    assert kept.quarantine.reason == "no overallStatus"
    assert (kept.quarantine.data_version, kept.quarantine.fingerprint) == ("2026-03-14", "hollow")
    assert store.trials.quarantined_body(ONE) == b"{}"
    assert store.versions.newest_body(ONE) == b"real"


def test_quarantine_asked_again_keeps_its_beginning(store):
    commit(store, quarantined=(hollow(),), now=later(0))
    commit(store, quarantined=(hollow(data_version="2026-03-15"),), now=later(60))
    aside = only(store).quarantine
    assert (aside.since, aside.asked_at, aside.data_version) == (later(0), later(60), "2026-03-15")


def test_only_quarantined_trials_not_asked_for_lately_are_asked_again(store):
    commit(store, quarantined=(hollow(ONE),), now=later(0))
    commit(store, quarantined=(hollow(TWO),), now=later(30))
    commit(store, new=(new(THREE),))
    every = [ONE, TWO, THREE]
    assert [kept.nct_id for kept in store.trials.quarantined(every, later(0))] == [ONE]
    assert [kept.nct_id for kept in store.trials.quarantined(every, later(30))] == [ONE, TWO]
    assert store.trials.quarantined([TWO], later(0)) == ()


def test_believed_answer_ends_a_quarantine(store):
    keep(store)
    commit(store, quarantined=(hollow(),))
    commit(store, unchanged=(unchanged(),))
    assert (only(store).presence, only(store).quarantine) == (Presence.PRESENT, None)
    assert store.trials.quarantined_body(ONE) is None


def test_hollow_answer_does_not_bring_a_gone_trial_back(store):
    commit(store, events=(gone(previous=keep(store)),))
    commit(store, quarantined=(hollow(),))
    assert only(store).presence is Presence.GONE
    assert only(store).quarantine is not None


def test_merged_trials_are_known_by_the_id_they_live_on_under(store):
    keep(store, ONE)
    keep(store, TWO)
    assert store.trials.merged() == {}
    merged = Event(nct_id=ONE, kind=VersionKind.MERGED, data_version="2026-03-14", previous=1, merged_into=THREE)
    commit(store, events=(merged,))
    assert store.trials.merged() == {ONE: THREE}


# --- due and watched


def test_trial_is_due_until_checked_at_the_present_token(store):
    store.trials.sync_watched([ONE, TWO], NOW)
    assert [(kept.nct_id, kept.presence) for kept in store.trials.due([TWO, ONE], "t1")] == [
        (ONE, Presence.NEW),
        (TWO, Presence.NEW),
    ]
    commit(store, new=(new(ONE),))
    assert [kept.nct_id for kept in store.trials.due([ONE, TWO], "t1")] == [ONE, TWO]
    store.trials.mark_checked([ONE], "t1", NOW)
    assert [kept.nct_id for kept in store.trials.due([ONE, TWO], "t1")] == [TWO]
    assert [kept.nct_id for kept in store.trials.due([ONE, TWO], "t2")] == [ONE, TWO]
    assert [kept.nct_id for kept in store.trials.due([ONE, TWO], None)] == [ONE, TWO]
    assert (only(store).checked_token, only(store).checked_at) == ("t1", NOW)


def test_page_and_what_was_checked_in_it_are_stored_together_or_not_at_all(store):
    store.versions.commit_page(PageCommit(new=(new(ONE),)), NOW, checked=[ONE], token="t1")
    assert (only(store).checked_token, only(store).checked_at) == ("t1", NOW)
    with pytest.raises(ValueError, match="the newest one is"):
        store.versions.commit_page(PageCommit(new=(new(ONE, b"2"),)), NOW, checked=[ONE], token="t2")
    assert only(store).checked_token == "t1"


def test_trials_of_which_only_the_stamp_moved_keep_everything_but_their_data_version(store):
    for nct_id in (ONE, TWO):
        keep(store, nct_id)
    before = only(store)
    stamped = [replace(unchanged(one, data_version="2026-03-16"), is_stamp_only=True) for one in (ONE, TWO)]
    assert commit(store, unchanged=tuple(stamped)) == {}
    assert only(store) == replace(before, data_version="2026-03-16")
    assert only(store, TWO).data_version == "2026-03-16"


def test_trial_that_was_absent_is_present_again_though_only_its_stamp_moved(store):
    for nct_id in (ONE, TWO):
        keep(store, nct_id)
    commit(store, absent=(Absent(nct_id=ONE, data_version="2026-03-14"),))
    stamped = [replace(unchanged(one, data_version="2026-03-16"), is_stamp_only=True) for one in (ONE, TWO)]
    commit(store, unchanged=tuple(stamped))
    assert (only(store).presence, only(store).missing_since) == (Presence.PRESENT, None)
    assert only(store).data_version == only(store, TWO).data_version == "2026-03-16"


def test_id_the_store_never_saw_is_due_and_cannot_be_marked(store):
    store.trials.mark_checked([ONE], "t1", NOW)
    assert [(kept.nct_id, kept.presence) for kept in store.trials.due([ONE], "t1")] == [(ONE, Presence.NEW)]


def test_more_ids_than_one_list_holds_are_all_due_and_all_marked(store):
    ids = [f"NCT{number:08}" for number in range(1201)]
    store.trials.sync_watched(ids, NOW)
    assert len(store.trials.due(ids, "t1")) == 1201
    store.trials.mark_checked(ids, "t1", NOW)
    assert store.trials.due(ids, "t1") == ()


LONG_AFTER = NOW + timedelta(days=30, seconds=1)


@pytest.mark.parametrize("gap", [timedelta(0), timedelta(days=30), timedelta(days=-40)], ids=["none", "30 d", "back"])
def test_trial_added_again_soon_is_due_at_once_and_goes_on_from_its_last_version(store, gap):
    store.trials.sync_watched([ONE, TWO], NOW)
    keep(store, ONE, b"1")
    store.trials.mark_checked([ONE, TWO], "t1", NOW)
    store.trials.sync_watched([TWO], NOW)
    store.trials.sync_watched([ONE, TWO], NOW + gap)
    (back,) = store.trials.due([ONE, TWO], "t1")
    assert (back.nct_id, back.starts_anew, back.newest_seq) == (ONE, False, 1)
    commit(store, new=(new(ONE, b"2", previous=1),))


def test_trial_that_starts_anew_does_so_also_when_it_leaves_again_before_it_was_read(store):
    store.trials.sync_watched([ONE], NOW)
    keep(store, ONE, b"1")
    store.trials.sync_watched([], NOW)
    store.trials.sync_watched([ONE], LONG_AFTER)
    store.trials.sync_watched([], LONG_AFTER)
    store.trials.sync_watched([ONE], LONG_AFTER)
    assert only(store).starts_anew


def test_trial_added_again_late_is_due_at_once_and_starts_anew(store):
    store.trials.sync_watched([ONE, TWO], NOW)
    keep(store, ONE, b"1")
    store.trials.mark_checked([ONE, TWO], "t1", NOW)
    store.trials.sync_watched([TWO], NOW)
    store.trials.sync_watched([ONE, TWO], LONG_AFTER)
    (back,) = store.trials.due([ONE, TWO], "t1")
    assert (back.nct_id, back.starts_anew, back.newest_seq) == (ONE, True, 1)
    with pytest.raises(ValueError, match="the newest one is None"):
        commit(store, new=(new(ONE, b"2", previous=1),))
    seq = commit(store, new=(new(ONE, b"2"),))[ONE]
    assert store.versions.version(seq).baseline
    assert not only(store).starts_anew


def test_trial_added_again_that_did_not_change_is_watched_as_before(store):
    store.trials.sync_watched([ONE], NOW)
    keep(store, ONE, b"1")
    store.trials.sync_watched([], NOW)
    store.trials.sync_watched([ONE], LONG_AFTER)
    commit(store, unchanged=(unchanged(body=b"1"),))
    assert not only(store).starts_anew
    commit(store, new=(new(ONE, b"2", previous=1),))


def test_trial_added_again_before_it_was_ever_read_is_simply_new(store):
    store.trials.sync_watched([ONE], NOW)
    store.trials.sync_watched([], NOW)
    store.trials.sync_watched([ONE], LONG_AFTER)
    assert not only(store).starts_anew


# --- polls and milestones


def poll(minutes, outcome, **counts):
    return Poll(
        started=later(minutes),
        finished=later(minutes + 1),
        token="t",
        outcome=outcome,
        counts=PollCounts(**counts),
        note="why",
    )


def test_last_poll_and_last_complete_poll_are_told_apart(store):
    assert store.polls.last() is None
    assert store.polls.last_complete() is None
    done = poll(0, PollOutcome.COMPLETE, read=5, changed=1, stale=2)
    failed = poll(60, PollOutcome.FAILED, not_reached=5)
    store.polls.record(done)
    store.polls.record(failed)
    assert store.polls.last() == failed
    assert store.polls.last_complete() == done


def test_forgetting_polls_spares_the_last_complete_one(store):
    for minute, outcome in enumerate([PollOutcome.NO_NEWS, PollOutcome.COMPLETE, PollOutcome.MOVED]):
        store.polls.record(poll(minute, outcome))
    assert store.polls.forget(later(1000)) == 2
    assert store.polls.last().outcome is PollOutcome.COMPLETE
    assert store.polls.forget(later(1000)) == 0


def results(nct_id, day, seq=0):
    return Milestone(nct_id=nct_id, kind="results.due", due_on=day, seq=seq)


def test_milestones_are_replaced_with_each_version_and_asked_for_by_day(store):
    april, may = date(2026, 4, 1), date(2026, 5, 1)
    commit(
        store,
        new=(
            new(ONE, milestones=(results(ONE, april), results(ONE, april))),
            new(TWO, milestones=(results(TWO, may),)),
        ),
    )
    assert store.milestones.passed(date(2026, 3, 1), may) == (results(ONE, april, 1), results(TWO, may, 2))
    assert store.milestones.passed(april, may) == (results(TWO, may, 2),)
    assert store.milestones.passed(date(2026, 3, 1), may, ids=[ONE]) == (results(ONE, april, 1),)
    commit(store, new=(new(ONE, b"2", previous=1, milestones=(results(ONE, may),)),))
    assert store.milestones.of_trial(ONE) == (results(ONE, may, 3),)
    commit(store, events=(gone(previous=3),))
    assert store.milestones.of_trial(ONE) == ()
