"""Finds what the registry did to many records at once, and makes it noise for readers.

A field family that differs without a sponsor's update in at least 20 trials, and in at least 30 % of those fetched in
one data version, was reformatted by the registry. Kinds that are critical by themselves are never hidden so.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from watcher.changes.model import Change, Comparison, Edit, Json, Origin, Severity

LEAST_TRIALS = 20
LEAST_SHARE = 0.30
_DEPTH = 4  # section, module, field and, in a list or struct, the part of an item

BASE_CRITICAL = frozenset(
    {
        "status.stopped",
        "status.resumed",
        "outcome.primary.added",
        "outcome.primary.removed",
        "outcome.promoted",
        "outcome.demoted",
        "arm.added",
        "arm.removed",
        "intervention.added",
        "intervention.removed",
        "design.phase",
        "results.posted",
        "record.gone",
    }
)
"""Kinds whose default level is critical; with them every `violation.*`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistryWide:
    """What a data version did to many records.

    Attributes:
        families: Field family (keys joined by dots) → number of trials in which it differs without a sponsor's update.
        fetched: Trials fetched in this data version.
        comparisons: The comparisons given, in their order, with the changes of these families made noise.
    """

    families: Mapping[str, int]
    fetched: int
    comparisons: tuple[Comparison, ...]


def registry_wide(comparisons: Sequence[Comparison], *, fetched: int) -> RegistryWide:
    """Find field families the registry reformatted, and quieten their changes.

    Args:
        comparisons: Those of one data version, at most one a trial, against the version before.
        fetched: How many trials were fetched in this data version, unchanged ones included.

    Returns:
        The families found (none is the rule) and the comparisons; a change is made noise, and `registry.reformatted`,
        when the registry made it, all its edits lie in such families and its kind is not critical by itself.
    """
    found = reformatted_families(comparisons, fetched=fetched)
    quiet = tuple(quieten(comparison, found, fetched) for comparison in comparisons) if found else tuple(comparisons)
    return RegistryWide(families=MappingProxyType(found), fetched=fetched, comparisons=quiet)


def reformatted_families(comparisons: Iterable[Comparison], *, fetched: int) -> dict[str, int]:
    """Find the field families the registry reformatted; arguments as for `registry_wide`.

    Takes the comparisons one by one and keeps none: those of a thousand trials need not fit into memory together.
    """
    counts: Counter[str] = Counter()
    for comparison in comparisons:
        counts.update({family(comparison.edits[index]) for change in comparison.changes for index in _silent(change)})
    return {
        name: count
        for name, count in sorted(counts.items())
        if count >= LEAST_TRIALS and count >= LEAST_SHARE * fetched
    }


def family(edit: Edit) -> str:
    """Return the field family of an edit: its keys without list positions, at most four of them."""
    return ".".join(edit.field_path[:_DEPTH])


def _silent(change: Change) -> tuple[int, ...]:
    return change.edits if change.origin is Origin.REGISTRY and change.severity is not Severity.NOISE else ()


def quieten(comparison: Comparison, found: Mapping[str, int], fetched: int) -> Comparison:
    """Make noise of the changes that lie wholly in reformatted field families.

    Args:
        comparison: Of two versions between which the registry reformatted them.
        found: Field family → number of trials, as `registry_wide` found them.
        fetched: Trials fetched in that data version.

    Returns:
        The comparison; as it came when it has no such change.
    """
    changes = tuple(_judged(change, comparison, found, fetched) for change in comparison.changes)
    if changes == comparison.changes:
        return comparison
    return replace(comparison, changes=tuple(sorted(changes, key=lambda change: change.severity.rank)))


def _judged(change: Change, comparison: Comparison, found: Mapping[str, int], fetched: int) -> Change:
    indices = _silent(change)
    is_protected = change.kind in BASE_CRITICAL or change.kind.startswith("violation.")
    families = {family(comparison.edits[index]) for index in indices}
    if not families or is_protected or not families <= set(found):
        return change
    most = max(families, key=lambda name: (found[name], name))
    facts: dict[str, Json] = {**change.facts, "was_kind": change.kind, "what": most.rpartition(".")[2]}
    return replace(
        change,
        kind="registry.reformatted",
        severity=Severity.NOISE,
        rule=f"{change.rule} · {change.severity} → noise: registry-wide, {found[most]} of {fetched} trials",
        facts=facts,
    )
