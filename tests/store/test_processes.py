"""Two processes on one database: a writer that holds it, a writer that is killed."""

import threading
from datetime import timedelta

import pytest

from tests.store.child import child, end, kill
from tests.store.make import NOW, ONE, TWO, keep, later, letter, new
from watcher.changes.model import Severity
from watcher.errors import StoreError
from watcher.store import admin
from watcher.store.delivery_model import ComposeResult, Fault, FaultState, Snooze, State, Step, Suspension
from watcher.store.search_model import SearchRound
from watcher.store.store import Store
from watcher.store.trial_model import Compared, Membership, PageCommit, Poll, PollOutcome

WRITE = """
import sys
from pathlib import Path
from tests.store.make import *
from watcher.store.database import Database
from watcher.store.outbox_rows import put_messages
from watcher.store.search_model import SearchCommit, SearchRound
from watcher.store.searches import write_round
from watcher.store.trial_model import PageCommit
from watcher.store.page_commit import PackedPage, write_page
database = Database(Path(sys.argv[1]))
with database.write() as connection:
    write_page(connection, PackedPage.of(PageCommit(new=(new(TWO),))), NOW)
    put_messages(connection, [letter("killed")], NOW)
    one = SearchCommit(key="k", described="pain", token="t", data_version=None, members=frozenset({TWO}))
    write_round(connection, SearchRound(searches=(one,)), PackedPage.of(PageCommit()), NOW)
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def writer(path):
    """Another process in the middle of a transaction that stored a version, a message and a search."""
    with child(WRITE, path) as process:
        yield process


WRITES = {
    "sync_watched": lambda store: store.trials.sync_watched([ONE], NOW),
    "replace": lambda store: store.memberships.replace(ended=(), kept=(Membership(nct_id=ONE, watch="a"),)),
    "remove membership": lambda store: store.memberships.remove([ONE], "a"),
    "join": lambda store: store.trials.join([ONE], NOW),
    "mark_checked": lambda store: store.trials.mark_checked([ONE], "t", NOW),
    "commit_page": lambda store: store.versions.commit_page(PageCommit(new=(new(ONE),)), NOW),
    "record": lambda store: store.polls.record(
        Poll(started=NOW, finished=NOW, token="t", outcome=PollOutcome.COMPLETE)
    ),
    "replace_comparisons": lambda store: store.versions.replace_comparisons(
        {1: Compared(body=b"{}", severity=Severity.NOISE, catalogue_revision=1)}
    ),
    "prune": lambda store: store.retention.prune(NOW),
    "forget polls": lambda store: store.polls.forget(NOW),
    "start_recipient": lambda store: store.ledger.start_recipient("ana", send="daily", slot="x", channels=(), now=NOW),
    "forget_recipient": lambda store: store.ledger.forget_recipient("ana"),
    "commit_composed": lambda store: store.ledger.commit_composed(ComposeResult(recipient="ana", cursor=0), NOW),
    "add": lambda store: store.outbox.add([letter()], NOW),
    "commit searches": lambda store: store.searches.commit(SearchRound(), NOW),
    "forget_unread searches": lambda store: store.searches.forget_unread(NOW),
    "keep_short_names": lambda store: store.versions.keep_short_names({ONE: "ONE"}),
    "claim": lambda store: store.outbox.claim("email", NOW),
    "step": lambda store: store.outbox.step(1, Step.CONNECTED),
    "delivered": lambda store: store.outbox.delivered(1, "250", NOW),
    "retry_at": lambda store: store.outbox.retry_at(1, NOW, "451"),
    "put_back": lambda store: store.outbox.put_back(1, NOW, "quiet"),
    "reject": lambda store: store.outbox.reject(1, "550", NOW),
    "mark_unknown": lambda store: store.outbox.mark_unknown(1, NOW, "", NOW),
    "dead": lambda store: store.outbox.dead(1, "", NOW),
    "recover": lambda store: store.outbox.recover(NOW),
    "reroute": lambda store: store.outbox.reroute({}, NOW),
    "retire": lambda store: store.outbox.retire([], NOW),
    "suspend": lambda store: store.outbox.suspend(Suspension(channel="email", since=NOW, reason="", fingerprint="")),
    "resume": lambda store: store.outbox.resume("email", NOW),
    "retry": lambda store: store.outbox.retry(None, NOW),
    "drop": lambda store: store.outbox.drop(None),
    "forget_delivered": lambda store: store.outbox.forget_delivered(NOW),
    "put fault": lambda store: store.faults.put(Fault(part="registry", state=FaultState.FAILING, since=NOW)),
    "remove fault": lambda store: store.faults.remove("registry"),
    "put note": lambda store: store.notes.put("a", "b"),
    "remove note": lambda store: store.notes.remove("a"),
    "put snooze": lambda store: store.snoozes.put(Snooze(until=NOW, recipient="ana")),
    "remove snooze": lambda store: store.snoozes.remove(recipient="ana"),
    "expire": lambda store: store.snoozes.expire(NOW),
}


def test_every_writing_call_is_refused_in_words_and_changes_nothing(writer, path):
    with Store.open(path, busy_timeout=timedelta(milliseconds=5)) as store:
        for write in WRITES.values():
            with pytest.raises(StoreError, match="locked by another process"):
                write(store)
        assert store.versions.max_seq() == 0
        assert store.outbox.list() == ()


def test_list_of_writing_calls_is_complete(store):
    """Every public call of the store either reads, as listed here, or is among the writing ones above."""
    reads = {
        *("due", "kept", "quarantined", "quarantined_body", "newest_body", "newest_bodies", "body", "version"),
        *("each_newest_body", "between", "bodies", "entries", "seen", "first_since", "latest", "newest", "since"),
        "destinations",
        *("states", "watched", "members", "owed", "owed_ids", "spans", "past"),
        "reset_retry_times",  # writes only where a message waits too long; no message waits here
        *(
            "of_trial",
            "of_data_version",
            "comparison",
            "log",
            "newest_seqs",
            "max_seq",
            "last",
            "first_complete",
            "last_complete",
            "last_read",
            "newest_token",
            "merged_due",
            "in_presence",
            "last_dated",
            "recipient",
            "recipients",
        ),
        *("overrides", "windows", "due_channels", "next_due", "suspensions", "list", "payload", "counts", "passed"),
        *(
            "oldest_waiting",
            "get",
            "all",
            "active",
            "merged",
            "totals",
            "depths",
            "last_delivered",
            "posted_or_seen",
            "short_names",
            "removable",
            "stats",
        ),
    }
    parts = [part for part in vars(store).values() if type(part).__module__ != "watcher.store.database"]
    calls = {name for part in parts for name in dir(part) if not name.startswith("_")}
    assert calls - reads == {name.split()[0] for name in WRITES}


def test_readers_go_on_while_another_process_writes(writer, path):
    with Store.open(path, busy_timeout=timedelta(0)) as store:
        assert store.trials.due([ONE], "t")[0].nct_id == ONE
        assert store.versions.log() == ()


def test_writer_waits_for_the_other_process(writer, path):
    ended = threading.Timer(0.1, end, [writer])
    ended.start()
    with Store.open(path, busy_timeout=timedelta(seconds=30)) as store:
        assert keep(store, ONE) == 2
    ended.join()


def test_transaction_killed_midway_leaves_no_trace(writer, path):
    kill(writer)
    assert admin.check(path) == ()
    with Store.open(path) as store:
        assert store.versions.log() == ()
        assert store.outbox.list() == ()
        assert (store.searches.states(), store.searches.spans("k")) == ({}, ())
        assert store.trials.kept([TWO])[0].newest_seq is None
        assert keep(store, TWO) == 1


def test_committed_work_survives_a_kill_before_the_log_is_folded_in(path):
    script = f"""
