"""What edits of the sites mean: added, activated, closed, withdrawn, suspended, removed, renamed; counted when many.

Whether a row is the same site is decided in `site_rows`; what a whole country gained or lost in `countries`. Statuses
that appear or vanish with the overall status are told by count under that status, not site by site.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from watcher.changes.families.sites.country_changes import countries
from watcher.changes.families.sites.places import OPEN, Site
from watcher.changes.families.sites.site_labels import described, told_apart
from watcher.changes.families.sites.site_rows import SiteList, SiteRow, site_list
from watcher.changes.meaning.collapse import MOST_NAMED, MOST_SINGLE, gathered, together
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import merged
from watcher.changes.model import Change, Json, Origin, Severity, Verb
from watcher.study.read import as_text

_CLOSED = frozenset({"ACTIVE_NOT_RECRUITING", "COMPLETED", "TERMINATED", "NO_LONGER_AVAILABLE"})
_COUNTED = frozenset(
    {"site.added", "site.activated", "site.closed", "site.removed", "site.withdrawn", "site.suspended"}
)
_ADDRESS = ("facility", "city", "state", "zip")
_LEAST_MANY = 3
_LEAST_SHARE = 0.20
_NUMBER = re.compile(r"(?<=\w)[\s(#:,–-]{1,4}(?:no\.? ?|#)?\d{1,6}\s*\)?\s*$", re.IGNORECASE)
"""The number that tells masked sites apart: `Local Institution - 0012`."""


def explain(evidence: Evidence) -> Iterable[Change]:
    """Explain the edits of the list of sites.

    Returns:
        Changes of the kinds `site.*`, `country.*`, `contact.site`. Up to five of a kind are told one by one; more, and
        every kind that is loud by number, by country. Country names the registry rewrote are left to the catalogue.
    """
    sites = site_list(evidence)
    if sites is None:
        return []
    changes = [change for row in sites.rows for change in _row(row, sites)]
    unveiled = [row for row in sites.rows if _is_unveiled(row, sites)]
    changes = told_apart(changes, sites.old, sites.new)
    told = [change for change in changes if change.kind in _COUNTED and change.severity is not Severity.NOISE]
    quiet = [change for change in changes if change.kind not in _COUNTED or change.severity is Severity.NOISE]
    return [
        *_counted(told, len(sites.old)),
        *countries(evidence, sites),
        *_rewritten(sites),
        *([_unveiling(unveiled, sites)] if unveiled else []),
        *_quiet(quiet),
    ]


def _row(row: SiteRow, sites: SiteList) -> list[Change]:
    if row.old is None:
        return [_added(row, sites)]
    if row.new is None:
        rule, last = "site gone from the list", row.old.status
        return [_change(row, sites, "site.removed", rule, Verb.REMOVED, row.item.edits, last_status=last)]
    changes = []
    if row.item.touching("status") and not _is_unveiled(row, sites):
        changes.append(_status(row, sites))
    return [*changes, *_place(row, sites), *_contacts(row, sites)]


def _change(
    row: SiteRow,
    sites: SiteList,
    kind: str,
    rule: str,
    verb: Verb,
    edits: tuple[int, ...],
    *,
    level: Severity = Severity.MINOR,
    values: tuple[Json, Json] | None = None,
    leaf: str = "",
    **facts: Json,
) -> Change:
    one = row.shown
    old, new = (None if side is None else side.row for side in (row.old, row.new))
    before, after = values if values is not None else (old, new)
    return Change(
        kind=kind,
        severity=level,
        rule=rule,
        path=sites.path(one) + leaf,
        verb=verb,
        before=before,
        after=after,
        edits=edits,
        facts={
            "name": one.name(),
            "city": one.city,
            "country": one.country,
            "town": as_text(one.row.get("city")),
            "zip": as_text(one.row.get("zip")) or None,
            **sites.totals,
            **facts,
        },
    )


def _added(row: SiteRow, sites: SiteList) -> Change:
    status = row.shown.status
    if status == "WITHDRAWN":
        rule, level = "site listed only as withdrawn", Severity.NOISE
    else:
        rule, level = "site new in the list", Severity.MINOR
    is_open = status in OPEN
    return _change(row, sites, "site.added", rule, Verb.ADDED, row.item.edits, level=level, recruiting=is_open)


def _is_unveiled(row: SiteRow, sites: SiteList) -> bool:
    """Whether a site's status appeared or vanished together with a change of the overall status."""
    if row.old is None or row.new is None or not sites.has_new_overall:
        return False
    return (row.old.status is None) != (row.new.status is None)


