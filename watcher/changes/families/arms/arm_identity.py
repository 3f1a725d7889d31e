"""Which arms and interventions of two records are proved to be the same under another name.

A pair made by like content alone is taken apart; what is left over on both sides is paired anew where its names prove
it, and an arm where nothing but its label differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from watcher.changes.families.arms.arm_members import ARM, INTERVENTION, Sort
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.naming import is_heading_of, is_one_thing, other_names
from watcher.changes.meaning.parts import Item, merged
from watcher.changes.meaning.text_equality import essence, words
from watcher.changes.model import Json, Record
from watcher.study.read import as_list, as_object, as_text, at, texts

_MOST_ASKED = 60
"""As many left-over items a side are compared by name; of longer lists the first."""

_NUMBERED = words("arm arms cohort cohorts group groups part parts phase stage step dose level panel ii iii iv")
_LEAST_NAME = 3
_LEAST_DESCRIPTION = 40
"""As many characters describe an arm that names no intervention, so that it is known by them."""


_IsSame = Callable[[Json, Json], bool]


def proved(items: Mapping[str, Sequence[Item]], evidence: Evidence) -> dict[str, tuple[Item, ...]]:
    """Take pairs apart that nothing proves, and pair anew what its names prove.

    Args:
        items: `arm` and `intervention` → the differing items of that list, as they were paired by likeness.
        evidence: The two records.

    Returns:
        The same items by kind; every edit that one had is still with at least one of them.
    """

    def is_same_intervention(old: Json, new: Json) -> bool:
        """Return True if the names prove that two items are one intervention."""
        before, after = _name(INTERVENTION, old), _name(INTERVENTION, new)
        return is_one_thing(before, after, old_others=other_names(old), new_others=other_names(new)) or is_heading_of(
            before, after, evidence.old, evidence.new
        )

    interventions = _proved(INTERVENTION, items["intervention"], is_same_intervention)
    renamed = {
        _name(INTERVENTION, item.old): _name(INTERVENTION, item.new)
        for item in interventions
        if item.old is not None and item.new is not None
    }
    called = {was: now for was, now in renamed.items() if was != now and len(was) >= _LEAST_NAME}
    contents = _contents(evidence.old, called), _contents(evidence.new, {})

    def is_same_arm(old: Json, new: Json) -> bool:
        """Return True if labels or contents prove that two items are one arm."""
        before, after = _name(ARM, old), _name(ARM, new)
        if is_one_thing(before, after, renamed=called):
            return True
        content = _content(old, called)
        if content is None or content != _content(new, {}):
            return _rest(old) == _rest(new) and _is_within(before, after)
        # Nothing but the label differs: no other arm of either record has this content, or the old label is in the new.
        return all(side.count(content) == 1 for side in contents) or _is_within(before, after)

    return {"arm": _proved(ARM, items["arm"], is_same_arm), "intervention": interventions}


def _proved(sort: Sort, items: Sequence[Item], is_same: _IsSame) -> tuple[Item, ...]:
    kept: list[Item] = []
    old: list[Item] = []
    new: list[Item] = []
    for item in items:
        if item.old is not None and item.new is not None:
            if essence(_name(sort, item.old)) == essence(_name(sort, item.new)) or is_same(item.old, item.new):
                kept.append(item)
                continue
            old.append(Item(item.old, None, item.edits, {}))
            new.append(Item(None, item.new, item.edits, {}))
        else:
            (old if item.new is None else new).append(item)
    for gone in old[:_MOST_ASKED]:
        came = next((one for one in new[:_MOST_ASKED] if is_same(gone.old, one.new)), None)
        if came is not None:
            new.remove(came)
            kept.append(_joined(gone, came))
        else:
            kept.append(gone)
    return (*kept, *old[_MOST_ASKED:], *new)


def _joined(gone: Item, came: Item) -> Item:
    edits = merged(gone.edits, came.edits)
    before, after = as_object(gone.old), as_object(came.new)
    differing = {key: edits for key in (*before, *after) if before.get(key) != after.get(key)}
    return Item(gone.old, came.new, edits, differing)


def _name(sort: Sort, item: Json) -> str:
    return as_text(as_object(item).get(sort.name))


def _is_within(one: str, other: str) -> bool:
    """Return whether one label is the other with a number or the like beside it: `Group A`, `Cohort 1: Group A`."""
    shorter, longer = sorted((essence(one), essence(other)), key=len)
    ends = (
        (*longer[:at], *longer[at + len(shorter) :])
        for at in range(len(longer) - len(shorter) + 1)
        if longer[at : at + len(shorter)] == shorter
    )
    return bool(shorter) and any(
        all(len(word) == 1 or word.isdigit() or word in _NUMBERED for word in left) for left in ends
    )


def _rest(arm: Json) -> Mapping[str, Json]:
    return {key: value for key, value in as_object(arm).items() if key != ARM.name}


_Content = tuple[str, tuple[str, ...], frozenset[str]]


def _contents(record: Record, called: Mapping[str, str]) -> list[_Content | None]:
    arms = as_list(at(record, "protocolSection", "armsInterventionsModule", "armGroups"))
    return [_content(one, called) for one in arms]


def _content(arm: Json, called: Mapping[str, str]) -> _Content | None:
    """Return what an arm is apart from its label, or None when nothing in it is to be known by."""
    one = as_object(arm)
    names = {name.partition(": ")[2] or name for name in texts(one.get("interventionNames"))}
    if not names and len(as_text(one.get("description"))) < _LEAST_DESCRIPTION:
        return None
    return (
        as_text(one.get("type")),
        essence(as_text(one.get("description"))),
        frozenset(called.get(name, name).casefold() for name in names),
    )
