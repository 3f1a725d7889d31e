"""Faults, notes and snoozes."""

import pytest

from tests.store.make import NOW, ONE, later, letter
from watcher.store.delivery_model import Fault, FaultState, Snooze


def fault(part="registry", state=FaultState.FAILING, **more):
    return Fault(part=part, state=state, since=NOW, message="refused", **more)


def test_fault_has_one_row_per_part(store):
    store.faults.put(fault())
    store.faults.put(fault(state=FaultState.NOTIFIED, notified_at=later(5)))
    store.faults.put(fault("email"))
    assert store.faults.get("registry") == fault(state=FaultState.NOTIFIED, notified_at=later(5))
    assert [found.part for found in store.faults.all()] == ["email", "registry"]
    store.faults.remove("email")
    assert store.faults.get("email") is None


def test_fault_and_its_notice_are_stored_together_or_not_at_all(store):
    store.faults.put(fault(), messages=[letter("notice")], now=NOW)
    assert [entry.subject for entry in store.outbox.list()] == ["Digest notice"]
    with pytest.raises(ValueError, match="outbox already"):
        store.faults.put(fault(state=FaultState.NOTIFIED), messages=[letter("notice")], now=NOW)
    assert store.faults.get("registry").state is FaultState.FAILING
    with pytest.raises(ValueError, match="need the time"):
        store.faults.put(fault(), messages=[letter("other")])


def test_notes_are_set_replaced_listed_and_removed(store):
    store.notes.put("transport.passed", "httpx")
    store.notes.put("transport.passed", "urllib")
    store.notes.put("printed.email", "x")
    store.notes.put("printed%email", "y")
    assert store.notes.get("transport.passed") == "urllib"
    assert store.notes.all("printed.") == {"printed.email": "x"}
    assert store.notes.all("printed%") == {"printed%email": "y"}
    store.notes.remove("transport.passed")
    assert store.notes.get("transport.passed") is None


def test_snooze_ends_by_itself_or_early(store):
    ana, trial = Snooze(until=later(60), recipient="ana"), Snooze(until=later(30), nct_id=ONE)
    store.snoozes.put(Snooze(until=later(5), recipient="ana"))
    store.snoozes.put(ana)
    store.snoozes.put(trial)
    assert store.snoozes.active(NOW) == (trial, ana)
    assert store.snoozes.expire(later(30)) == (trial,)
    assert store.snoozes.active(NOW) == (ana,)
    assert store.snoozes.remove(recipient="ana")
    assert not store.snoozes.remove(recipient="ana")


def test_snooze_of_nothing_is_refused(store):
    with pytest.raises(ValueError, match="needs a recipient or a trial"):
        store.snoozes.put(Snooze(until=NOW))
