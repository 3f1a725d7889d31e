"""The same edit made to many real records: sites, countries and organisations are told as what they are.

Each edit changes every site (or organisation) of a record in one realistic way. Fewer than one record in a hundred may
be told as something else; the figures are printed by the long form (`make soak`).
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.changes.builders import copied
from tests.changes.real import needs_records, record_paths
from watcher.changes.compare import compare_records
from watcher.changes.country_names import SPELLINGS
from watcher.changes.families.sites.places import is_masked
from watcher.changes.model import Change, Severity
from watcher.changes.wording.say import phrase

_SHORT = 40
_LEAST = 300
_MOST_WRONG = 0.01

Sites = list[dict[str, Any]]


def _each(change: Callable[[int, dict[str, Any]], dict[str, Any]]) -> Callable[[Sites], Sites]:
    return lambda sites: [change(at, site) for at, site in enumerate(sites)]


def _named(change: Callable[[int, str], str]) -> Callable[[Sites], Sites]:
    return _each(lambda at, site: {**site, "facility": change(at, site["facility"])} if site.get("facility") else site)


def _without_zip(site: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in site.items() if key != "zip"}


def _respelt(site: dict[str, Any]) -> dict[str, Any]:
    others = SPELLINGS.get(site.get("country", ""), ())
    return {**site, "country": others[0] if others else site.get("country", "").upper()}


def _shuffled(sites: Sites) -> Sites:
    return random.Random(7).sample(sites, len(sites))


_TRANSLATED = {
    "University Hospital": "Hospital Universitario",
    "Medical Center": "Centro Médico",
    "Cancer Center": "Centre du Cancer",
    "Hospital": "Krankenhaus",
    "Clinic": "Clinique",
    "Institute": "Instituto",
    "Saint ": "St. ",
    "St. ": "Saint ",
}


def _translated(_: int, name: str) -> str:
    for ours, theirs in _TRANSLATED.items():
        if ours in name:
            return name.replace(ours, theirs)
    return name


_PLAIN = str.maketrans("áàâäãåéèêëíìîïóòôöõúùûüñç", "aaaaaaeeeeiiiiooooouuuunc")

_TOWNS = {
    "Munich": "München",
    "Seville": "Sevilla",
    "Vienna": "Wien",
    "Rome": "Roma",
    "Milan": "Milano",
    "Prague": "Praha",
    "Warsaw": "Warszawa",
    "Brussels": "Bruxelles",
    "Barcelona": "Barcelona, Catalonia",
    "Seoul": "Seoul, Jongno-gu",
}

SITE_EDITS: dict[str, Callable[[Sites], Sites]] = {
    "every name hidden": _named(lambda _, name: "Research Site"),
    "every name hidden, no postal codes": lambda sites: [
        {**_without_zip(site), "facility": "Local Institution"} for site in sites
    ],
    "every name hidden under a number": _named(lambda at, _: f"Investigational Site {at:04d}"),
    "a number behind every name": _named(lambda at, name: f"{name} ( Site {at:04d})"),
    "a number behind every name, no postal codes": lambda sites: [
        _without_zip(site) for site in _named(lambda at, name: f"{name} ( Site {at:04d})")(sites)
    ],
    "a department behind every name": _named(lambda _, name: f"{name}, Department of Neurology"),
    "a department before every name, no postal codes": lambda sites: [
        _without_zip(site) for site in _named(lambda _, name: f"Dept. of Oncology, {name}")(sites)
    ],
    "every country respelt": _each(lambda _, site: _respelt(site)),
    "no postal codes": lambda sites: [_without_zip(site) for site in sites],
    "another order": _shuffled,
    "no accents, no postal codes": lambda sites: [
        _without_zip(site) for site in _named(lambda _, name: name.translate(_PLAIN))(sites)
    ],
    "names translated, no postal codes": lambda sites: [
        _without_zip(site) for site in _named(_translated)(_shuffled(sites))
    ],
    "some towns respelt, no postal codes": lambda sites: [
        {**_without_zip(site), "city": _TOWNS.get(site.get("city", ""), site.get("city", ""))} for site in sites
    ],
    "names in capitals": _named(lambda _, name: name.upper()),
}
_PLACES = ("site.", "country.", "field.")


def _told(old: Any, new: Any) -> list[Change]:
    return [change for change in compare_records(old, new).changes if change.severity is not Severity.NOISE]


def _with_sites(record: Any, sites: Sites) -> Any:
    new = copy.copy(record)
    new["protocolSection"] = dict(record["protocolSection"])
    module = dict(record["protocolSection"]["contactsLocationsModule"])
    new["protocolSection"]["contactsLocationsModule"] = {**module, "locations": sites}
    return new


def _sites_wrong(record: Any, edit: Callable[[Sites], Sites]) -> list[str]:
    sites = record["protocolSection"]["contactsLocationsModule"]["locations"]
    told = _told(record, _with_sites(record, edit(sites)))
    return [phrase(change).sentence for change in told if change.kind.startswith(_PLACES)]


def _shown(record: Any) -> list[dict[str, Any]]:
    sites = record["protocolSection"].get("contactsLocationsModule", {}).get("locations", [])
    return [site for site in sites if site.get("facility") and not is_masked(site["facility"])]


def _replaced_wrong(record: Any, other: Any) -> list[str]:
    """One site gives way to one of another trial in the same town: removed and added, never renamed."""
    ours, theirs = _shown(record), _shown(other)
    names = {site["facility"].casefold() for site in ours}
    came = next((site["facility"] for site in theirs if site["facility"].casefold() not in names), None)
    if not ours or came is None:
        return []
    sites = record["protocolSection"]["contactsLocationsModule"]["locations"]
    replaced: dict[str, Any] = {
        **{key: ours[0][key] for key in ("city", "country", "status") if key in ours[0]},
        "facility": came,
    }
    new = [replaced if site is ours[0] else site for site in sites]
    found = Counter(change.kind for change in compare_records(record, _with_sites(record, new)).changes)
    is_right = found["site.added"] == found["site.removed"] == 1 and not found["site.renamed"]
    return [] if is_right else [f"{ours[0]['facility']}, {ours[0].get('city')} → {came}"]


def _sponsor(record: Any, **fields: Any) -> Any:
    new = copied(record)
    new["protocolSection"]["sponsorCollaboratorsModule"].update(fields)
    return new


def _lead_wrong(record: Any, other: Any) -> list[str]:
    (name, others) = (one["protocolSection"]["sponsorCollaboratorsModule"]["leadSponsor"] for one in (record, other))
    if name["name"] == others["name"]:
        return []
    told = [change for change in _told(record, _sponsor(record, leadSponsor=others)) if change.kind == "sponsor.lead"]
    is_right = len(told) == 1 and told[0].severity is Severity.MAJOR and "renamed" not in phrase(told[0]).sentence
    return [] if is_right else [f"{name['name']} → {others['name']}"]


def _collaborators_wrong(record: Any, other: Any) -> list[str]:
    ours, theirs = (
        one["protocolSection"]["sponsorCollaboratorsModule"].get("collaborators", []) for one in (record, other)
    )
    names = {one["name"] for one in ours}
    came = next((one for one in theirs if one["name"] not in names), None)
    if not ours or came is None:
        return []
    told = _told(record, _sponsor(record, collaborators=[came, *ours[1:]]))
    said = {phrase(change).sentence.rstrip(".") for change in told if change.kind == "sponsor.collaborator"}
    expected = {
        f"Collaborator added: {came['name']}".rstrip("."),
        f"Collaborator removed: {ours[0]['name']}".rstrip("."),
    }
    return (
        []
        if len(said) == len(expected) and {one[:60] for one in said} == {one[:60] for one in expected}
        else [str(said)]
    )


def _with_form(record: Any, _: Any) -> list[str]:
    lead = record["protocolSection"]["sponsorCollaboratorsModule"]["leadSponsor"]
    if lead["name"].casefold().rstrip(".").endswith(("inc", "ltd", "llc", "gmbh", "limited")):
        return []
    told = _told(record, _sponsor(record, leadSponsor={**lead, "name": f"{lead['name']}, Inc."}))
    is_right = all(change.severity is Severity.MINOR for change in told if change.kind == "sponsor.lead")
    return [] if is_right else [lead["name"]]


OTHER_EDITS: dict[str, Callable[[Any, Any], list[str]]] = {
    "another site in the same town": _replaced_wrong,
    "another lead sponsor": _lead_wrong,
    "another collaborator": _collaborators_wrong,
    "a legal form behind the lead sponsor": _with_form,
}


def _judge(most: int | None) -> dict[str, Counter[bool]]:
    """Make every edit to every record; count right and wrong ones, and print what is wrong."""
    paths = record_paths()
    step = max(len(paths) // most, 1) if most else 1
    records = [json.loads(path.read_text("utf-8")) for path in paths[::step]]
    figures: dict[str, Counter[bool]] = {}
    for at, record in enumerate(records):
        has_sites = bool(record["protocolSection"].get("contactsLocationsModule", {}).get("locations"))
        for name, edit in SITE_EDITS.items() if has_sites else ():
            _count(figures, name, record, _sites_wrong(record, edit))
        for name, judged in OTHER_EDITS.items():
            _count(figures, name, record, judged(record, records[(at + 1) % len(records)]))
    return figures


def _count(figures: dict[str, Counter[bool]], name: str, record: Any, wrong: list[str]) -> None:
    figures.setdefault(name, Counter())[bool(wrong)] += 1
    if wrong:
        print(name, record["protocolSection"]["identificationModule"]["nctId"], wrong[:3])


@pytest.mark.usefixtures("untraced")
@needs_records
def test_edits_of_some_real_records_are_told_as_what_they_are():
    for name, counts in _judge(_SHORT).items():
        assert counts[True] <= 1, name


@pytest.mark.soak
@pytest.mark.timeout(3600)
@needs_records
def test_edits_of_all_real_records_are_told_as_what_they_are():
    figures = _judge(None)
    for name, counts in figures.items():
        print(
            f"{name}: {counts[True]} of {counts.total()} told as something else ({counts[True] / counts.total():.2%})"
        )
    for name, counts in figures.items():
        assert counts.total() >= _LEAST, name
        assert counts[True] / counts.total() < _MOST_WRONG, name
