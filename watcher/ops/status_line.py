"""How the watcher stands, in the one line that `systemctl status` shows."""

from __future__ import annotations

from datetime import datetime

from watcher.pipeline.fault_states import failing
from watcher.store.delivery_model import State
from watcher.store.store import Store

_NAMED = 3


def status_line(store: Store, *, watched: int, next_poll: datetime | None) -> str:
    """Return in one line what an operator wants to know first.

    Args:
        store: The open store; read only.
        watched: How many trials are watched.
        next_poll: When the next poll begins, or None when that is not known.

    Returns:
        Without line breaks: what is watched, the last poll and the next, what waits, what fails.
    """
    return "; ".join(
        part for part in (f"{watched:,} watched", _polls(store, next_poll), _waiting(store), _failing(store)) if part
    )


def _polls(store: Store, next_poll: datetime | None) -> str:
    last = store.polls.last()
    coming = f", next {next_poll:%H:%M} UTC" if next_poll is not None else ""
    if last is None:
        return f"not polled yet{coming}"
    data = f"data of {last.token[:10]}, " if last.token else ""
    return f"{data}last poll {last.finished:%d %b %H:%M} UTC: {last.outcome.value.replace('_', ' ')}{coming}"


def _waiting(store: Store) -> str:
    counts = store.outbox.counts()
    waiting = sum(counts[state] for state in (State.PENDING, State.SENDING, State.UNKNOWN))
    said = [f"{waiting} to send"] if waiting else []
    if counts[State.DEAD]:
        said.append(f"{counts[State.DEAD]} given up")
    if counts[State.REJECTED]:
        said.append(f"{counts[State.REJECTED]} rejected")
    return ", ".join(said)


def _failing(store: Store) -> str:
    names = [fault.part for fault in failing(store.faults.all())]
    if not names:
        return "all well"
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"failing: {', '.join(names[:_NAMED])}{more}"
