"""Find the trials that were added to a recipient's watches since they were last told what they watch.

An addition alone makes no message: it goes with the next digest or heartbeat, once. First sight of a recipient is the
welcome, which names every trial.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from watcher.context import RunContext
from watcher.digests.routing import SubscribedTrial
from watcher.pipeline.pending_changes import PendingStory
from watcher.store.delivery_model import RecipientState, recipient_note

ANNOUNCED = "announced"
"""Note of a recipient: the trials that a welcome, a digest or a heartbeat has named as watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedTrials:
    """What a recipient does not know to be watched yet.

    Attributes:
        trials: To announce, in the order of the watchlist; usually empty.
        note: What to note when they are announced; None when that is stored already.
        untold_note: What to note when they are not: for a first time, for trials taken out, and for those that entered
            a search, which is reported as such; else None.
        known: The trials they know.
    """

    trials: tuple[SubscribedTrial, ...]
    note: str | None
    untold_note: str | None
    known: frozenset[str]


def all_announced(subscribed: Iterable[SubscribedTrial]) -> str:
    """Return the note of a recipient who was told of all these trials."""
    return _note(trial.nct_id for trial in subscribed)


def added_trials(
    context: RunContext,
    state: RecipientState,
    subscribed: Sequence[SubscribedTrial],
    snoozed: Sequence[SubscribedTrial] = (),
    pending: Collection[PendingStory] = (),
) -> AddedTrials:
    """Return the subscribed trials to announce; a trial that was never read waits until it is.

    Args:
        context: What the run works with; only read.
        state: The recipient, as the ledger knows them.
        subscribed: Their trials.
        snoozed: Their trials that are held back; announced when that ends.
        pending: What changed for them and is told now.
    """
    stored = context.store.notes.get(recipient_note(state.name, ANNOUNCED))
    every = {trial.nct_id for trial in (*subscribed, *snoozed)}
    if stored is not None:
        known = every & set(stored.split())
    elif state.cursor:
        known = every - _new_since_cursor(context, state, every)
    else:
        known = every - _new_before_first_digest(context, state, pending)
    merged = context.store.trials.merged() if every - known else {}
    known |= {into for old, into in merged.items() if old in known and into in every}  # told as a merger
    entered = {entry.window.nct_id for entry in pending if entry.has_entered}
    unknown = [trial for trial in subscribed if trial.nct_id not in known and trial.nct_id not in merged]
    waiting = entered | (context.store.searches.owed_ids() if unknown else set())  # each is told of by itself
    read = context.store.versions.short_names([trial.nct_id for trial in unknown if trial.nct_id not in waiting])
    trials = tuple(trial for trial in unknown if trial.nct_id in read)
    untold = _note(known | entered)
    told = _note(known | entered | {trial.nct_id for trial in trials})
    return AddedTrials(
        trials=trials,
        note=told if told != stored else None,
        untold_note=untold if untold != stored else None,
        known=frozenset(known),
    )


def _new_since_cursor(context: RunContext, state: RecipientState, ids: Collection[str]) -> set[str]:
    """Return the trials first read after what a recipient was told last."""
    windows = context.store.ledger.windows(state.name, ids)
    return {window.nct_id for window in windows if window.base is None or window.from_baseline}


def _new_before_first_digest(context: RunContext, state: RecipientState, pending: Iterable[PendingStory]) -> set[str]:
    """Return the trials that a search brought after the first poll for a recipient who was told nothing yet."""
    bases = {entry.window.base: entry.window.nct_id for entry in pending if entry.has_entered and entry.window.base}
    first = context.store.polls.first_complete(state.started_at) if bases else None
    if first is None:
        return set()
    return {bases[seq] for seq, seen in context.store.versions.seen(bases).items() if seen > first.finished}


def _note(ids: Iterable[str]) -> str:
    return " ".join(sorted(ids))
