"""What a window of several versions comes to: what changed and went back in between, and when each thing was posted.

The base and the newest version are compared like any pair; here those steps are found that left no trace in that
comparison, and the step in which each remaining change came about. Does not read versions and knows no reader.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from watcher.changes.kinds import kind_of
from watcher.changes.model import Change, Comparison, Json, Origin, Severity, Stamp, Verb
from watcher.changes.partial_date import read

_LAG = ("lag_days", "lag_months", "lag_is_most")
_POSITION = re.compile(r"\[\d+\]|#\d+$")


def net_effect(net: Comparison, steps: Sequence[Comparison]) -> Comparison:
    """Add to the comparison of base and newest version what only the steps between them know.

    Args:
        net: Base compared with newest; equal ends have no changes.
        steps: The stored comparisons of neighbouring versions between them, oldest first.

    Returns:
        The comparison with a change of verb `reverted` for everything the steps told that the net comparison does not
        know of, and with the fact `posted_on`, the lag and the origin of the step in which a change came about where
        that was not the newest; as it came when there is nothing of the kind. Changes stay in the order of telling.
    """
    added, kept = reverted(net, steps), tuple(_as_it_came(change, net, steps) for change in net.changes)
    if not added and all(one is other for one, other in zip(kept, net.changes, strict=True)):
        return net
    changes = sorted((*kept, *added), key=lambda change: (change.severity.rank, kind_of(change.kind).rank))
    return replace(net, changes=tuple(changes))


def _as_it_came(change: Change, net: Comparison, steps: Sequence[Comparison]) -> Change:
    """Return a net change the posting, the lag and the origin of the last step that made it what it is.

    The newest version's posting is that of the last update, which may have touched something else.
    """
    place = _place(change)
    made = [(step, one) for step in steps for one in step.changes if one.edits and _place(one) == place]
    if not made or change.origin is not Origin.SPONSOR:
        return change
    if all(one.origin is Origin.REGISTRY for _, one in made):
        return replace(change, origin=Origin.REGISTRY)
    step, last = next((step, one) for step, one in reversed(made) if one.origin is Origin.SPONSOR)
    posted = step.newer.last_update_posted
    if posted is None or posted == net.newer.last_update_posted:
        return change
    facts = {**change.facts, "posted_on": posted}
    return replace(change, facts=_with_lag_of(last, facts) if any(name in facts for name in _LAG) else facts)


def _with_lag_of(last: Change, facts: Mapping[str, Json]) -> Mapping[str, Json]:
    kept = {name: value for name, value in facts.items() if name not in _LAG}
    return kept | {name: last.facts[name] for name in _LAG if name in last.facts}


def reverted(net: Comparison, steps: Sequence[Comparison]) -> tuple[Change, ...]:
    """Find what changed and went back within a window.

    Args:
        net: Base compared with newest.
        steps: The comparisons of neighbouring versions between them, oldest first.

    Returns:
        One change per thing that went back, in the order of its first step: the loudest of its steps with the highest
        level, verb `reverted`, no edits, and the facts `reverted_after_days` (None when the days are not known) and
        `between` (the value it had in between). Noise is left out.
    """
    kept = {_place(change) for change in net.changes}
    found: dict[str, list[tuple[Comparison, Change]]] = {}
    for step in steps:
        for change in step.changes:
            if change.severity is not Severity.NOISE and change.edits and _place(change) not in kept:
                found.setdefault(_place(change), []).append((step, change))
    return tuple(_reverted(pieces) for pieces in found.values() if len({id(step) for step, _ in pieces}) > 1)


def _reverted(pieces: Sequence[tuple[Comparison, Change]]) -> Change:
    loudest = min((change for _, change in pieces), key=lambda change: change.severity.rank)
    first, last = pieces[0], pieces[-1]
    days = _days_between(first[0].newer, last[0].newer)
    return replace(
        loudest,
        rule=f"changed and reverted · {loudest.rule}",
        path=first[1].path,
        verb=Verb.REVERTED,
        before=first[1].before,
        after=last[1].after,
        edits=(),
        record_paths=tuple(sorted({path for _, change in pieces for path in change.record_paths})),
        facts={**loudest.facts, "reverted_after_days": days, "between": first[1].after},
    )


def _place(change: Change) -> str:
    """Name what a change is of, over versions: positions move, and a date's type belongs to the date."""
    if change.path.startswith("eligibility.criteria"):
        return "eligibility.criteria"
    return _POSITION.sub("", change.path).removesuffix("Type")


def _days_between(first: Stamp, last: Stamp) -> int | None:
    one, other = (_day(stamp) for stamp in (first, last))
    return (other - one).days if one is not None and other is not None else None


def _day(stamp: Stamp) -> date | None:
    known = read(stamp.data_version) or read(stamp.last_update_posted)
    return known.first if known is not None else None
