"""A recipient with another name: what moves along, and when the new name may give way."""

from __future__ import annotations

import pytest

from tests.store.make import NOW, ONE, keep, later, letter
from watcher.errors import UsageError
from watcher.store import admin
from watcher.store.delivery_model import ComposeResult, State, recipient_note


def meet(store, name, minutes=0):
    return store.ledger.start_recipient(name, send="daily 07:30", slot="s", channels=["email"], now=later(minutes))


def tell(store, name, *letters, minutes=0, **more):
    cursor = store.versions.max_seq()
    store.ledger.commit_composed(ComposeResult(recipient=name, cursor=cursor, messages=letters, **more), later(minutes))


def test_notes_of_a_recipient_are_stored_with_what_was_composed_and_move_along(store, path):
    meet(store, "ana")
    meet(store, "ana-maria%")
    tell(store, "ana", notes={"heard": "today", "looked": "4"})
    store.notes.put(recipient_note("ana-maria%", "heard"), "never")
    admin.rename_recipient(path, "ana", "zoe")
    assert store.notes.all("reader:") == {
        "reader:ana-maria%:heard": "never",
        "reader:zoe:heard": "today",
        "reader:zoe:looked": "4",
    }


@pytest.mark.parametrize("is_met", [False, True], ids=["unknown", "met since"])
def test_notes_of_a_recipient_whose_name_goes_on_after_a_colon_stay_theirs(store, path, is_met):
    meet(store, "team")
    meet(store, "crew:paris")
    meet(store, "team:paris")
    if is_met:
        meet(store, "crew", minutes=5)
    for name in ("team", "team:paris", "crew:paris"):
        store.notes.put(recipient_note(name, "heard"), name)
    admin.rename_recipient(path, "team", "crew")
    assert store.notes.all("reader:") == {
        "reader:crew:heard": "team",
        "reader:crew:paris:heard": "crew:paris",
        "reader:team:paris:heard": "team:paris",
    }


def test_notes_are_stored_only_when_all_the_rest_is(store):
    meet(store, "ana")
    with pytest.raises(ValueError, match="already"):
        tell(store, "ana", letter("1"), letter("1"), notes={"heard": "today"})
    assert store.notes.all("reader:") == {}


def test_name_met_only_since_gives_way_to_the_old_one_and_its_cursor(store, path):
    meet(store, "ana")
    keep(store, ONE)
    meet(store, "zoe", minutes=5)
    tell(store, "zoe", letter("welcome", recipient="zoe"), minutes=6, welcomed=True, notes={"heard": "now"})
    admin.rename_recipient(path, "ana", "zoe")
    reader = store.ledger.recipient("zoe")
    assert (reader.cursor, reader.started_at, reader.welcomed_at) == (0, NOW, None)
    assert [known.name for known in store.ledger.recipients()] == ["zoe"]
    assert store.notes.all("reader:") == {}
    assert [entry.subject for entry in store.outbox.list(recipient="zoe")] == ["Digest welcome"]


def test_name_that_was_told_news_does_not_give_way(store, path):
    meet(store, "ana")
    meet(store, "zoe", minutes=5)
    tell(store, "zoe", letter("welcome", recipient="zoe"), minutes=6, welcomed=True)
    tell(store, "zoe", letter("news", recipient="zoe"), minutes=7)
    with pytest.raises(UsageError, match="already"):
        admin.rename_recipient(path, "ana", "zoe")


def test_older_name_and_the_same_name_do_not_give_way(store, path):
    meet(store, "ana", minutes=5)
    meet(store, "zoe")
    for new in ("zoe", "ana"):
        with pytest.raises(UsageError, match="already"):
            admin.rename_recipient(path, "ana", new)


def test_messages_given_up_for_the_old_name_wait_again_and_others_do_not(store, path):
    meet(store, "ana")
    tell(store, "ana", letter("1"), letter("2"))
    lost = store.outbox.list()[1].id
    store.outbox.dead(lost, "550 no such mailbox", later(1))
    store.outbox.retire([], later(2))
    admin.rename_recipient(path, "ana", "zoe")
    (waiting,) = store.outbox.list(states=[State.PENDING], recipient="zoe")
    assert (waiting.subject, waiting.next_attempt_at, waiting.last_reply) == ("Digest 1", waiting.created_at, "")
    assert [entry.id for entry in store.outbox.list(states=[State.DEAD], recipient="zoe")] == [lost]
