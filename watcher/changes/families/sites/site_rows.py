"""The differing rows of the list of sites, matched by place: what stayed, what came, what went.

Rows come paired by the catalogue's keys. A pair whose name or place differs is taken apart here, and what is left over
is matched by `site_matching`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from watcher.changes.families.sites.places import OPEN, Site, site
from watcher.changes.families.sites.site_matching import Half, Town, match
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import Item, merged, protocol
from watcher.changes.model import Json
from watcher.study.read import as_list, as_object, as_text


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


@dataclass(frozen=True, slots=True)
class RewrittenTown:
    """The rows of one town of which it cannot be decided which is which.

    Attributes:
        old: Those of the older record that are not in the newer one as they were.
        new: Those of the newer record that were not in the older one.
        edits: The edits that touch any of them.
    """

    old: tuple[Site, ...]
    new: tuple[Site, ...]
    edits: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteList:
    """All that is to be known about the two lists of sites.

    Attributes:
        old: Every row of the older record.
        new: Every row of the newer record.
        rows: The differing ones, matched by place; in the order of their edits.
        towns: Towns whose lists were rewritten; their rows are in no other place.
        old_overall: Overall status of the older record.
        new_overall: Overall status of the newer record.
        repeated: Keys that stand more than once in one of the records.
        totals: Facts `old_total`, `new_total`, `old_recruiting`, `new_recruiting`.
    """

    old: Sequence[Site]
    new: Sequence[Site]
    rows: Sequence[SiteRow]
    towns: Sequence[RewrittenTown]
    old_overall: str
    new_overall: str
    repeated: frozenset[str]
    totals: Mapping[str, Json]

    @property
    def has_new_overall(self) -> bool:
        """Whether the overall status changed too."""
        return self.old_overall != self.new_overall

    def path(self, one: Site) -> str:
        """Return the seed-style path of a site; the postal code is appended where the key would repeat."""
        code = as_text(one.row.get("zip")).lower()
        return f"locations.{one.key}" + (f"|{code}" if one.key in self.repeated and code else "")


def site_list(evidence: Evidence) -> SiteList | None:
    """Match the differing rows of the list of sites.

    Returns:
        The two lists, or None when no edit touches them.
    """
    module = protocol(evidence, "contactsLocationsModule")
    if not module.touching("locations"):
        return None
    status = protocol(evidence, "statusModule")
    old, new = (_sites(as_list(side("locations"))) for side in (module.before, module.after))
    if _is_renumbered(old, new):
        old, new = (tuple(replace(one, is_renumbered=True) for one in side) for side in (old, new))
    repeats = (Counter(one.key for one in side) for side in (old, new))
    rows, towns = _matched(
        module.items("locations"), {id(one.row): one for one in old}, {id(one.row): one for one in new}
    )
    return SiteList(
        old=old,
        new=new,
        rows=rows,
        towns=towns,
        old_overall=as_text(status.before("overallStatus")),
        new_overall=as_text(status.after("overallStatus")),
        repeated=frozenset(key for side in repeats for key, count in side.items() if count > 1),
        totals={
            "old_total": len(old),
            "new_total": len(new),
            "old_recruiting": sum(one.status in OPEN for one in old),
            "new_recruiting": sum(one.status in OPEN for one in new),
        },
    )


def _is_renumbered(old: Sequence[Site], new: Sequence[Site]) -> bool:
    """Whether the sponsor numbers its sites anew: the same towns, and no number of before among those of now."""
    before, now = ({one.number for one in side} - {None} for side in (old, new))
    if min(len(before), len(now)) < _LEAST_ALIKE or before & now:
        return False
    return Counter(one.town for one in old) == Counter(one.town for one in new)


def _sites(rows: Sequence[Json]) -> tuple[Site, ...]:
    """Read the rows of one list; a name that at least half of them bear, in several towns, tells none of them."""
    found = tuple(site(row) for row in rows)
    counts = Counter(one.facility for one in found if one.facility)
    common = {name for name, count in counts.items() if count >= _LEAST_ALIKE and 2 * count >= len(found)}
    towns = {name: {one.city for one in found if one.facility == name} for name in common}
    stand_ins = frozenset(name for name in common if len(towns[name]) > 1)
    return tuple(site(row, stand_ins) for row in rows) if stand_ins else found


_LEAST_ALIKE = 3


def _matched(
    items: Iterable[Item], olds: Mapping[int, Site], news: Mapping[int, Site]
) -> tuple[list[SiteRow], list[RewrittenTown]]:
    """Match rows by place; `olds` and `news` hold the rows already read, by the identity of the object."""
    rows: list[SiteRow] = []
    gone: list[Half] = []
    came: list[Half] = []
    for item in items:
        old, new = _read_site(item.old, olds), _read_site(item.new, news)
        if old is not None and new is not None and _is_plainly_one(old, new):
            rows.append(SiteRow(old, new, item))
            continue
        if old is not None:
            gone.append(Half(old, item, old.is_masked, old.number))
        if new is not None:
            came.append(Half(new, item, new.is_masked, new.number))
    left = match(gone, came)
    for one, other in left.pairs:
        item = one.item if one.item is other.item else _joined(one.item, other.item)
        rows.append(SiteRow(one.site, other.site, item))
    rows += [SiteRow(half.site, None, half.item) for half in left.gone]
    rows += [SiteRow(None, half.site, half.item) for half in left.came]
    towns = sorted(map(_town, left.towns), key=lambda town: town.edits)
    return sorted(rows, key=lambda row: row.item.edits), towns


def _read_site(row: Json, known: Mapping[int, Site]) -> Site | None:
    return None if row is None else known.get(id(row)) or site(row)


def _town(town: Town) -> RewrittenTown:
    gone, came = (tuple(half.site for half in side) for side in (town.gone, town.came))
    return RewrittenTown(gone, came, merged(*(half.item.edits for half in (*town.gone, *town.came))))


def _is_plainly_one(old: Site, new: Site) -> bool:
    """Return whether two rows have one country and name, and one town or postal code."""
    if old.country != new.country or old.facility != new.facility:
        return False
    return old.city == new.city or (bool(old.zip) and old.zip == new.zip)


def _joined(old: Item, new: Item) -> Item:
    """Make one item of two rows matched here; every difference between them is claimed with all edits of both."""
    edits = merged(old.edits, new.edits)
    before, after = as_object(old.old), as_object(new.new)
    keys = {key for key in (*before, *after) if before.get(key) != after.get(key)}
    if not keys & _TOLD:
        keys.add("facility")
    return Item(old.old, new.new, edits, dict.fromkeys(sorted(keys), edits))


_TOLD = frozenset({"facility", "city", "state", "zip", "status", "geoPoint", "contacts"})
"""Keys of a row whose differences are told."""
