"""Compares two records: the only user of deepdiff.

Equal parts are dropped first: whole modules as they came, then every equal subtree. Lists are compared item by item, as
`changes.pairing` matches them. Only the places that differ go to DeepDiff, in one call per record and as two flat maps,
so that the cost is that of the difference and not of the record.

Does not judge: `meaning` does. Does not word: `wording` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias, cast

from watcher.changes.fields.catalogue import CATALOGUE_REVISION, identity_of
from watcher.changes.meaning import judge
from watcher.changes.meaning.evidence import Evidence, History
from watcher.changes.model import Comparison, Edit, Json, Place, Record, Stamp, Step
from watcher.changes.normalise import STAMP, canonical_text, normalise, says_the_same
from watcher.changes.pairing import pair_items
from watcher.errors import UsageError
from watcher.study.read import at

_Steps: TypeAlias = tuple[Step, ...]

_POSTED = ("protocolSection", "statusModule", "lastUpdatePostDateStruct", "date")
_SUBMITTED = ("protocolSection", "statusModule", "lastUpdateSubmitDate")
_MODULE_DEPTH = 2
"""Sections and modules are frames: one that appears or vanishes is told field by field."""


def compare_records(old: Record, new: Record, *, history: History | None = None) -> Comparison:
    """Compare two records of one trial: every difference, and what it means.

    Args:
        old: The older record, decoded, as the registry sent it.
        new: The newer one.
        history: What versions before these said; None when only these two are known.

    Returns:
        All edits in path order and all changes in the order of telling; both empty when the records say the same. Every
        edit is claimed by at least one change.

    Raises:
        UsageError: One of them is no record of a study, they are of two different trials, or one is nested hundreds of
            levels deep (records of the registry have about fifteen).
    """
    try:
        return _compared(old, new, history if history is not None else History())
    except RecursionError as error:
        raise UsageError("these records are nested too deeply to be compared") from error


def _compared(old: Record, new: Record, history: History) -> Comparison:
    older, newer = _stamp_of(old), _stamp_of(new)
    nct_id = _id_of(old, "older")
    if nct_id != _id_of(new, "newer"):
        raise UsageError(
            f"these are two different trials, {nct_id} and {_id_of(new, 'newer')}: compare two records of one"
        )
    canonical_old, canonical_new = normalise(old), normalise(new)
    edits = _edits(canonical_old, canonical_new)
    evidence = Evidence(
        nct_id=nct_id,
        old=canonical_old,
        new=canonical_new,
        edits=edits,
        history=history,
        has_sponsor_update=_has_update(old, new),
        posted=newer.last_update_posted,
        data_version=newer.data_version,
        older_data_version=older.data_version,
    )
    return Comparison(
        nct_id=nct_id,
        older=older,
        newer=newer,
        edits=edits,
        changes=judge.judge(evidence) if edits else (),
        catalogue_revision=CATALOGUE_REVISION,
    )


def edits_between(old: Record, new: Record) -> tuple[Edit, ...]:
    """Return every differing place between two records.

    A field that appears or vanishes is one edit with its whole value, and so is an item of a list; a section or module
    that does is told field by field.

    Args:
        old: The older record, canonical or not.
        new: The newer one.

    Returns:
        Edits in path order (keys by alphabet, items by the position they are shown at); empty when the canonical
        records are the same.
    """
    return _edits(normalise(old), normalise(new))


def _edits(old: Record, new: Record) -> tuple[Edit, ...]:
    walk = _Walk()
    walk.frame((), old, new, depth=0)
    return tuple(sorted(walk.edits(), key=_order))


def apply_edits(old: Record, edits: Iterable[Edit]) -> Record:
    """Make the newer record of the older one and the edits: the proof that nothing is missing from them.

    Returns:
        A record whose canonical hash is the newer record's. Items added to a list stand at its end.
    """
    return cast("Record", _applied(normalise(old), [(edit.steps, edit) for edit in edits], depth=0))


@dataclass(slots=True)
class _Walk:
    """Walk down two records and collect the places that differ, with both values."""

    places: list[_Steps] = field(default_factory=list)
    old: dict[int, Json] = field(default_factory=dict)
    new: dict[int, Json] = field(default_factory=dict)

    def differ(self, steps: _Steps, before: Json, after: Json) -> None:
        """Record a place that differs; None stands for a value that is not there."""
        if before is not None:
            self.old[len(self.places)] = before
        if after is not None:
            self.new[len(self.places)] = after
        self.places.append(steps)

    def frame(self, steps: _Steps, old: Mapping[str, Json], new: Mapping[str, Json], depth: int) -> None:
        """Look into the record, a section or a module."""
        for key in sorted({*old, *new}):
            before, after, here = old.get(key), new.get(key), (*steps, key)
            if says_the_same(before, after):
                continue
            if depth < _MODULE_DEPTH and _is_frame(before) and _is_frame(after):
                self.frame(here, cast("Record", before or {}), cast("Record", after or {}), depth + 1)
            elif before is None or after is None or not before or not after:
                self.differ(here, before, after)
            else:
                self.value(here, cast("tuple[str, ...]", here), before, after)

    def value(self, steps: _Steps, keys: tuple[str, ...], before: Json, after: Json) -> None:
        """Look into two values that differ and are both there."""
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            for key in sorted({*before, *after}):
                self.child((*steps, key), (*keys, key), before.get(key), after.get(key))
        elif _is_list(before) and _is_list(after):
            self.items(steps, keys, cast("Sequence[Json]", before), cast("Sequence[Json]", after))
        else:
            self.differ(steps, before, after)

    def child(self, steps: _Steps, keys: tuple[str, ...], before: Json, after: Json) -> None:
        """Look into two values of which one may be missing."""
        if says_the_same(before, after):
            return
        if before is None or after is None:
            self.differ(steps, before, after)
        else:
            self.value(steps, keys, before, after)

    def items(self, steps: _Steps, keys: tuple[str, ...], old: Sequence[Json], new: Sequence[Json]) -> None:
        """Pair the items of two lists and look into each pair."""
        pairing = pair_items(old, new, identity_of(keys))
        for was, to in pairing.pairs:
            self.child((*steps, Place(was, to)), keys, old[was], new[to])
        for was in pairing.removed:
            self.differ((*steps, Place(was, None)), old[was], None)
        for to in pairing.added:
            self.differ((*steps, Place(None, to)), None, new[to])

    def edits(self) -> Iterable[Edit]:
        """Return the edits as DeepDiff names them."""
        if not self.places:
            return
        from deepdiff import DeepDiff  # a run with no news does not pay for loading it

        found = DeepDiff(
            {str(at): self._shown(value, at) for at, value in self.old.items()},  # it prints texts faster than numbers
            {str(at): self._shown(value, at) for at, value in self.new.items()},
            view="tree",
            verbose_level=0,
            threshold_to_diff_deeper=0,
            ignore_private_variables=False,
        )
        places = {int(difference.get_root_key()) for differences in found.values() for difference in differences}
        for place in places:
            yield Edit(steps=self.places[place], before=self.old.get(place), after=self.new.get(place))

    def _shown(self, value: Json, at: int) -> Json:
        """Return a value as DeepDiff sees it: values present on both sides are printed in one line.

        DeepDiff makes a line diff of any text with a line break, at great length for an eligibility text, and would
        descend into what is one edit here.
        """
        is_plain = value is None or isinstance(value, bool | int | float)
        return value if is_plain or at not in self.old or at not in self.new else canonical_text(value)


def _is_frame(value: Json) -> bool:
    return value is None or (isinstance(value, Mapping) and bool(value))


def _is_list(value: Json) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _order(edit: Edit) -> tuple[tuple[str, int, bool], ...]:
    return tuple(
        (step, 0, False) if isinstance(step, str) else ("", step.shown, step.new is not None) for step in edit.steps
    )


def _applied(value: Json, edits: Sequence[tuple[_Steps, Edit]], depth: int) -> Json:
    below: dict[Step, list[tuple[_Steps, Edit]]] = {}
    for steps, edit in edits:
        if not steps:
            return edit.after
        below.setdefault(steps[0], []).append((steps[1:], edit))
    if any(isinstance(step, Place) for step in below):
        return _applied_to_list(
            cast("Sequence[Json]", value), cast("Mapping[Place, list[tuple[_Steps, Edit]]]", below), depth
        )
    result = dict(cast("Record", value or {}))
    for step, rest in below.items():
        key = cast("str", step)
        part = _applied(result.get(key), rest, depth + 1)
        # A section or module that lost its last field is gone; an object further down may stay empty.
        if part is None or (depth < _MODULE_DEPTH and part == {} and rest[0][0]):
            del result[key]
        else:
            result[key] = part
    return result


def _applied_to_list(items: Sequence[Json], below: Mapping[Place, list[tuple[_Steps, Edit]]], depth: int) -> Json:
    by_position = {place.old: rest for place, rest in below.items() if place.old is not None}
    kept = [_applied(item, by_position[at], depth + 1) if at in by_position else item for at, item in enumerate(items)]
    added = [rest[0][1].after for place, rest in below.items() if place.old is None]
    return [item for item in [*kept, *added] if item is not None]


def _text_at(record: Record, *path: str) -> str | None:
    value = at(record, *path)
    return value if isinstance(value, str) else None


def _id_of(record: Record, which: str) -> str:
    nct_id = _text_at(record, "protocolSection", "identificationModule", "nctId")
    if nct_id is None:
        raise UsageError(
            f"the {which} file is no record of a study: it has no protocolSection.identificationModule.nctId; "
            "save a study of the registry's API v2 as JSON and compare that"
        )
    return nct_id


def _stamp_of(record: Record) -> Stamp:
    return Stamp(data_version=_text_at(record, *STAMP), last_update_posted=_text_at(record, *_POSTED))


def _has_update(old: Record, new: Record) -> bool:
    """Return whether the sponsor posted an update between the two: one of its two dates moved."""
    return any(at(new, *path) is not None and at(new, *path) != at(old, *path) for path in (_POSTED, _SUBMITTED))
