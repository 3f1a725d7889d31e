"""Words for what the sites of a whole country mean."""

from __future__ import annotations

from watcher.changes.model import Change, Phrase
from watcher.changes.wording import values
from watcher.changes.wording.build import countries_listed, in_country, names, number, text, worded

_LABEL = "Countries"


def say(change: Change) -> Phrase:
    """Word a change of the family `country`."""
    country = text(change.facts, "name")
    return _one(change, country) if country else _several(change)


def _one(change: Change, country: str) -> Phrase:
    old, new, open_ = (number(change.facts, key) for key in ("old_sites", "new_sites", "recruiting"))
    sites, where = values.counted(new, "site"), in_country(country)
    if change.kind == "country.added":
        return worded(change, _LABEL, *_added(change, new, open_, where), now=country)
    if change.kind == "country.opened":
        if new == 1:
            return worded(change, _LABEL, f"first recruiting site{where}")
        return worded(change, _LABEL, f"first recruiting sites{where}", f"{values.number(open_)} of {sites} there")
    status = text(change.facts, "status")
    listed_as = f", as {values.enum(status).lower()}" if status else ""
    if change.kind == "country.paused":
        remains = f"{sites} {'remains' if new == 1 else 'remain'} listed{listed_as}"
        if change.facts.get("had_recruited") is False:
            return worded(change, _LABEL, f"no site{where} is planned to recruit any longer; {remains}")
        return worded(change, _LABEL, f"no site{where} is recruiting any more, or about to; {remains}")
    gone = {1: "the only one was removed", 2: "both were removed"}.get(old, f"all {values.number(old)} were removed")
    was = f"; {'it was' if old == 1 else 'they were'} listed as withdrawn" if status == "WITHDRAWN" else ""
    return worded(change, _LABEL, f"no sites{where} any more; {gone}{was}", was=country)


def _added(change: Change, new: int, open_: int, where: str) -> tuple[str, str]:
    """Return what is said of a new country, and its details."""
    sites = values.counted(new, "site")
    open_of = "already" if open_ == new else f"{values.number(open_)} of them already"
    recruiting = f", {open_of} recruiting" if open_ else ""
    if change.facts.get("was_withdrawn") is True:
        return f"{sites} now{where}{recruiting}; until now only withdrawn ones were listed there", ""
    if change.facts.get("first_list") is True:
        listed = (f"first site listed{where}{recruiting}", "")
        return listed if new == 1 else (f"first list of sites{where}", f"{sites}{recruiting}")
    return (f"first site{where}{recruiting}", "") if new == 1 else (f"first sites{where}", f"{sites}{recruiting}")


def _several(change: Change) -> Phrase:
    found, count = names(change.facts), number(change.facts, "count")
    where = countries_listed(found, 6, count)
    in_all = values.counted(count, "country", "countries")
    said = {
        "country.added": f"first sites in {in_all}",
        "country.opened": f"first recruiting sites in {in_all}",
        "country.paused": f"no site recruiting any more, or about to, in {in_all}",
    }.get(change.kind, f"no sites any more in {in_all}")
    if change.facts.get("first_list") is True:
        said = f"first list of sites, in {in_all}"
    elif change.facts.get("was_withdrawn") is True:
        said = f"sites in {in_all} where until now only withdrawn ones were listed"
    elif change.kind == "country.paused" and change.facts.get("had_recruited") is False:
        said = f"no site planned to recruit any longer in {in_all}"
    return worded(change, _LABEL, said, where, items=found)
