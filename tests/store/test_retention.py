"""What may go, and what stays whatever its age."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.store.make import NOW, ONE, TWO, gone, keep, later, letter, new
from watcher.store.counters import MESSAGES, POLLS
from watcher.store.delivery_model import ComposeResult, CursorOverride, OverrideDirection, State
from watcher.store.retention import Removed, needed
from watcher.store.trial_model import PageCommit, Poll, PollOutcome

AFTER = NOW + timedelta(days=1)


def record(number):
    return f'{{"v":{number},"text":"{"x" * 100}"}}'.encode()


def fill(store, nct_id=ONE, count=6):
    return [keep(store, nct_id, record(number)) for number in range(count)]


def kept(store, seqs):
    """Give those of the versions whose own record is there."""
    found = []
    for number, seq in enumerate(seqs):
        try:
            assert store.versions.body(seq) == record(number)
        except LookupError:
            continue
        found.append(seq)
    return found


def tell_all(store, name="ana", overrides=(), cursor=None):
    newest = store.versions.max_seq()
    store.ledger.commit_composed(
        ComposeResult(recipient=name, cursor=newest if cursor is None else cursor, overrides=overrides), NOW
    )


def meet(store, name="ana"):
    store.ledger.start_recipient(name, send="daily", slot=None, channels=["email"], now=NOW)


def test_baseline_and_the_last_two_stay(store):
    seqs = fill(store)
    assert store.retention.removable(AFTER).records == 3
    assert store.retention.prune(AFTER).records == 3
    assert kept(store, seqs) == [seqs[0], seqs[-2], seqs[-1]]
    assert store.retention.prune(AFTER) == Removed()


def test_what_is_young_stays(store):
    seqs = fill(store)
    assert store.retention.prune(NOW).records == 0
    assert kept(store, seqs) == seqs


def test_every_comparison_and_every_line_of_the_log_stays(store):
    seqs = fill(store)
    before = store.versions.log(ONE)
    store.retention.prune(AFTER)
    assert store.versions.log(ONE) == before
    assert [version.seq for version in store.versions.of_trial(ONE)] == seqs
    assert all(store.versions.comparison(seq) for seq in seqs[1:])


def test_record_a_window_begins_at_stays_and_all_after_it(store):
    seqs = fill(store, count=3)
    meet(store)
    seqs += [keep(store, ONE, record(number)) for number in range(3, 8)]
    store.retention.prune(AFTER)
    assert kept(store, seqs) == [seqs[0], *seqs[2:]]
    (window,) = store.ledger.windows("ana", [ONE])
    assert store.versions.body(window.base) == record(2)
    tell_all(store)
    store.retention.prune(AFTER)
    assert kept(store, seqs) == [seqs[0], *seqs[-2:]]


def test_slowest_reader_decides(store):
    seqs = fill(store, count=2)
    meet(store, "slow")
    seqs += [keep(store, ONE, record(number)) for number in range(2, 6)]
    meet(store, "quick")
    store.retention.prune(AFTER)
    assert kept(store, seqs) == seqs
    assert store.retention.stats().behind == ("slow", seqs[1])


@pytest.mark.parametrize("direction", list(OverrideDirection))
def test_trial_told_apart_from_the_cursor_keeps_what_that_needs(store, direction):
    seqs = fill(store)
    meet(store)
    tell_all(store, overrides=(CursorOverride(nct_id=ONE, direction=direction, base=seqs[2]),))
    if direction is OverrideDirection.AHEAD:  # the cursor has reached it: it ended by itself
        store.retention.prune(AFTER)
        assert kept(store, seqs) == [seqs[0], *seqs[-2:]]
        return
    store.retention.prune(AFTER)
    assert kept(store, seqs) == [seqs[0], *seqs[2:]]


def test_event_is_told_with_the_record_before_it(store):
    seqs = fill(store, count=4)
    store.versions.commit_page(PageCommit(events=(gone(previous=seqs[-1]),)), NOW)
    store.retention.prune(AFTER)
    assert store.versions.body(store.versions.max_seq()) == record(3)


def test_trials_do_not_keep_each_other(store):
    ones, twos = fill(store, ONE), fill(store, TWO, 3)
    meet(store)
    assert store.retention.prune(AFTER).records == 3
    assert kept(store, ones) == [ones[0], *ones[-2:]]
    assert kept(store, twos) == twos


def test_first_record_after_a_gap_in_watching_stays(store):
    seqs = fill(store, count=3)
    store.trials.sync_watched([], NOW)
    store.trials.sync_watched([ONE], NOW + timedelta(days=31))
    seqs += [keep(store, ONE, record(number)) for number in range(3, 8)]
    store.retention.prune(AFTER)
    assert kept(store, seqs) == [seqs[0], seqs[3], *seqs[-2:]]


@given(
    flags=st.lists(st.booleans(), min_size=1, max_size=12),
    told=st.integers(min_value=0, max_value=15),
)
def test_needed_records_always_hold_the_base_of_every_window(flags, told):
    records = [(seq, flag or seq == 1) for seq, flag in enumerate(flags, 1)]
    stays = needed(records, told)
    assert {seq for seq, _ in records[-2:]} <= stays
    assert {seq for seq, flag in records if flag} <= stays
    for cursor in range(told, 16):
        begins = max((seq for seq, _ in records if seq <= cursor), default=None)
        assert begins is None or begins in stays


def test_file_shrinks_when_much_went(store, path):
    previous = None
    for number in range(40):
        body = hashlib.shake_128(bytes([number])).digest(20_000)  # what cannot be compressed
        one = new(ONE, body, previous=previous, canonical_hash=str(number), fingerprint=str(number))
        previous = store.versions.commit_page(PageCommit(new=(one,)), NOW)[ONE]
    size = store.retention.stats().file_size
    removed = store.retention.prune(AFTER)
    after = store.retention.stats()
    assert removed.records == 37
    assert removed.size > 37 * 20_000
    assert after.file_size < size / 3
    assert after.free_size <= after.file_size * 0.2


def test_stats_measure_everything(store):
    empty = store.retention.stats()
    assert (empty.versions, empty.records_size, empty.oldest, empty.behind) == (0, 0, None, None)
    seqs = fill(store)
    store.outbox.add([letter()], NOW)
    store.polls.record(Poll(started=NOW, finished=NOW, token="t", outcome=PollOutcome.COMPLETE))
    found = store.retention.stats()
    assert (found.trials, found.versions, found.records, found.comparisons) == (1, len(seqs), 6, 5)
    assert (found.messages, found.polls, found.oldest, found.newest) == (1, 1, NOW, NOW)
    assert min(found.records_size, found.comparisons_size, found.messages_size) > 0
    assert found.file_size > found.free_size >= 0


def test_tally_counts_what_happened_and_what_waits(store):
    ids = store.outbox.add([letter(str(number)) for number in range(4)], NOW)
    assert store.tally.depths() == {("email", State.PENDING): 4}
    outcomes = (
        lambda one: store.outbox.delivered(one, "250", later(1)),
        lambda one: store.outbox.mark_unknown(one, later(9), "", NOW),
        lambda one: store.outbox.retry_at(one, later(9), "451"),
    )
    for outcome in outcomes:
        outcome(store.outbox.claim("email", NOW).entry.id)
    store.outbox.dead(ids[3], "x", NOW)
    assert store.tally.totals(MESSAGES) == {
        ("email", "delivered"): 1,
        ("email", "unknown"): 1,
        ("email", "failed"): 1,
        ("email", "dead"): 1,
    }
    assert store.tally.last_delivered() == {"email": later(1)}
    assert store.tally.depths() == {
        ("email", State.PENDING): 1,
        ("email", State.UNKNOWN): 1,
        ("email", State.DEAD): 1,
    }
    store.polls.record(Poll(started=NOW, finished=NOW, token="t", outcome=PollOutcome.FAILED))
    store.polls.record(Poll(started=NOW, finished=NOW, token="t", outcome=PollOutcome.FAILED))
    assert store.tally.totals(POLLS) == {("", "failed"): 2}
