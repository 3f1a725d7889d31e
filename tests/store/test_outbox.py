"""The outbox: every state and event, and what a run that ended in mid-send leaves behind."""

from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from tests.store.make import NOW, later, letter
from watcher.store.database import Database
from watcher.store.delivery_model import State, Step, Suspension
from watcher.store.outbox import Outbox

IN_DOUBT = Step.BODY_HANDED_OVER


def put(store, *names, **more):
    return store.outbox.add([letter(name, **more) for name in names], NOW)


def entry(store, number=1):
    (found,) = [one for one in store.outbox.list(states=list(State)) if one.id == number]
    return found


def claim(store, now=NOW, channel="email"):
    return store.outbox.claim(channel, now)


def bring_to(store, state):
    """Give the number of a message in a state, reached the way a run reaches it."""
    (number,) = put(store, "m")
    if state is not State.PENDING:
        claim(store)
    match state:
        case State.DELIVERED:
            store.outbox.delivered(number, "250 ok", NOW)
        case State.UNKNOWN:
            store.outbox.mark_unknown(number, later(1), "no answer", NOW)
        case State.DEAD:
            store.outbox.dead(number, "550 no", NOW)
        case State.REJECTED:
            store.outbox.reject(number, "550 no", NOW)
    assert entry(store, number).state is state
    return number


EVENTS = {
    "claim": lambda outbox, number: outbox.claim("email", later(5)),
    "step": lambda outbox, number: outbox.step(number, Step.CONNECTED),
    "delivered": lambda outbox, number: outbox.delivered(number, "250", NOW),
    "retry_at": lambda outbox, number: outbox.retry_at(number, later(5), "451"),
    "mark_unknown": lambda outbox, number: outbox.mark_unknown(number, later(5), "?", NOW),
    "put_back": lambda outbox, number: outbox.put_back(number, later(5), "quiet"),
    "dead": lambda outbox, number: outbox.dead(number, "550", NOW),
    "reject": lambda outbox, number: outbox.reject(number, "550", NOW),
    "recover": lambda outbox, number: outbox.recover(NOW),
    "retire": lambda outbox, number: outbox.retire([], NOW),
    "retry": lambda outbox, number: outbox.retry(None, NOW),
    "drop": lambda outbox, number: outbox.drop(None),
}
REFUSED, SAME = "refused", "same"
TABLE = """
           claim    step     delivered  retry_at  put_back  mark_unknown  dead     reject    recover  retire  retry    drop
pending    sending  refused  refused    refused   refused   refused       dead     refused   same     same    same     removed
sending    same     same     delivered  pending   pending   unknown       dead     rejected  pending  same    same     same
delivered  same     refused  refused    refused   refused   refused       refused  refused   same     same    same     same
unknown    sending  refused  refused    refused   refused   refused       dead     refused   same     same    pending  removed
dead       same     refused  refused    refused   refused   refused       refused  refused   same     same    pending  removed
rejected   same     refused  refused    refused   refused   refused       refused  refused   same     same    pending  removed
"""  # noqa: E501 — a table is read by its columns
HEAD, *ROWS = (line.split() for line in TABLE.strip().splitlines())


@pytest.mark.parametrize(
    ("state", "event", "becomes"),
    [(State(name), event, cell) for name, *cells in ROWS for event, cell in zip(HEAD, cells, strict=True)],
)
def test_every_state_and_event(store, state, event, becomes):
    number = bring_to(store, state)
    before = entry(store, number)
    if becomes == REFUSED:
        with pytest.raises(ValueError, match=f"Message {number}"):
            EVENTS[event](store.outbox, number)
        assert entry(store, number) == before
        return
    EVENTS[event](store.outbox, number)
    after = {one.id: one.state.value for one in store.outbox.list(states=list(State))}
    assert after.get(number, "removed") == (state.value if becomes == SAME else becomes)


def test_table_has_every_state_and_event():
    assert [name for name, *_ in ROWS] == [state.value for state in State]
    assert set(HEAD) == set(EVENTS)


def test_try_is_counted_before_it_begins(store):
    put(store, "1", payload=b"frozen")
    taken = claim(store)
    assert (taken.entry.state, taken.entry.attempts, taken.payload) == (State.SENDING, 1, b"frozen")
    assert entry(store).attempts == 1


