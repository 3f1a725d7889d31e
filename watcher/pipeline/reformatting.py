"""Detect that the registry reformatted many records at once, and make those changes noise.

Judged once per data version, when all of it has been read and before anybody is told (design: Poll). What was found is
remembered, so that windows over several versions are quiet about it too.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import structlog

from watcher.archive import REFORMATTED, decode_comparison, pack
from watcher.changes.meaning.registry_wide import LEAST_TRIALS, quieten, reformatted_families
from watcher.changes.model import Comparison
from watcher.context import RunContext
from watcher.errors import DamagedError
from watcher.store.store import Store

log = structlog.get_logger()

_JUDGED = "registry-wide.judged"
_AT_ONCE = 50
"""Comparisons rewritten together."""


def detect_reformatting(
    context: RunContext, token: str | None, fetched: int, *, is_whole: bool = True
) -> tuple[str, ...]:
    """Examine everything that changed in a data version.

    Runs once per data version, or earlier if part of it must be told earlier.

    Args:
        context: What the run works with.
        token: The registry's token.
        fetched: How many trials are watched.
        is_whole: Whether all of them were read of it; else it is judged again when the others are.

    Returns:
        The field families that were reformatted; empty when none were, or when some were found before.
    """
    store = context.store
    if token is None or store.notes.get(_JUDGED) == token:
        return ()
    day = token[:10]
    note = store.notes.get(f"{REFORMATTED}{day}")
    known = json.loads(note)["families"] if note is not None else {}
    families = _reformatted(context, day, fetched, known)
    if is_whole:
        store.notes.put(_JUDGED, token)
    if known or not families:
        return ()
    log.warning("registry_reformatted", data_version=day, families=sorted(families))
    return tuple(sorted(families))


def _reformatted(context: RunContext, day: str, fetched: int, known: Mapping[str, int]) -> Mapping[str, int]:
    store = context.store
    changed = store.versions.of_data_version(day)
    if len(changed) < LEAST_TRIALS:
        return {}
    stored = (one for version in changed if (one := _stored(store, version.seq)) is not None)
    families = {**known, **reformatted_families(stored, fetched=fetched)}
    if not families:
        return {}
    # first of all: judged again after a kill, those made quiet already would not be counted
    store.notes.put(f"{REFORMATTED}{day}", json.dumps({"families": families, "fetched": fetched}))
    for start in range(0, len(changed), _AT_ONCE):
        _quieten([version.seq for version in changed[start : start + _AT_ONCE]], families, fetched, store)
    return families


def _quieten(seqs: Sequence[int], families: Mapping[str, int], fetched: int, store: Store) -> None:
    quiet = {}
    for seq in seqs:
        stored = _stored(store, seq)
        new = stored if stored is None else quieten(stored, families, fetched)
        if new is not None and new != stored:
            quiet[seq] = pack(new)
    store.versions.replace_comparisons(quiet)


def _stored(store: Store, seq: int) -> Comparison | None:
    """Return a stored comparison; None for one that is damaged: the others are judged without it."""
    try:
        stored = store.versions.comparison(seq)
        return None if stored is None else decode_comparison(stored)
    except DamagedError as error:
        log.warning("comparison_damaged", seq=seq, reason=str(error))
        return None