def _status(row: SiteRow, sites: SiteList) -> Change:
    assert row.old is not None  # noqa: S101 — only rows of both records have a status that changed
    assert row.new is not None  # noqa: S101 — as above
    old, new = row.old.status, row.new.status
    was_open, level, facts = old in OPEN, Severity.MINOR, {}
    if new in OPEN and not was_open:
        kind = "site.activated"
    elif was_open and new in _CLOSED:
        kind = "site.closed"
    elif new in ("WITHDRAWN", "SUSPENDED"):
        kind = f"site.{str(new).lower()}"
        facts = {"had_recruited": was_open}
    else:
        kind, level = "site.status_changed", Severity.NOISE
    rule = f"site status {old or 'none'} → {new or 'none'}"
    if level is Severity.NOISE:
        rule += ", neither opens nor closes"
    return _change(
        row,
        sites,
        kind,
        rule,
        Verb.CHANGED,
        row.item.touching("status"),
        level=level,
        values=(old, new),
        leaf=".status",
        **facts,
    )


def _place(row: SiteRow, sites: SiteList) -> list[Change]:
    """Report a new name, address, country name or position of the same place; all of them noise."""
    assert row.old is not None  # noqa: S101 — only rows of both records can be renamed
    assert row.new is not None  # noqa: S101 — as above
    changes = []
    named, moved = row.item.touching(*_ADDRESS), row.item.touching("geoPoint")
    if named:
        kind, rule = "site.renamed", "same place, other name or address"
        if row.old.is_masked != row.new.is_masked:
            kind = "site.masked" if row.new.is_masked else "site.unmasked"
            rule = f"same place, name {'masked' if row.new.is_masked else 'unmasked'}"
        was, now = described(row.old, row.new)
        change = _quiet_change(row, sites, kind, rule, merged(named, moved), values=(was, now), was=was, name=now)
        if kind == "site.masked":
            hidden_as = _NUMBER.sub("", as_text(row.new.row.get("facility"))) or None
            change = replace(change, facts={**change.facts, "name": was, "hidden_as": hidden_as})
        changes.append(change)
    if moved and not named:
        points = (row.old.row.get("geoPoint"), row.new.row.get("geoPoint"))
        rule = "coordinates of an unchanged address"
        changes.append(_quiet_change(row, sites, "site.geocoded", rule, moved, values=points, leaf=".geoPoint"))
    return changes


def _quiet_change(
    row: SiteRow,
    sites: SiteList,
    kind: str,
    rule: str,
    edits: tuple[int, ...],
    *,
    values: tuple[Json, Json] | None = None,
    leaf: str = "",
    **facts: Json,
) -> Change:
    change = _change(
        row, sites, kind, rule, Verb.CHANGED, edits, level=Severity.NOISE, values=values, leaf=leaf, **facts
    )
    return replace(change, origin=Origin.REGISTRY if kind == "site.geocoded" else Origin.SPONSOR)


def _contacts(row: SiteRow, sites: SiteList) -> list[Change]:
    edits = row.item.touching("contacts")
    if not edits:
        return []
    assert row.old is not None  # noqa: S101 — only rows of both records have contacts that changed
    assert row.new is not None  # noqa: S101 — as above
    people = (row.old.row.get("contacts"), row.new.row.get("contacts"))
    return [_quiet_change(row, sites, "contact.site", "contact of a site", edits, values=people, leaf=".contacts")]


def _counted(changes: Sequence[Change], total: int) -> list[Change]:
    """Report each kind: loud from three sites that are a fifth of the older list, by country when loud or many."""
    result: list[Change] = []
    counts = Counter(change.kind for change in changes)
    for kind, count in counts.items():
        same = [change for change in changes if change.kind == kind]
        is_loud = total > 0 and count >= _LEAST_MANY and count >= _LEAST_SHARE * total
        if is_loud:
            why = f"minor → major: {count} sites of {total} before"
            same = [replace(d, severity=Severity.MAJOR, rule=f"{d.rule} · {why}") for d in same]
        result += _by_country(same) if is_loud or count > MOST_SINGLE else same
    return result


