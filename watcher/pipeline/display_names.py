"""The names that trials are called by: the operator's own, else the record's; the id beside it where two are alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from watcher.archive import decode
from watcher.changes.wording.values import short
from watcher.errors import WatcherError
from watcher.store.store import Store
from watcher.store.trial_model import Presence
from watcher.study.names import short_name, told_apart

_MOST_OWN = 80
"""Characters of an operator's own name, as of one that is made."""


def keep_missing_names(store: Store, ids: Collection[str]) -> None:
    """Keep the names of trials whose newest versions have none yet, so that their records are read only once."""
    store.versions.keep_short_names(_from_records(store, _nameless(store, ids)))


def display_names(
    store: Store, own: Mapping[str, str | None], known: Mapping[str, str] | None = None
) -> Mapping[str, str]:
    """Return the name of each trial, told apart from all others of them.

    Args:
        store: Only read.
        own: All trials that one recipient watches, each with the operator's name for it, or None.
        known: Names that were just made from the newest records, by id.

    Returns:
        By id, in the order of `own`; a trial that was never read is called by its id.
    """
    known = known or {}
    ids = [nct_id for nct_id, name in own.items() if not name and nct_id not in known]
    made = {**store.versions.short_names(ids), **_from_records(store, _nameless(store, ids)), **known}
    names = {nct_id: name or made.get(nct_id) or nct_id for nct_id, name in own.items()}
    shown = {nct_id: short(name, _MOST_OWN) for nct_id, name in names.items()}
    merged = {kept.nct_id for kept in store.trials.kept(list(own)) if kept.presence is Presence.MERGED}
    # an id that became an alias is the same trial as the one it was merged into: not two of one name
    return shown | told_apart({nct_id: name for nct_id, name in shown.items() if nct_id not in merged})


def _nameless(store: Store, ids: Collection[str]) -> list[str]:
    return [nct_id for nct_id, name in store.versions.short_names(ids).items() if name is None]


def _from_records(store: Store, ids: Iterable[str]) -> dict[str, str]:
    """Make names from the newest records; a record that cannot be read back gives none and harms no other."""
    names: dict[str, str] = {}
    for nct_id in ids:
        try:
            body = store.versions.newest_body(nct_id)
            if body is not None:
                names[nct_id] = short_name(decode(body))
        except WatcherError:  # a damaged record: reported where its changes are
            continue
    return names