def test_oldest_due_message_of_a_channel_goes_first_and_alone(store):
    put(store, "1", "2")
    put(store, "3", channel="hook")
    assert claim(store).entry.id == 1
    assert claim(store) is None
    assert claim(store, channel="hook").entry.id == 3
    store.outbox.delivered(1, "250", NOW)
    assert claim(store).entry.id == 2


def test_message_not_yet_due_holds_up_nobody(store):
    put(store, "1", "2")
    claim(store)
    store.outbox.retry_at(1, later(5), "451 later")
    assert claim(store).entry.id == 2
    store.outbox.delivered(2, "250", NOW)
    assert claim(store, later(4)) is None
    assert store.outbox.next_due() == later(5)
    assert store.outbox.due_channels(later(4)) == ()
    assert store.outbox.due_channels(later(5)) == ("email",)
    again = claim(store, later(5)).entry
    assert (again.id, again.attempts, again.last_reply, again.next_attempt_at) == (1, 2, "451 later", None)


def test_message_due_later_than_any_wait_lasts_is_due_at_once(store):
    put(store, "1", "2")
    far, near = NOW + timedelta(days=365), NOW + timedelta(days=3)
    for number, when in ((1, far), (2, near)):
        assert claim(store).entry.id == number
        store.outbox.retry_at(number, when, "451 later")
    assert store.outbox.reset_retry_times(NOW, timedelta(days=4)) == 1
    assert [entry.next_attempt_at for entry in store.outbox.list()] == [NOW, near]
    assert store.outbox.reset_retry_times(NOW, timedelta(days=4)) == 0


def test_try_that_never_concerned_the_message_is_given_back(store):
    put(store, "1")
    claim(store)
    store.outbox.retry_at(1, later(1), "connection refused", refund=True)
    assert entry(store).attempts == 0


def test_step_is_kept_and_starts_over_with_the_next_try(store):
    put(store, "1")
    claim(store)
    store.outbox.step(1, Step.ENVELOPE_ACCEPTED)
    assert entry(store).step is Step.ENVELOPE_ACCEPTED
    store.outbox.retry_at(1, NOW, "")
    assert claim(store).entry.step is Step.NONE


def test_delivered_message_keeps_reply_and_time_and_is_not_listed(store):
    put(store, "1")
    claim(store)
    store.outbox.delivered(1, "250 queued as 7", later(1))
    assert store.outbox.list() == ()
    (done,) = store.outbox.list(states=[State.DELIVERED])
    assert (done.last_reply, done.ended_at, done.next_attempt_at) == ("250 queued as 7", later(1), None)


def test_message_unclear_twice_is_dead(store):
    put(store, "1")
    claim(store)
    assert store.outbox.mark_unknown(1, later(1), "no answer", NOW) is State.UNKNOWN
    assert claim(store, later(1)).entry.unclear == 1
    assert store.outbox.mark_unknown(1, later(2), "no answer", later(1)) is State.DEAD
    dead = entry(store)
    assert (dead.state, dead.ended_at) == (State.DEAD, later(1))
    assert dead.last_reply == "unclear twice whether it arrived: no answer"


def test_clear_refusal_after_a_doubt_is_an_ordinary_retry(store):
    put(store, "1")
    claim(store)
    store.outbox.mark_unknown(1, later(1), "", NOW)
    claim(store, later(1))
    store.outbox.retry_at(1, later(5), "451")
    assert entry(store).state is State.PENDING
    claim(store, later(5))
    assert store.outbox.mark_unknown(1, later(9), "", later(5)) is State.DEAD


# --- after a crash


@pytest.mark.parametrize(
    ("step", "unclear", "becomes"),
    [
        (Step.NONE, 0, State.PENDING),
        (Step.CONNECTED, 0, State.PENDING),
        (Step.ENVELOPE_ACCEPTED, 0, State.PENDING),
        (IN_DOUBT, 0, State.UNKNOWN),
        (Step.NONE, 1, State.UNKNOWN),
        (Step.ENVELOPE_ACCEPTED, 1, State.UNKNOWN),
        (IN_DOUBT, 1, State.DEAD),
    ],
)
def test_crash_leaves_a_doubt_only_when_the_body_may_have_gone(store, step, unclear, becomes):
    put(store, "1")
    claim(store)
    if unclear:
        store.outbox.mark_unknown(1, later(1), "no answer", NOW)
        claim(store, later(1))
    store.outbox.step(1, step)
    recovered = store.outbox.recover(later(2))
    found = entry(store)
    assert (found.state, found.crashes) == (becomes, 1)
    assert found.next_attempt_at == (None if becomes is State.DEAD else later(2))
    assert {"pending": recovered.pending, "unknown": recovered.unknown, "dead": recovered.dead}[becomes.value] == (
        found,
    )