def _by_country(changes: Sequence[Change]) -> list[Change]:
    by_country: dict[str, list[Change]] = {}
    for change in changes:
        by_country.setdefault(str(change.facts["country"] or ""), []).append(change)
    result = []
    for country, same in by_country.items():
        if len(same) == 1:
            result += same
            continue
        event = same[0].kind.rpartition(".")[2]
        one = together(same, f"locations.|||{country.lower()}.{event}")
        extra: dict[str, Json] = {
            fact: sum(bool(change.facts[fact]) for change in same)
            for fact in ("recruiting", "had_recruited")
            if fact in same[0].facts
        }
        if any(change.facts.get("last_status") for change in same):
            extra["last_statuses"] = dict(Counter(str(change.facts.get("last_status") or "") for change in same))
        extra["cities"] = sorted({str(change.facts["city"]) for change in same if change.facts["city"]})
        extra["towns"] = list(dict.fromkeys(as_text(change.facts["town"]) for change in same))[:MOST_NAMED]
        result.append(replace(one, rule=_rule_of_all(one, same), facts={**one.facts, **extra}))
    return result


def _rule_of_all(one: Change, same: Sequence[Change]) -> str:
    """Return the rule that several share, else their number with what adjusted the level."""
    if all(change.rule == one.rule for change in same):
        return one.rule
    _, mark, adjusted = one.rule.partition(" · ")
    return f"{one.kind}, {len(same)} sites{mark}{adjusted}"


def _quiet(changes: Sequence[Change]) -> list[Change]:
    """Report noise one by one while it is little, else one change a kind and rule."""
    by_kind: dict[str, list[Change]] = {}
    for change in changes:
        by_kind.setdefault(change.kind, []).append(change)
    result: list[Change] = []
    for kind, same in by_kind.items():
        if len(same) <= MOST_SINGLE:
            result += same
        elif kind == "site.status_changed":
            rule = "site statuses that neither open nor close"
            result.append(replace(together(same, "locations.statuses"), rule=rule))
        else:
            result += gathered(same, _PATHS.get(kind, "locations"))
    return result


def _rewritten(sites: SiteList) -> list[Change]:
    """Report the towns of which it cannot be decided which row is which, by number."""
    changes = []
    old, new = (Counter(one.town for one in side) for side in (sites.old, sites.new))
    for town in sites.towns:
        one = town.new[0]
        city = as_text(one.row.get("city"))
        recruiting = [sum(site.status in OPEN for site in side) for side in (town.old, town.new)]
        changes.append(
            Change(
                kind="site.rewritten",
                severity=Severity.MINOR,
                rule="it cannot be decided which site of the town is which",
                path=f"locations.|{city.lower()}||{one.country.lower()}",
                verb=Verb.CHANGED,
                before=[site.row for site in town.old],
                after=[site.row for site in town.new],
                edits=town.edits,
                facts={
                    "name": city,
                    "city": one.city,
                    "country": one.country,
                    "before": old[one.town],
                    "now": new[one.town],
                    "recruiting_before": recruiting[0],
                    "recruiting_now": recruiting[1],
                    **sites.totals,
                },
            )
        )
    return gathered(changes, "locations.rewritten")


_PATHS = {
    "site.renamed": "locations.facility",
    "site.masked": "locations.facility.masked",
    "site.unmasked": "locations.facility.unmasked",
    "site.geocoded": "locations.geoPoint",
    "contact.site": "locations.contacts",
}
"""Paths of what is told of many sites at once."""


def _statuses(sites: Iterable[Site | None]) -> list[Json]:
    return [one.status for one in sites if one is not None and one.status]


def _unveiling(rows: Sequence[SiteRow], sites: SiteList) -> Change:
    is_shown = any(row.new is not None and row.new.status is not None for row in rows)
    statuses = Counter(one.status for one in (sites.new if is_shown else sites.old) if one.status is not None)
    return Change(
        kind="site.status_changed",
        severity=Severity.NOISE,
        rule=f"{'unveiled' if is_shown else 'withheld'} with the overall status",
        path="locations.status",
        verb=Verb.ADDED if is_shown else Verb.REMOVED,
        before=_statuses(row.old for row in rows) or None,
        after=_statuses(row.new for row in rows) or None,
        edits=merged(*(row.item.touching("status") for row in rows)),
        facts={
            "count": len(rows),
            **sites.totals,
            "statuses": dict(sorted(statuses.items())),
            "unveiled": is_shown,
        },
    )
