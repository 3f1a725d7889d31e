"""The ledger: what a recipient has not been told of, and that telling is stored whole or not at all."""

from datetime import timedelta

import pytest

from tests.store.make import NOW, ONE, THREE, TWO, gone, keep, later, letter
from watcher.errors import UsageError
from watcher.store import admin
from watcher.store.delivery_model import ComposeResult, CursorOverride, OverrideDirection, Snooze, Suspension, Window
from watcher.store.pending import VersionMark, window
from watcher.store.trial_model import PageCommit

EVERY = [ONE, TWO, THREE]


def meet(store, name="ana", send="daily 07:30", slot="2026-03-13T07:30", channels=("email",), now=NOW):
    return store.ledger.start_recipient(name, send=send, slot=slot, channels=channels, now=now)


def tell(store, name="ana", **more):
    composed = ComposeResult(recipient=name, cursor=more.pop("cursor", store.versions.max_seq()), **more)
    return store.ledger.commit_composed(composed, NOW)


def test_new_recipient_starts_at_the_newest_version(store):
    keep(store, ONE)
    reader = meet(store)
    assert (reader.cursor, reader.last_slot, reader.channels) == (1, "2026-03-13T07:30", {"email": 1})
    assert (reader.started_at, reader.welcomed_at) == (NOW, None)
    assert store.ledger.windows("ana", EVERY) == ()


def test_recipient_met_again_is_as_before(store):
    meet(store)
    keep(store, ONE)
    before = store.ledger.recipient("ana")
    assert meet(store, slot="2026-03-14T07:30", now=later(1000)) == before
    assert store.ledger.recipients() == (before,)


def test_edited_send_starts_at_now_and_keeps_the_cursor(store):
    meet(store)
    keep(store, ONE)
    reader = meet(store, send="weekly mon 08:00", slot="2026-03-09T08:00")
    assert (reader.send, reader.last_slot, reader.cursor) == ("weekly mon 08:00", "2026-03-09T08:00", 0)


def test_new_channel_begins_at_the_newest_version_and_an_old_one_is_forgotten(store):
    meet(store)
    keep(store, ONE)
    assert meet(store, channels=("email", "folder")).channels == {"email": 0, "folder": 1}
    keep(store, TWO)
    assert meet(store, channels=("email",)).channels == {"email": 0}


def test_channels_that_are_left_take_over_what_nobody_else_would_tell(store):
    meet(store)
    keep(store, ONE)
    assert meet(store, channels=("email", "folder")).channels == {"email": 0, "folder": 1}
    keep(store, TWO)
    assert meet(store, channels=("folder", "slack")).channels == {"folder": 0, "slack": 0}
    keep(store, ONE, b"2")
    assert meet(store, channels=("folder", "slack", "email")).channels == {"folder": 0, "slack": 0, "email": 3}
    assert meet(store, channels=("slack",)).channels == {"slack": 0}
    assert meet(store, channels=("other",)).channels == {"other": 0}


def test_channel_added_later_is_told_from_its_beginning_on(store):
    for body in (b"1", b"2", b"3", b"4"):
        keep(store, ONE, body)
        keep(store, TWO, body)
    meet(store)
    windows = store.ledger.windows
    keep(store, ONE, b"5")
    keep(store, TWO, b"5")
    keep(store, ONE, b"6")
    assert [(w.nct_id, w.base, w.steps) for w in windows("ana", EVERY)] == [(ONE, 7, 2), (TWO, 8, 1)]
    assert [(w.nct_id, w.base, w.steps) for w in windows("ana", EVERY, begins=9)] == [(ONE, 9, 1), (TWO, 8, 1)]
    assert [(w.nct_id, w.base, w.steps) for w in windows("ana", EVERY, begins=10)] == [(ONE, 9, 1)]
    assert windows("ana", EVERY, begins=11) == ()


def test_recipients_do_not_share_channels(store):
    meet(store, "ana", channels=("email",))
    meet(store, "ben", channels=("folder",))
    assert [(r.name, dict(r.channels)) for r in store.ledger.recipients()] == [
        ("ana", {"email": 0}),
        ("ben", {"folder": 0}),
    ]


def test_recipient_never_started_is_a_lookup_error(store):
    assert store.ledger.recipient("ana") is None
    with pytest.raises(LookupError, match="never started"):
        store.ledger.windows("ana", EVERY)
    with pytest.raises(LookupError, match="never started"):
        tell(store)


def test_window_spans_from_the_cursor_to_the_newest_version(store):
    keep(store, ONE, b"1")
    keep(store, TWO, b"1")
    meet(store)
    keep(store, ONE, b"2")
    keep(store, ONE, b"3")
    assert store.ledger.windows("ana", EVERY) == (Window(nct_id=ONE, base=1, newest=4, steps=2),)
    assert store.ledger.windows("ana", [TWO]) == ()
    tell(store)
    assert store.ledger.windows("ana", EVERY) == ()


