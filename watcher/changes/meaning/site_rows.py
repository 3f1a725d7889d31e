"""The differing rows of the list of sites, matched by place: what stayed, what came, what went.

Rows come paired by the catalogue's keys. A pair whose rows do not mean the same place is taken apart here, and what is
left over is matched once more by place. The work grows linearly with the number of rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Item, as_list, as_text, merged, protocol
from watcher.changes.meaning.places import Site, is_same_place, point, site


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A differing site.

    Attributes:
        old: Its row in the older record, None when it came.
        new: Its row in the newer record, None when it went.
        item: The edits that touch it; for rows matched here all edits of both halves under every key.
    """

    old: Site | None
    new: Site | None
    item: Item

    @property
    def shown(self) -> Site:
        """The newer row, or the older one of a site that went."""
        found = self.new if self.new is not None else self.old
        assert found is not None  # noqa: S101 — a row is in at least one record
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteList:
    """All that is to be known about the two lists of sites.

    Attributes:
        old: Every row of the older record.
        new: Every row of the newer record.
        rows: The differing ones, matched by place; in the order of their edits.
        old_overall: Overall status of the older record.
        new_overall: Overall status of the newer record.
        repeated: Keys that stand more than once in one of the records.
    """

    old: Sequence[Site]
    new: Sequence[Site]
    rows: Sequence[SiteRow]
    old_overall: str
    new_overall: str
    repeated: frozenset[str]

    @property
    def has_new_overall(self) -> bool:
        """Whether the overall status changed too."""
        return self.old_overall != self.new_overall

    def path(self, one: Site) -> str:
        """Give the seed-style path of a site; the postal code is appended where the key would repeat."""
        code = as_text(one.row.get("zip")).lower()
        return f"locations.{one.key}" + (f"|{code}" if one.key in self.repeated and code else "")


def site_list(evidence: Evidence) -> SiteList | None:
    """Match the differing rows of the list of sites.

    Args:
        evidence: The two records and their edits.

    Returns:
        The two lists, or None when no edit touches them.
    """
    module = protocol(evidence, "contactsLocationsModule")
    if not module.touching("locations"):
        return None
    status = protocol(evidence, "statusModule")
    old, new = (tuple(site(row) for row in as_list(side("locations"))) for side in (module.before, module.after))
    repeats = (Counter(one.key for one in side) for side in (old, new))
    return SiteList(
        old=old,
        new=new,
        rows=_matched(module.items("locations"), {id(one.row): one for one in (*old, *new)}),
        old_overall=as_text(status.before("overallStatus")),
        new_overall=as_text(status.after("overallStatus")),
        repeated=frozenset(key for side in repeats for key, count in side.items() if count > 1),
    )


def _matched(items: Iterable[Item], read: Mapping[int, Site]) -> list[SiteRow]:
    """Match rows by place; `read` holds the rows already read, by the identity of the object."""
    paired: list[SiteRow] = []
    gone: list[tuple[Site, Item]] = []
    came: list[tuple[Site, Item]] = []
    for item in items:
        old = None if item.old is None else read.get(id(item.old)) or site(item.old)
        new = None if item.new is None else read.get(id(item.new)) or site(item.new)
        if old is not None and new is not None and is_same_place(old, new):
            paired.append(SiteRow(old, new, item))
            continue
        if old is not None:
            gone.append((old, item))
        if new is not None:
            came.append((new, item))
    for key, alone in _KEYS:
        if not gone or not came:
            break
        pairs, gone, came = _by(key, gone, came, alone=alone)
        paired += [SiteRow(old, new, _joined(one, other)) for (old, one), (new, other) in pairs]
    rows = [*paired, *(SiteRow(old, None, item) for old, item in gone), *(SiteRow(None, new, i) for new, i in came)]
    return sorted(rows, key=lambda row: row.item.edits)


def _identity(one: Site) -> Hashable | None:
    return one.identity


def _code(one: Site) -> Hashable | None:
    return (one.country, one.zip) if one.zip else None


def _named(one: Site) -> Hashable | None:
    return (one.country, one.city, one.facility) if one.facility and not one.is_masked else None


def _number_alone(one: Site) -> Hashable | None:
    number = one.number
    return (one.country, number) if number is not None else None


def _city_alone(one: Site) -> Hashable | None:
    return (one.country, one.city, one.state)


def _name_alone(one: Site) -> Hashable | None:
    return (one.country, one.facility) if one.facility and not one.is_masked else None


def _point_alone(one: Site) -> Hashable | None:
    where = point(one)
    return (one.country, round(where[0], 1), round(where[1], 1)) if where is not None else None


_KEYS: tuple[tuple[Callable[[Site], Hashable | None], bool], ...] = (
    (_identity, False),
    (_named, False),
    (_code, False),
    (_number_alone, True),
    (_city_alone, True),
    (_name_alone, True),
    (_point_alone, True),
)
"""Ways to know a site again, strongest first; the last four only where one row stands on each side."""

_Rows = list[tuple[Site, Item]]


def _by(
    key: Callable[[Site], Hashable | None], gone: _Rows, came: _Rows, *, alone: bool
) -> tuple[list[tuple[tuple[Site, Item], tuple[Site, Item]]], _Rows, _Rows]:
    left: dict[Hashable, _Rows] = {}
    right: dict[Hashable, _Rows] = {}
    for side, rows in ((left, gone), (right, came)):
        for row in rows:
            found = key(row[0])
            if found is not None:
                side.setdefault(found, []).append(row)
    pairs = []
    for found, ours in left.items():
        theirs = right.get(found, [])
        if alone and (len(ours) != 1 or len(theirs) != 1):
            continue
        pairs += [(one, other) for one, other in zip(ours, theirs, strict=False) if is_same_place(one[0], other[0])]
    used = {id(row) for pair in pairs for row in pair}
    return pairs, [row for row in gone if id(row) not in used], [row for row in came if id(row) not in used]


def _joined(old: Item, new: Item) -> Item:
    """Make one item of two rows matched here; every difference between them is claimed with all edits of both."""
    edits = merged(old.edits, new.edits)
    before, after = site(old.old).row, site(new.new).row
    keys = {key for key in (*before, *after) if before.get(key) != after.get(key)}
    return Item(old.old, new.new, edits, dict.fromkeys(sorted(keys) or ["facility"], edits))
