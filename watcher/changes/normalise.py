"""The canonical record: what two versions of one trial are compared as, and its hash.

Leaves out the data version stamp, which moves in every record with every build of the registry, and nulls and objects
without a member, which the registry does not send: both say as much as a key that is not there. Hides nothing else:
what is noise is a change with a rule, not a normalisation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from operator import itemgetter
from typing import cast

from watcher.changes.model import Json, Record

STAMP = ("derivedSection", "miscInfoModule", "versionHolder")
"""The data version: the day the registry built its data, the same in all records of a build.

Source: ClinicalTrials.gov API v2, measured: in 98.6 % of day-to-day transitions nothing else differs.
"""

_quote = json.encoder.encode_basestring
_first = itemgetter(0)
_EMPTY_OBJECT = "{}"


def normalise(record: Record) -> Record:
    """Return the canonical record.

    Lists keep their order here, so that positions can be shown; that order means nothing is the business of
    `canonical_hash` and of pairing.

    Args:
        record: One decoded study.

    Returns:
        The record without `versionHolder`, nulls and objects that hold nothing (or nothing but these). Parts that have
        none of them are shared with the argument, not copied. Normalising twice is normalising once.
    """
    return cast("Record", without_empty(_without_stamp(record)))


def _without_stamp(record: Record) -> Record:
    section = record.get(STAMP[0])
    module = section.get(STAMP[1]) if isinstance(section, Mapping) else None
    if not isinstance(section, Mapping) or not isinstance(module, Mapping) or STAMP[2] not in module:
        return record
    return _put(record, STAMP[0], _put(section, STAMP[1], {key: module[key] for key in module if key != STAMP[2]}))


def _put(parent: Mapping[str, Json], key: str, child: Mapping[str, Json]) -> Mapping[str, Json]:
    """Replace a child in a copy of its parent; a child that became empty leaves with its key."""
    return {name: child if name == key else value for name, value in parent.items() if name != key or child}


def without_empty(value: Json) -> Json:
    """Return a value without the nulls and the empty objects in it; the value itself when it has none."""
    # The registry sends neither: one search of the printed value, which runs in C, saves rebuilding all of it.
    if (
        value is None
        or isinstance(value, str | int | float)
        or not ("None" in (printed := repr(value)) or "{}" in printed)
    ):
        return value
    if isinstance(value, Mapping):
        members = {key: without_empty(part) for key, part in value.items()}
        return {key: part for key, part in members.items() if not _is_nothing(part)}
    return [part for item in value or () if not _is_nothing(part := without_empty(item))]


def _is_nothing(value: Json) -> bool:
    return value is None or (isinstance(value, Mapping) and not value)


def canonical_hash(record: Record) -> str:
    """Return the hash of the canonical record: equal for records that say the same, whatever the order.

    Blind to the order of keys and of lists, to nulls, to empty objects and to the data version. Numbers count by value:
    1 and 1.0 are one, and differ from true. False and absent differ, and so do an empty list and none.

    Args:
        record: One decoded study, canonical or not.

    Returns:
        64 hexadecimal digits.
    """
    return hashlib.blake2b(
        canonical_text(_without_stamp(record)).encode("utf-8", "surrogatepass"), digest_size=32
    ).hexdigest()


def canonical_text(value: Json) -> str:
    """Print a value so that two print alike exactly when they say the same, whatever the order of keys and lists."""
    # Told first what most values are: this runs over every record of a first baseline.
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, dict | Mapping):
        pairs = [
            f"{_quote(key)}:{text}"
            for key, part in sorted(value.items(), key=_first)
            if part is not None
            and (text := _quote(part) if isinstance(part, str) else canonical_text(part)) != _EMPTY_OBJECT
        ]
        return "{" + ",".join(pairs) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, int):
        return repr(value)
    items = [canonical_text(part) for part in value or () if part is not None]
    return "[" + ",".join(sorted(text for text in items if text != _EMPTY_OBJECT)) + "]"


def says_the_same(one: Json, other: Json) -> bool:
    """Return whether two values are equal in every place, lists in the same order.

    Stricter than `==`, for which true is 1; blind to the order of keys.
    """
    if one is other:
        return True
    if one != other:
        return False
    if isinstance(one, str):
        return True
    # Equal and printed alike is the same; printed otherwise it may still be a matter of key order, or of 1 and 1.0.
    return repr(one) == repr(other) or _alike(one, other)


def _alike(one: Json, other: Json) -> bool:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return all(_alike(part, other[key]) for key, part in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return all(map(_alike, one, other))
    return isinstance(one, bool) == isinstance(other, bool)