def test_message_that_ends_the_program_twice_lets_the_others_go_first(store):
    put(store, "poison", "2")
    claim(store)
    store.outbox.recover(NOW)
    assert claim(store).entry.id == 1
    (pushed,) = store.outbox.recover(NOW, aside=timedelta(minutes=10)).pending
    assert (pushed.attempts, pushed.next_attempt_at) == (2, later(10))
    assert claim(store).entry.id == 2


def test_recovering_touches_only_what_was_in_mid_send(store):
    put(store, "1", "2")
    put(store, "3", channel="hook")
    claim(store)
    claim(store, channel="hook")
    store.outbox.step(3, IN_DOUBT)
    recovered = store.outbox.recover(NOW)
    assert [one.id for one in recovered.pending] == [1]
    assert [one.id for one in recovered.unknown] == [3]
    assert store.outbox.recover(NOW).pending == ()


# --- channels that are held


def hold(store, channel="email", recipient=None):
    store.outbox.suspend(Suspension(channel=channel, recipient=recipient, since=NOW, reason="535 no", fingerprint="f1"))


def test_suspended_channel_waits_and_the_others_go_on(store):
    put(store, "1")
    put(store, "2", channel="hook")
    hold(store)
    assert claim(store) is None
    assert store.outbox.due_channels(NOW) == ("hook",)
    assert claim(store, channel="hook").entry.id == 2
    assert store.outbox.next_due() is None
    assert store.outbox.suspensions()[0].fingerprint == "f1"


def test_suspended_address_waits_and_the_others_on_its_channel_go_on(store):
    put(store, "1", recipient="ana")
    put(store, "2", recipient="ben")
    hold(store, recipient="ana")
    assert claim(store).entry.recipient == "ben"


@pytest.mark.parametrize("recipient", [None, "ana"])
def test_resumed_channel_is_due_at_once(store, recipient):
    put(store, "1", recipient="ana")
    claim(store)
    store.outbox.retry_at(1, later(600), "535")
    hold(store, recipient=recipient)
    assert store.outbox.resume("email", later(1), recipient=recipient)
    assert not store.outbox.resume("email", later(1), recipient=recipient)
    assert claim(store, later(1)).entry.id == 1


def test_resuming_one_address_does_not_hurry_the_others(store):
    put(store, "1", recipient="ben")
    claim(store)
    store.outbox.retry_at(1, later(600), "451")
    hold(store, recipient="ana")
    store.outbox.resume("email", NOW, recipient="ana")
    assert store.outbox.next_due() == later(600)


def test_newer_suspension_replaces_the_older(store):
    hold(store)
    store.outbox.suspend(Suspension(channel="email", since=later(1), reason="530", fingerprint="f2"))
    (found,) = store.outbox.suspensions()
    assert (found.reason, found.fingerprint, found.recipient) == ("530", "f2", None)


def test_only_the_step_that_decides_what_a_crash_means_waits_for_the_disk(store, path):
    put(store, "1")
    store.outbox.claim("email", NOW)
    with closing(Database(path)) as database:
        with database.write() as connection:
            said: list[str] = []
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.set_trace_callback(said.append)
        outbox, waits = Outbox(database), {}
        for step in (Step.CONNECTED, Step.ENVELOPE_ACCEPTED, Step.BODY_HANDED_OVER):
            said.clear()
            outbox.step(1, step)
            assert any(words.startswith("COMMIT") for words in said)
            waits[step] = "PRAGMA synchronous=NORMAL" not in said
    assert waits == {Step.CONNECTED: False, Step.ENVELOPE_ACCEPTED: False, Step.BODY_HANDED_OVER: True}


# --- the operator


def test_retry_starts_over_and_resumes_what_is_held(store):
    number = bring_to(store, State.DEAD)
    put(store, "2", recipient="ben")
    hold(store)
    hold(store, recipient="ana")
    hold(store, channel="hook")
    (again,) = store.outbox.retry([number, 99], later(7))
    assert (again.state, again.attempts, again.queued_at, again.next_attempt_at, again.ended_at) == (
        State.PENDING,
        0,
        later(7),
        later(7),
        None,
    )
    assert again.created_at == NOW
    assert [one.channel for one in store.outbox.suspensions()] == ["hook"]