def test_trial_first_seen_after_the_cursor_is_a_baseline_and_not_a_change(store):
    meet(store)
    keep(store, ONE, b"1")
    assert store.ledger.windows("ana", EVERY) == (Window(nct_id=ONE, base=None, newest=1, steps=0),)


def test_change_after_a_baseline_of_the_same_window_is_told(store):
    meet(store)
    keep(store, ONE, b"1")
    keep(store, ONE, b"2")
    found = store.ledger.windows("ana", EVERY)
    assert found == (Window(nct_id=ONE, base=1, newest=2, steps=1, from_baseline=True),)


def test_nothing_is_compared_across_a_gap_in_watching(store):
    store.trials.sync_watched([ONE], NOW)
    keep(store, ONE, b"1")
    meet(store)
    keep(store, ONE, b"2")
    store.trials.sync_watched([], NOW)
    store.trials.sync_watched([ONE], NOW + timedelta(days=31))
    keep(store, ONE, b"3")
    assert store.ledger.windows("ana", EVERY) == (Window(nct_id=ONE, base=None, newest=3, steps=0),)
    keep(store, ONE, b"4")
    assert store.ledger.windows("ana", EVERY) == (Window(nct_id=ONE, base=3, newest=4, steps=1, from_baseline=True),)


def test_window_that_ends_in_an_event_says_so(store):
    keep(store, ONE)
    meet(store)
    store.versions.commit_page(PageCommit(events=(gone(previous=1),)), NOW)
    (found,) = store.ledger.windows("ana", EVERY)
    assert (found.base, found.newest, found.is_event) == (1, 2, True)


def test_trial_told_early_is_not_told_again_and_its_later_change_is(store):
    keep(store, ONE, b"1")
    keep(store, TWO, b"1")
    meet(store)
    keep(store, ONE, b"2")
    keep(store, TWO, b"2")
    tell(
        store,
        cursor=2,
        overrides=(CursorOverride(nct_id=ONE, direction=OverrideDirection.AHEAD, base=3),),
        messages=(letter(),),
    )
    assert [w.nct_id for w in store.ledger.windows("ana", EVERY)] == [TWO]
    keep(store, ONE, b"3")
    assert store.ledger.windows("ana", EVERY) == (
        Window(nct_id=ONE, base=3, newest=5, steps=1),
        Window(nct_id=TWO, base=2, newest=4, steps=1),
    )
    tell(store)
    assert store.ledger.overrides("ana") == ()
    assert store.ledger.windows("ana", EVERY) == ()


def test_trial_held_back_keeps_its_base_until_it_is_cleared(store):
    keep(store, ONE, b"1")
    meet(store)
    keep(store, ONE, b"2")
    behind = CursorOverride(nct_id=ONE, direction=OverrideDirection.BEHIND, base=1)
    tell(store, overrides=(behind,))
    keep(store, TWO)
    tell(store)
    assert store.ledger.overrides("ana") == (behind,)
    keep(store, ONE, b"3")
    assert store.ledger.windows("ana", [ONE]) == (Window(nct_id=ONE, base=1, newest=4, steps=2),)
    tell(store, cleared=(ONE,))
    assert store.ledger.windows("ana", [ONE]) == ()


def test_exempts_of_one_recipient_are_not_those_of_another(store):
    keep(store, ONE, b"1")
    meet(store, "ana")
    meet(store, "ben")
    keep(store, ONE, b"2")
    tell(store, "ana", cursor=1, overrides=(CursorOverride(nct_id=ONE, direction=OverrideDirection.AHEAD, base=2),))
    assert store.ledger.windows("ana", EVERY) == ()
    assert [w.nct_id for w in store.ledger.windows("ben", EVERY)] == [ONE]


def test_exempt_of_a_trial_without_versions_is_no_window(store):
    meet(store)
    store.trials.sync_watched([ONE], NOW)
    keep(store, TWO)
    tell(store, overrides=(CursorOverride(nct_id=ONE, direction=OverrideDirection.BEHIND, base=0),))
    assert store.ledger.windows("ana", [ONE]) == ()


def test_long_list_of_ids_gives_the_same_windows_as_a_short_one(store):
    keep(store, ONE, b"1")
    keep(store, TWO, b"1")
    keep(store, THREE, b"1")
    meet(store)
    keep(store, ONE, b"2")
    keep(store, TWO, b"2")
    many = [*(f"NCT{number:08}" for number in range(600)), ONE, THREE]
    assert store.ledger.windows("ana", many) == store.ledger.windows("ana", [ONE, THREE])
    assert [w.nct_id for w in store.ledger.windows("ana", many)] == [ONE]


def test_composing_moves_everything_in_one_transaction(store):
    keep(store, ONE)
    meet(store)
    keep(store, ONE, b"2")
    numbers = tell(
        store,
        slot="2026-03-14T07:30",
        messages=(letter("1", payload=b"first"), letter("2")),
        overrides=(CursorOverride(nct_id=TWO, direction=OverrideDirection.BEHIND, base=0),),
        welcomed=True,
    )
    reader = store.ledger.recipient("ana")
    assert (reader.cursor, reader.last_slot, reader.welcomed_at) == (2, "2026-03-14T07:30", NOW)
    assert [entry.id for entry in store.outbox.list()] == list(numbers)
    assert store.outbox.payload(numbers[0]) == b"first"


