"""How loud a change is for one reader: the shipped audiences, row by row, and nearness."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from watcher.changes import kinds
from watcher.changes.model import Change, Comparison, Origin, Severity, Stamp, Verb
from watcher.config.config_model import NearConfig
from watcher.config.presets import BUILT_IN, Preset, preset_names, read_preset
from watcher.digests.levels import NEAR_ALONE, Audience, adjusted, for_audience, level_for, near_place

CRITICAL, MAJOR, MINOR, NOISE = Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.NOISE
LYON = NearConfig(countries=("France",), cities=("Lyon",))


def change(kind: str, level: Severity = MINOR, **facts) -> Change:
    return Change(
        kind=kind,
        severity=level,
        rule="why it is so",
        path=kind,
        verb=Verb.CHANGED,
        before=None,
        after=None,
        origin=Origin.SPONSOR,
        facts=facts,
    )


def preset(name: str) -> Preset:
    return read_preset(name, None)


ROWS = [
    # audience, kind, base level, level for this audience
    ("advocate", "status.opened", MAJOR, CRITICAL),
    ("advocate", "status.resumed", MAJOR, CRITICAL),
    ("advocate", "status.resumed", CRITICAL, CRITICAL),
    ("advocate", "status.unknown", MAJOR, CRITICAL),
    ("advocate", "status.stopped", CRITICAL, CRITICAL),
    ("advocate", "status.completed", MAJOR, MAJOR),
    ("advocate", "eligibility.age", MAJOR, CRITICAL),
    ("advocate", "eligibility.age", NOISE, NOISE),
    ("advocate", "eligibility.sex", MAJOR, MAJOR),
    ("advocate", "results.updated", MINOR, MAJOR),
    ("advocate", "results.posted", CRITICAL, CRITICAL),
    ("advocate", "link.added", MINOR, MAJOR),
    ("advocate", "link.added", NOISE, NOISE),
    ("advocate", "contact.central", NOISE, MINOR),
    ("advocate", "contact.official", NOISE, NOISE),
    ("advocate", "contact.site", NOISE, NOISE),
    ("advocate", "outcome.secondary.added", MINOR, MINOR),
    ("advocate", "outcome.primary.added", CRITICAL, CRITICAL),
    ("advocate", "arm.modified", MAJOR, MINOR),
    ("advocate", "arm.added", MAJOR, MAJOR),
    ("advocate", "identifier.alias", MINOR, MINOR),
    ("advocate", "site.added", MINOR, MINOR),
    ("operations", "site.added", MINOR, MAJOR),
    ("operations", "site.geocoded", NOISE, NOISE),
    ("operations", "country.removed", MAJOR, CRITICAL),
    ("operations", "enrollment.target", MINOR, MAJOR),
    ("operations", "status.closed_to_enrollment", MAJOR, CRITICAL),
    ("operations", "status.opened", MAJOR, MAJOR),
    ("operations", "reference.added", MAJOR, MINOR),
    ("operations", "document.added", MINOR, MINOR),
    ("competitive", "outcome.secondary.removed", MINOR, MAJOR),
    ("competitive", "arm.renamed", MINOR, MAJOR),
    ("competitive", "intervention.added", MAJOR, CRITICAL),
    ("competitive", "design.masking", MAJOR, CRITICAL),
    ("competitive", "sponsor.collaborator", MINOR, MAJOR),
    ("competitive", "search.entered", MAJOR, CRITICAL),
    ("competitive", "country.added", MAJOR, CRITICAL),
    ("competitive", "status.unknown", MAJOR, MINOR),
    ("competitive", "contact.central", NOISE, NOISE),
    ("investor", "status.stopped", CRITICAL, CRITICAL),
    ("investor", "status.completed", MAJOR, CRITICAL),
    ("investor", "date.primary.slip", MINOR, MAJOR),
    ("investor", "date.completion.slip", MINOR, MINOR),
    ("investor", "enrollment.final", MAJOR, CRITICAL),
    ("investor", "results.due_soon", MINOR, MAJOR),
    ("investor", "site.closed", MAJOR, MINOR),
    ("investor", "text.title", MINOR, MINOR),
    ("integrity", "outcome.primary.modified", MAJOR, CRITICAL),
    ("integrity", "outcome.secondary.added", MINOR, MAJOR),
    ("integrity", "date.start.retroactive", MINOR, CRITICAL),
    ("integrity", "date.start.moved", MINOR, MINOR),
    ("integrity", "results.overdue", MAJOR, CRITICAL),
    ("integrity", "results.submitted", MINOR, MAJOR),
    ("integrity", "results.returned", MINOR, MAJOR),
    ("integrity", "results.delay_certified", MINOR, MAJOR),
    ("integrity", "results.updated", MINOR, MINOR),
    ("integrity", "document.added", MINOR, MAJOR),
    ("integrity", "reference.added", MINOR, MAJOR),
    ("integrity", "reference.added", NOISE, NOISE),
    ("integrity", "status.unknown", MAJOR, CRITICAL),
    ("integrity", "ipd.sharing", MINOR, MAJOR),
    ("integrity", "site.removed", MAJOR, MINOR),
]


@pytest.mark.parametrize(("audience", "kind", "base", "level"), ROWS, ids=lambda value: str(value))
def test_each_audience_hears_each_kind_at_its_level(audience, kind, base, level):
    assert level_for(change(kind, base), preset(audience), None) is level


def test_reason_of_every_step_is_added_to_the_rule():
    one = adjusted(change("site.added", country="France", city="lyon"), preset("advocate"), LYON)
    assert (one.severity, one.rule) == (MAJOR, "why it is so · minor → major: near Lyon")
    other = adjusted(change("status.opened", MAJOR), preset("advocate"), None)
    assert other.rule == "why it is so · major → critical: audience advocate"
    lifted = adjusted(change("contact.central", NOISE), preset("advocate"), None)
    assert lifted.rule == "why it is so · noise → minor: audience advocate"


def test_change_that_no_rule_moves_stays_the_very_same():
    one = change("status.stopped", CRITICAL)
    assert adjusted(one, preset("advocate"), LYON) is one


def test_the_most_exact_rule_wins():
    rules = Preset(
        name="own", up=("outcome",), down=("outcome.secondary",), levels={"outcome.secondary.added": "critical"}
    )
    levels = [
        level_for(change(kind, MAJOR), rules, None) for kind in ("outcome.primary.added", "outcome.secondary.removed")
    ]
    assert levels == [CRITICAL, MINOR]
    assert level_for(change("outcome.secondary.added", MINOR), rules, None) is CRITICAL


def test_level_of_a_family_leaves_its_noise_alone():
    rules = Preset(name="own", levels={"site": "major"})
    assert level_for(change("site.closed", MINOR), rules, None) is MAJOR
    assert level_for(change("site.geocoded", NOISE), rules, None) is NOISE


def test_rule_does_not_fit_a_kind_that_merely_begins_with_the_same_letters():
    assert level_for(change("sites_of_old.added", MINOR), Preset(name="own", up=("site",)), None) is MINOR


@pytest.mark.parametrize(
    ("kind", "facts", "place"),
    [
        ("site.added", {"city": "lyon", "country": "France"}, "Lyon"),
        ("site.added", {"city": "lyon cedex 08", "country": "France"}, "Lyon"),
        ("site.added", {"city": "brest", "country": "France"}, "France"),
        ("site.added", {"city": "lyon", "country": "United States"}, "Lyon"),
        ("site.added", {"city": "brest", "country": "Belarus"}, None),
        ("site.closed", {"count": 9, "cities": ["brest", "lyon"], "country": "Belarus"}, "Lyon"),
        ("site.closed", {"name": "Clinic of Rest, Lyon", "country": "Belarus"}, "Lyon"),
        ("site.closed", {"count": 9, "names": ["A, Brest", "B, Lyon"], "country": "Belarus"}, "Lyon"),
        ("country.added", {"name": "France"}, "France"),
        ("country.paused", {"count": 6, "names": ["Belgium", "France"]}, "France"),
        ("country.paused", {"name": "Belgium"}, None),
        ("status.opened", {"country": "France"}, "France"),
    ],
)
def test_place_near_the_reader_is_found(kind, facts, place):
    assert near_place(change(kind, **facts), LYON) == place


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("USA", "United States"),
        ("U.K.", "United Kingdom"),
        ("Turkey", "Turkey (Türkiye)"),
        ("türkiye", "Turkey (Türkiye)"),
        ("Czech Republic", "Czechia"),
        ("south korea", "Korea, Republic of"),
        ("Cote d'Ivoire", "Côte d’Ivoire"),
    ],
)
def test_country_is_known_by_any_of_its_names(written, sent):
    assert near_place(change("country.added", name=sent), NearConfig(countries=(written,))) == written


def test_city_written_with_its_country_is_not_its_namesake():
    paris = NearConfig(cities=("Paris, France",))
    assert near_place(change("site.added", city="paris", country="United States"), paris) is None
    assert near_place(change("site.added", city="paris", country="France"), paris) == "Paris, France"


def test_nearness_lifts_sites_and_countries_only_and_only_where_the_audience_says_so():
    near_site, near_status = (change(kind, country="France") for kind in ("site.added", "status.completed"))
    assert level_for(near_site, None, LYON) is MAJOR
    assert level_for(near_status, None, LYON) is MINOR
    assert level_for(near_site, preset("investor"), LYON) is MINOR
    assert preset("advocate").near == NEAR_ALONE


def test_comparison_as_heard_keeps_its_base_levels_and_its_order():
    changes = (change("status.opened", MAJOR), change("site.added", country="France"))
    stamp = Stamp(data_version=None, last_update_posted=None)
    base = Comparison(nct_id="NCT99100001", older=stamp, newer=stamp, edits=(), changes=changes, catalogue_revision=1)
    told = for_audience(base, Audience(preset=preset("advocate"), near=LYON))
    assert [one.severity for one in told.changes] == [CRITICAL, MAJOR]
    assert [one.severity for one in base.changes] == [MAJOR, MINOR]
    assert for_audience(base, Audience()) is base
    assert for_audience(base, Audience(preset=preset("investor"))) is base


def test_every_shipped_rule_fits_a_kind():
    known = kinds.known_names()
    for name in preset_names(None):
        rules = preset(name)
        assert {*rules.up, *rules.down, *rules.near, *rules.levels} <= known, name
    assert {path.stem for path in BUILT_IN.glob("*.toml")} == {
        "advocate",
        "competitive",
        "integrity",
        "investor",
        "operations",
    }


def test_every_kind_the_explainers_name_is_listed():
    folder = Path(kinds.__file__).parent / "families"
    named = re.compile(r'kind(?: =|=|, level =|, level, rule =) ?"([a-z_]+(?:\.[a-z_]+)*)"')
    found = {kind for path in folder.rglob("*.py") for kind in named.findall(path.read_text())}
    assert {"arm.modified", "site.activated", "results.posted"} <= found
    assert found <= set(kinds.KINDS)
    assert len(kinds.KINDS) == len(set(kinds.KINDS))