def test_message_retried_after_two_doubts_has_its_one_repeat_again(store):
    put(store, "1")
    for _ in range(2):
        claim(store)
        store.outbox.step(1, Step.BODY_HANDED_OVER)
        store.outbox.recover(NOW, aside=timedelta())
    assert (entry(store).state, entry(store).unclear, entry(store).crashes) == (State.DEAD, 2, 2)
    (again,) = store.outbox.retry([1], NOW)
    assert (again.unclear, again.crashes) == (0, 0)
    claim(store)
    assert store.outbox.mark_unknown(1, NOW, "no answer", NOW) is State.UNKNOWN


def test_drop_removes_only_what_is_named(store):
    put(store, "1", "2")
    assert [one.id for one in store.outbox.drop([1])] == [1]
    assert [one.id for one in store.outbox.list()] == [2]
    with pytest.raises(LookupError, match="no message 1"):
        store.outbox.payload(1)


def test_number_of_a_dropped_message_is_never_given_again(store):
    assert put(store, "1") == (1,)
    store.outbox.drop(None)
    assert put(store, "1") == (2,)


def test_recipient_or_channel_no_longer_configured_gets_nothing_more(store):
    put(store, "1", recipient="ana")
    store.outbox.add([letter("2", recipient="ana", channel="hook")], later(1))
    put(store, "3", recipient="ben")
    settled = store.outbox.retire({("ana", "email")}, NOW)
    assert [(one.id, one.state, one.last_reply) for one in settled.ended] == [(2, State.DEAD, "not configured")]
    assert [(one.id, one.state, one.last_reply) for one in settled.removed] == [(3, State.PENDING, "recipient removed")]
    assert claim(store).entry.id == 1
    assert claim(store) is None


@pytest.mark.parametrize("state", list(State))
def test_message_follows_to_the_channel_in_the_place_of_its_own_while_it_waits(store, state):
    number = bring_to(store, state)
    put(store, "of another", recipient="ben")
    before = entry(store, number)
    moved = store.outbox.reroute({("ana", "email"): "email:other", ("ana", "slack"): "slack:x"}, later(9))
    if state not in (State.PENDING, State.UNKNOWN):
        assert (moved, entry(store, number)) == ((), before)
        return
    assert [one.id for one in moved] == [number]
    assert entry(store, number) == replace(before, channel="email:other", next_attempt_at=later(9))
    assert store.outbox.reroute({("ana", "email"): "email:other"}, later(9)) == ()  # it is there already


def test_message_id_is_put_in_once(store):
    put(store, "1")
    with pytest.raises(ValueError, match="outbox already"):
        put(store, "2", "1")
    assert [one.id for one in store.outbox.list()] == [1]


def test_message_that_does_not_exist_is_refused(store):
    with pytest.raises(ValueError, match="no message 9"):
        store.outbox.dead(9, "", NOW)


def test_list_narrows_down(store):
    put(store, "1", recipient="ana")
    put(store, "2", recipient="ben", channel="hook")
    assert [one.id for one in store.outbox.list(recipient="ben")] == [2]
    assert [one.id for one in store.outbox.list(channel="email")] == [1]
    assert store.outbox.list(states=[State.DEAD]) == ()


def test_counts_name_every_state(store):
    bring_to(store, State.DELIVERED)
    put(store, "2", "3")
    assert store.outbox.counts() == {
        State.PENDING: 2,
        State.SENDING: 0,
        State.DELIVERED: 1,
        State.UNKNOWN: 0,
        State.DEAD: 0,
        State.REJECTED: 0,
    }


def test_oldest_waiting_message_is_named_by_its_time(store):
    assert store.outbox.oldest_waiting() is None
    assert store.outbox.next_due() is None
    store.outbox.add([letter("1")], later(3))
    store.outbox.add([letter("2")], later(9))
    assert store.outbox.oldest_waiting() == later(3)


def test_forgetting_removes_only_old_delivered_messages(store):
    bring_to(store, State.DELIVERED)
    put(store, "2")
    assert store.outbox.forget_delivered(NOW) == 0
    assert store.outbox.forget_delivered(later(1)) == 1
    assert [one.id for one in store.outbox.list(states=list(State))] == [2]