def test_composing_that_fails_moves_nothing(store):
    keep(store, ONE)
    meet(store)
    keep(store, ONE, b"2")
    before = store.ledger.recipient("ana")
    exempt = CursorOverride(nct_id=ONE, direction=OverrideDirection.BEHIND, base=1)
    with pytest.raises(ValueError, match="outbox already"):
        tell(store, slot="x", messages=(letter("1"), letter("1")), overrides=(exempt,))
    assert store.ledger.recipient("ana") == before
    assert store.ledger.overrides("ana") == ()
    assert store.outbox.list() == ()


@pytest.mark.parametrize("cursor", [0, 3])
def test_cursor_never_goes_back_nor_past_the_newest_version(store, cursor):
    keep(store, ONE)
    meet(store)
    keep(store, ONE, b"2")
    with pytest.raises(ValueError, match="never goes back, nor past the newest version, 2"):
        tell(store, cursor=cursor)


def test_slot_with_nothing_to_tell_moves_alone(store):
    meet(store)
    tell(store, slot="2026-03-14T07:30")
    assert store.ledger.recipient("ana").last_slot == "2026-03-14T07:30"
    tell(store)
    assert store.ledger.recipient("ana").last_slot == "2026-03-14T07:30"


def test_forgotten_recipient_starts_over(store):
    meet(store)
    keep(store, ONE)
    tell(store, overrides=(CursorOverride(nct_id=ONE, direction=OverrideDirection.BEHIND, base=0),))
    store.ledger.forget_recipient("ana")
    assert store.ledger.recipient("ana") is None
    assert meet(store).cursor == 1
    assert store.ledger.overrides("ana") == ()


def test_renamed_recipient_keeps_everything(store, path):
    keep(store, ONE)
    meet(store, "ana")
    meet(store, "ben")
    exempt = CursorOverride(nct_id=ONE, direction=OverrideDirection.BEHIND, base=1)
    tell(store, "ana", slot="s", messages=(letter("1"),), overrides=(exempt,), welcomed=True)
    store.snoozes.put(Snooze(until=later(9), recipient="ana"))
    store.outbox.suspend(Suspension(channel="email", recipient="ana", since=NOW, reason="550", fingerprint="f"))
    before = store.ledger.recipient("ana")
    admin.rename_recipient(path, "ana", "Ana Lopez")
    after = store.ledger.recipient("Ana Lopez")
    assert store.ledger.recipient("ana") is None
    assert (after.cursor, after.last_slot, after.channels, after.welcomed_at) == (
        before.cursor,
        before.last_slot,
        before.channels,
        before.welcomed_at,
    )
    assert store.ledger.overrides("Ana Lopez") == (exempt,)
    assert store.outbox.list()[0].recipient == "Ana Lopez"
    assert store.snoozes.active(NOW)[0].recipient == "Ana Lopez"
    assert store.outbox.suspensions()[0].recipient == "Ana Lopez"


@pytest.mark.parametrize(("old", "new_name", "says"), [("eve", "x", "no recipient"), ("ana", "ben", "already")])
def test_renaming_an_unknown_recipient_or_onto_another_is_refused(store, path, old, new_name, says):
    meet(store, "ana")
    meet(store, "ben")
    with pytest.raises(UsageError, match=says):
        admin.rename_recipient(path, old, new_name)
    assert [reader.name for reader in store.ledger.recipients()] == ["ana", "ben"]


B, V, G = (True, False), (False, False), (False, True)


@pytest.mark.parametrize(
    ("told", "versions", "base", "steps"),
    [
        (0, {1: B}, None, 0),
        (0, {1: B, 2: V}, 1, 1),
        (1, {1: B, 2: V, 5: V}, 1, 2),
        (2, {1: B, 2: V, 5: V}, 2, 1),
        (4, {1: B, 2: V, 5: V}, 2, 1),
        (2, {1: B, 2: V, 5: B}, None, 0),
        (1, {1: B, 2: V, 5: B, 6: V, 7: V}, 5, 2),
        (6, {1: B, 2: V, 5: B, 6: V, 7: V}, 6, 1),
        (1, {1: B, 2: G}, 1, 1),
        (1, {1: B, 2: G, 3: V}, 1, 2),
    ],
)
def test_base_is_what_was_told_last_but_never_before_a_baseline(told, versions, base, steps):
    marks = [VersionMark(seq, *of) for seq, of in versions.items()]
    found = window(ONE, told, marks)
    assert found is not None
    assert (found.base, found.newest, found.steps) == (base, max(versions), steps)


def test_newest_version_that_was_told_is_no_window():
    assert window(ONE, 2, [VersionMark(1, True, False), VersionMark(2, False, False)]) is None
