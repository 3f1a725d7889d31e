"""Find the trials that were added to a recipient's watches since they were last told what they watch.

An addition alone makes no message: it goes with the next digest or heartbeat, once. First sight of a recipient is the
welcome, which names every trial.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from watcher.context import RunContext
from watcher.digests.routing import SubscribedTrial
from watcher.store.delivery_model import RecipientState, recipient_note

ANNOUNCED = "announced"
"""Note of a recipient: the trials that a welcome, a digest or a heartbeat has named as watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedTrials:
    """What a recipient does not know to be watched yet.

    Attributes:
        trials: To announce, in the order of the watchlist; usually empty.
        note: What to note when they are announced; None when that is stored already.
        untold_note: What to note when they are not, for a first time or for trials taken out; else None.
    """

    trials: tuple[SubscribedTrial, ...]
    note: str | None
    untold_note: str | None


def all_announced(subscribed: Iterable[SubscribedTrial]) -> str:
    """Return the note of a recipient who was told of all these trials."""
    return _note(trial.nct_id for trial in subscribed)


def added_trials(
    context: RunContext,
    state: RecipientState,
    subscribed: Sequence[SubscribedTrial],
    snoozed: Sequence[SubscribedTrial] = (),
) -> AddedTrials:
    """Return the subscribed trials to announce; a trial that was never read waits until it is.

    Args:
        context: What the run works with; only read.
        state: The recipient, as the ledger knows them.
        subscribed: Their trials.
        snoozed: Their trials that are held back; announced when that ends.
    """
    stored = context.store.notes.get(recipient_note(state.name, ANNOUNCED))
    every = {trial.nct_id for trial in (*subscribed, *snoozed)}
    known = every & set(stored.split()) if stored is not None else every - _new_since_cursor(context, state, every)
    merged = context.store.trials.merged()
    known |= {into for old, into in merged.items() if old in known and into in every}  # told as a merger
    unknown = [trial for trial in subscribed if trial.nct_id not in known and trial.nct_id not in merged]
    read = context.store.versions.short_names([trial.nct_id for trial in unknown])
    trials = tuple(trial for trial in unknown if trial.nct_id in read)
    untold, told = _note(known), _note((*known, *(trial.nct_id for trial in trials)))
    return AddedTrials(
        trials=trials,
        note=told if told != stored else None,
        untold_note=untold if untold != stored else None,
    )


def _new_since_cursor(context: RunContext, state: RecipientState, ids: Collection[str]) -> set[str]:
    """Return the trials first read after what a recipient was told last; none before their first digest."""
    if state.cursor == 0:
        return set()
    windows = context.store.ledger.windows(state.name, ids)
    return {window.nct_id for window in windows if window.base is None or window.from_baseline}


def _note(ids: Iterable[str]) -> str:
    return " ".join(sorted(ids))