import sys
from pathlib import Path
from tests.store.make import *
store = Store.open(Path({str(path)!r}))
keep(store, ONE, b"kept")
store.outbox.add([letter("a"), letter("b", channel="hook")], NOW)
for channel, step in (("email", "body_handed_over"), ("hook", "envelope_accepted")):
    from watcher.store.delivery_model import Step
    store.outbox.step(store.outbox.claim(channel, NOW).entry.id, Step(step))
print("ready", flush=True)
sys.stdin.read()
"""
    with child(script) as process:
        kill(process)
    with Store.open(path) as store:
        assert store.versions.newest_body(ONE) == b"kept"
        recovered = store.outbox.recover(later(1))
        assert [entry.message_id for entry in recovered.unknown] == ["<a@x>"]
        assert [entry.message_id for entry in recovered.pending] == ["<b@x>"]
        assert store.outbox.list(states=[State.UNKNOWN])[0].next_attempt_at == later(1)


def test_threads_of_one_process_take_turns(store):
    store.outbox.add([letter(str(number)) for number in range(40)], NOW)
    sent, taken = [], threading.Lock()

    def work():
        while sum(store.outbox.counts()[state] for state in (State.PENDING, State.SENDING)):
            if claim := store.outbox.claim("email", NOW):
                store.outbox.delivered(claim.entry.id, "250", NOW)
                with taken:
                    sent.append(claim.entry.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(sent) == list(range(1, 41))
