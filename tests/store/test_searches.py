"""Searches in the store: spans, what is owed of them, and one transaction with the events."""

from datetime import timedelta

import pytest

from tests.store.make import NOW, ONE, THREE, TWO, keep
from watcher.changes.model import Severity
from watcher.store.search_model import Move, SearchCommit, SearchRound, SetAside
from watcher.store.trial_model import Compared, Event, VersionKind

LATER = NOW + timedelta(days=1)


def found(*ids: str, token: str = "t1", **more) -> SearchCommit:
    return SearchCommit(key="k", described="pain", token=token, data_version=token, members=frozenset(ids), **more)


def event(nct_id: str, previous: int | None) -> Event:
    compared = Compared(body=b"{}", severity=Severity.MAJOR, catalogue_revision=1)
    return Event(nct_id=nct_id, kind=VersionKind.SEARCH, data_version="t2", previous=previous, compared=compared)


def test_members_come_stay_and_leave_and_each_stay_is_a_span(store):
    store.searches.commit(SearchRound(searches=(found(ONE, TWO),)), NOW)
    store.searches.commit(SearchRound(searches=(found(TWO, THREE, token="t2"),)), LATER)
    store.searches.commit(SearchRound(searches=(found(ONE, TWO, THREE, token="t3"),)), LATER + timedelta(days=1))
    spans = [(span.nct_id, span.is_first, span.left_version) for span in store.searches.spans("k")]
    assert spans == [(ONE, True, "t2"), (TWO, True, None), (THREE, False, None), (ONE, False, None)]
    assert store.searches.states()["k"].count == 3
    assert store.searches.past("k", (ONE, TWO, THREE)) == {ONE}


def test_who_left_is_watched_until_the_time_has_passed(store):
    store.searches.commit(SearchRound(searches=(found(ONE, TWO),)), NOW)
    store.searches.commit(SearchRound(searches=(found(TWO, token="t2"),)), LATER)
    assert store.searches.watched(["k"], LATER) == {"k": (ONE, TWO)}
    assert store.searches.watched(["k"], LATER + timedelta(seconds=1)) == {"k": (TWO,)}
    assert store.searches.watched(["other"], NOW) == {}


def test_what_is_owed_stands_until_it_is_settled(store):
    store.searches.commit(SearchRound(searches=(found(ONE),)), NOW)
    store.searches.commit(SearchRound(searches=(found(TWO, token="t2", owed=frozenset({ONE, TWO})),)), NOW)
    owed = store.searches.owed("k")
    assert [(span.nct_id, span.owed) for span in owed] == [(ONE, Move.LEFT), (TWO, Move.ENTERED)]
    store.searches.commit(SearchRound(searches=(found(TWO, token="t3", settled=[owed[0].number]),)), NOW)
    assert [span.nct_id for span in store.searches.owed("k")] == [TWO]


def test_members_and_events_are_stored_together_or_not_at_all(store):
    base = keep(store, ONE, b"first")
    store.searches.commit(SearchRound(searches=(found(ONE),)), NOW)
    wrong = SearchRound(searches=(found(token="t2"),), events=(event(ONE, base + 7),))
    with pytest.raises(ValueError, match="follows version"):
        store.searches.commit(wrong, LATER)
    assert set(store.searches.members("k")) == {ONE}
    seqs = store.searches.commit(SearchRound(searches=(found(token="t2"),), events=(event(ONE, base),)), LATER)
    assert store.searches.members("k") == {}
    assert store.trials.kept([ONE])[0].newest_seq == seqs[ONE]


def test_a_move_is_pending_after_a_baseline_and_is_no_update(store):
    store.ledger.start_recipient("ana", send="immediate", slot=None, channels=("email",), now=NOW)
    base = keep(store, ONE, b"first")
    store.searches.commit(SearchRound(searches=(found(ONE),), events=(event(ONE, base),)), NOW)
    (window,) = store.ledger.windows("ana", [ONE])
    assert (window.base, window.steps, window.is_event) == (base, 1, True)


def test_what_is_set_aside_is_forgotten_when_members_are_believed(store):
    store.searches.commit(SearchRound(searches=(found(ONE, TWO),)), NOW)
    store.searches.commit(SearchRound(aside=(SetAside(key="k", token="t2", count=0),)), LATER)
    aside = store.searches.states()["k"]
    assert (aside.aside_token, aside.aside_count, aside.count, aside.token) == ("t2", 0, 2, "t1")
    store.searches.commit(SearchRound(searches=(found(ONE, token="t3"),)), LATER)
    assert store.searches.states()["k"].aside_token is None


def test_a_search_that_is_not_read_any_more_is_forgotten_after_a_while(store):
    store.searches.commit(SearchRound(searches=(found(ONE),)), NOW)
    store.searches.forget_unread(NOW)
    assert set(store.searches.states()) == {"k"}
    store.searches.forget_unread(LATER)
    assert (store.searches.states(), store.searches.spans("k")) == ({}, ())
