"""What is remembered of the registry's firewall between runs: the transport that passed, the open breaker.

Reads and writes the store's notes; decides nothing (`registry.transport_choice` does).
"""

from __future__ import annotations

import json
from datetime import datetime

from watcher.registry.registry_model import Breaker, Transport, TransportMemory
from watcher.store.store import Store

_TRANSPORT = "registry.transport"
_BREAKER = "registry.breaker"


def transport(store: Store) -> TransportMemory | None:
    """Return the transport that passed last, or None."""
    note = store.notes.get(_TRANSPORT)
    if note is None:
        return None
    found = json.loads(note)
    return TransportMemory(passed=Transport(found["passed"]), until=datetime.fromisoformat(found["until"]))


def remember_transport(store: Store, memory: TransportMemory | None) -> None:
    """Keep what a run learnt; writes only what differs."""
    if memory is not None and memory != transport(store):
        note = {"passed": memory.passed.value, "until": memory.until.isoformat()}
        store.notes.put(_TRANSPORT, json.dumps(note))


def breaker(store: Store) -> Breaker | None:
    """Return the breaker, open or over, or None."""
    note = store.notes.get(_BREAKER)
    if note is None:
        return None
    found = json.loads(note)
    return Breaker(until=datetime.fromisoformat(found["until"]), settings=found["settings"])


def refusal(store: Store) -> str:
    """Return the sentence the breaker was opened with."""
    note = store.notes.get(_BREAKER)
    return "" if note is None else str(json.loads(note)["reason"])


def keep_breaker(store: Store, opened: Breaker, reason: str) -> None:
    """Keep a breaker that was opened now."""
    note = {"until": opened.until.isoformat(), "settings": opened.settings, "reason": reason}
    store.notes.put(_BREAKER, json.dumps(note))


def close_breaker(store: Store) -> None:
    """Forget the breaker: the registry answered."""
    if store.notes.get(_BREAKER) is not None:
        store.notes.remove(_BREAKER)
