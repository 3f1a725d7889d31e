"""What the sites of a whole country mean: a first site, a first recruiting one, none recruiting any more, none left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from watcher.changes.country_names import canonical_country
from watcher.changes.families.sites.places import OPEN, Site
from watcher.changes.families.sites.site_rows import SiteList
from watcher.changes.meaning.collapse import gathered
from watcher.changes.meaning.evidence import Evidence
from watcher.changes.meaning.parts import merged, part
from watcher.changes.model import Change, Severity, Verb

_OPEN_OR_SOON = OPEN | {"NOT_YET_RECRUITING"}
_NEVER_OPEN = frozenset({"NOT_YET_RECRUITING", "WITHDRAWN"})
"""Statuses of sites that have not recruited yet; what others have done before they do not say."""

_RUNNING = frozenset({"RECRUITING", "ENROLLING_BY_INVITATION", "NOT_YET_RECRUITING", "AVAILABLE", "UNKNOWN", ""})


def countries(evidence: Evidence, sites: SiteList) -> list[Change]:
    """Describe which countries came, opened, paused or went.

    A country that pauses because the whole trial no longer recruits, or whose statuses the registry no longer shows, is
    told by the status. A country that comes with a recruiting site is told once, as added. The registry's own list of
    countries that once had sites is claimed along.

    Returns:
        Changes of the kinds `country.*` in the order of country names; a first list of sites is one change.
    """
    old, new = _by_country(sites.old), _by_country(sites.new)
    claims: dict[str, list[int]] = {}
    for row in sites.rows:
        is_paired = row.old is not None and row.new is not None
        edits = row.item.touching("status") if is_paired else row.item.edits
        claims.setdefault(row.shown.country, []).extend(edits)
    for town in sites.towns:
        claims.setdefault(town.new[0].country, []).extend(town.edits)
    changes = []
    for country in sorted(country for country, edits in claims.items() if edits):
        before, now = old.get(country, ()), new.get(country, ())
        kind = _kind(before, now, sites)
        if kind is not None:
            edits = merged(claims[country], _notes(evidence, country) if kind in ("added", "removed") else ())
            changes.append(_change(country, kind, before, now, edits, is_first=not sites.old))
    return gathered(changes, "countries", most=1) if not sites.old else gathered(changes, "countries")


def _by_country(sites: Iterable[Site]) -> Mapping[str, Sequence[Site]]:
    result: dict[str, list[Site]] = {}
    for one in sites:
        result.setdefault(one.country, []).append(one)
    return result


def _kind(old: Sequence[Site], new: Sequence[Site], sites: SiteList) -> str | None:
    was, now = ({one.status for one in side} for side in (old, new))
    if not new:
        return "removed"
    if now == {"WITHDRAWN"} and was <= {"WITHDRAWN"}:
        return None
    if was == {"WITHDRAWN"} and not now - {None, "WITHDRAWN"}:
        return None  # their status is merely no longer given
    if was <= {"WITHDRAWN"}:
        return "added"
    if now & OPEN and was <= _NEVER_OPEN:
        return "opened"
    is_paused = bool(was & _OPEN_OR_SOON) and not now & (_OPEN_OR_SOON | {None})
    return "paused" if is_paused and sites.new_overall in _RUNNING else None


_RULES = {
    "added": "first site in the country",
    "first": "first site list · major → minor: no sites were listed before",
    "withdrawn": "sites of a country where all were withdrawn",
    "opened": "first recruiting site in the country",
    "paused": "no site of the country recruiting or about to",
    "not_begun": "no site of the country about to recruit any more",
    "removed": "last site of the country gone",
}
_VERBS = {"added": Verb.ADDED, "removed": Verb.REMOVED}


def _change(
    country: str, kind: str, old: Sequence[Site], new: Sequence[Site], edits: tuple[int, ...], *, is_first: bool
) -> Change:
    had_recruited = any(one.status in OPEN for one in old)
    case = _case(kind, had_sites=bool(old), had_recruited=had_recruited, is_first=is_first)
    statuses = {one.status for one in (new or old)}
    return Change(
        kind=f"country.{kind}",
        severity=Severity.MINOR if case == "first" else Severity.MAJOR,
        rule=_RULES[case],
        path=f"countries.{country.lower()}",
        verb=_VERBS.get(kind, Verb.CHANGED),
        before=country if kind == "removed" else None,
        after=country if kind == "added" else None,
        edits=edits,
        facts={
            "name": country,
            "old_sites": len(old),
            "new_sites": sum(one.status != "WITHDRAWN" for one in new) if kind == "added" else len(new),
            "recruiting": sum(one.status in OPEN for one in new),
            "first_list": is_first,
            "was_withdrawn": case == "withdrawn",
            "had_recruited": had_recruited,
            "status": next(iter(statuses)) if len(statuses) == 1 else None,
        },
    )


def _case(kind: str, *, had_sites: bool, had_recruited: bool, is_first: bool) -> str:
    """Return which rule decides: the kind's own, or one for what was before."""
    if kind == "added" and had_sites:
        return "withdrawn"
    if kind == "added" and is_first:
        return "first"
    return "not_begun" if kind == "paused" and not had_recruited else kind


_NOTED = ("derivedSection", "miscInfoModule")


def _notes(evidence: Evidence, country: str) -> tuple[int, ...]:
    """Return the edits in which the registry notes that a country has no sites any more, or has some again."""
    return merged(
        *(
            item.edits
            for item in part(evidence, *_NOTED).items("removedCountries")
            if country in (canonical_country(str(item.old or "")), canonical_country(str(item.new or "")))
        )
    )
