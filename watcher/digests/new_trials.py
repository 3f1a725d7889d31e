"""How a trial is presented that entered a search and that a reader does not know yet: what it is, not what changed.

Pure. What a trial tests, whom it takes and where it runs stands in lines below the move that brought it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from watcher.changes.families.search_changes import ENTERED
from watcher.changes.model import Phrase, Profile, Record, Severity, Story, Verb
from watcher.changes.wording import values
from watcher.changes.wording.build import countries_listed
from watcher.config.config_model import NearConfig
from watcher.digests.levels import is_near
from watcher.digests.short_labels import lower_first
from watcher.rendering.plain_text import count
from watcher.study.names import conditions_of, interventions_tested
from watcher.study.typed import Site, Study, sites_of, study_of

TAG = "New trial"

_MOST_NAMED = 6
_LONGEST_NAME = 120
_MOST_COUNTRIES = 20
_MOST_IN_HEADLINE = 3


def profile_of(record: Record, near: NearConfig | None) -> Profile:
    """Return what a trial is: how it stands, what it tests, whom it takes, where it runs, and which sites are near.

    Args:
        record: Its present record.
        near: Where the reader is, or None.
    """
    study, sites = study_of(record), sites_of(record)
    countries = values.distinct(site.country for site in sites if site.country)
    where = count(len(sites), "site") + (f" in {countries_listed(countries, _MOST_IN_HEADLINE)}" if countries else "")
    standing = "; ".join(
        filter(None, (lower_first(values.enum(study.status)) if study.status else "", where if sites else ""))
    )
    is_told = len(countries) <= _MOST_IN_HEADLINE  # by the headline already
    lines = (
        ("Tested", _several(interventions_tested(record))),
        ("Conditions", _several(conditions_of(record))),
        ("Participants", _participants(study)),
        ("Countries", "" if is_told else countries_listed(countries, _MOST_COUNTRIES)),
        ("Near you", _near(sites, near) if near is not None and sites else ""),
    )
    return Profile(
        headline=f"{TAG}, {standing}" if standing else TAG,
        lines=tuple(
            Phrase(
                kind=ENTERED,
                severity=Severity.MINOR,
                verb=Verb.CHANGED,
                label=label,
                sentence=f"{label}: {text}.",
                now=text,
            )
            for label, text in lines
            if text
        ),
    )


def as_new_trial(story: Story) -> Story:
    """Return the story of a trial that its reader does not know yet: its headline says what the trial is."""
    if story.profile is None:
        return story
    return replace(story, is_new=True, tag=TAG, headline=story.profile.headline, step_note=None)


def _participants(study: Study) -> str:
    number, kind = study.enrollment.count, "actual" if study.enrollment.is_actual else "planned"
    return f"{number:,} {kind}" if number is not None else ""


def _several(names: Sequence[str]) -> str:
    """Join names that may hold commas themselves."""
    more = [f"and {len(names) - _MOST_NAMED:,} more"] if len(names) > _MOST_NAMED else []
    return "; ".join((*(values.short(name, _LONGEST_NAME) for name in names[:_MOST_NAMED]), *more))


def _near(sites: Sequence[Site], near: NearConfig) -> str:
    names = values.distinct(_named(site) for site in sites if is_near(site.city, site.country, near))
    return _several(names) if names else "none of its sites"


def _named(site: Site) -> str:
    city = "" if site.facility.casefold().endswith(site.city.casefold()) else site.city
    return ", ".join(filter(None, (site.facility, city))) or site.country
