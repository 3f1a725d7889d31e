"""One trial's page, as its template is given it: every section, the timeline, the pictures, the related trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from watcher.pages import charts, study, who_and_where
from watcher.pages.mirror import title_of
from watcher.pages.page_model import REGISTRY_URL, Trial
from watcher.pages.prose import Block, blocks
from watcher.pages.record_text import day, line, word
from watcher.pages.related import Related
from watcher.pages.trial_timeline import TimelineEntry, chapter_of
from watcher.rendering.escape import cut, plain
from watcher.study.names import short_name as short_name_of
from watcher.study.record_model import Description, Identification, Status, module_of

_STATES = {
    "gone": "The registry no longer serves this record; what is shown is its last state.",
    "absent": "The record was missing from the registry's last answer; what is shown is its last state.",
    "merged": "This id is an alias of another record now; what is shown is its own last state.",
    "quarantined": "The registry's newest answer for this trial is not believed yet; shown is the state before.",
}
_NEAREST = 5
_SECTIONS = (
    ("basic", "Basic information"),
    ("changes", "What changed"),
    ("results", "Study results"),
    ("summary", "Brief summary"),
    ("description", "Detailed description"),
    ("conditions", "Conditions"),
    ("design", "Study design"),
    ("groups", "Study groups"),
    ("interventions", "Interventions"),
    ("outcomes", "Outcomes"),
    ("eligibility", "Eligibility criteria"),
    ("sponsors", "Sponsors"),
    ("responsible", "Responsible party"),
    ("locations", "Locations"),
    ("contacts", "Contacts"),
    ("references", "References"),
    ("identifiers", "Other identifiers"),
    ("related", "Related trials"),
)
"""Sections of a page, in order: anchor and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A name and the address it leads to, relative to the page."""

    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """A related trial with a page of ours."""

    nct_id: str
    name: str
    status: str
    why: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialPage:
    """What the template of a trial's page is given; empty parts are left out there."""

    nct_id: str
    name: str
    title: str
    official: str
    status: str
    status_code: str
    state: str
    updated: str
    registry_url: str
    watches: tuple[Link, ...]
    basics: study.Facts
    results: who_and_where.Results
    summary: tuple[Block, ...]
    description: tuple[Block, ...]
    conditions: tuple[str, ...]
    keywords: tuple[str, ...]
    design: study.Facts
    groups: tuple[study.Group, ...]
    interventions: tuple[study.Intervention, ...]
    outcomes: tuple[tuple[str, tuple[study.Outcome, ...]], ...]
    criteria: study.Criteria
    sponsors: tuple[tuple[str, str, str], ...]
    responsible: study.Facts
    countries: tuple[who_and_where.Country, ...]
    country_names: tuple[str, ...]
    sites: int
    site_states: str
    central: tuple[who_and_where.Contact, ...]
    local: tuple[who_and_where.Contact, ...]
    references: tuple[who_and_where.Reference, ...]
    identifiers: tuple[tuple[str, str, str], ...]
    near: tuple[Near, ...]
    more_near: tuple[Near, ...]
    chapters: tuple[TimelineEntry, ...]
    lines: tuple[charts.Lines, ...]
    bars: charts.Bars | None

    @property
    def latest(self) -> TimelineEntry | None:
        """The newest version with something to tell, or None."""
        return next((entry for entry in self.chapters if not entry.is_quiet), None)

    @property
    def sections(self) -> tuple[tuple[str, str], ...]:
        """Anchor and name of every section that has something to show."""
        return tuple((code, name) for code, name in _SECTIONS if self._has(code))

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of the sections of which the record says nothing."""
        return tuple(name for code, name in _SECTIONS if code != "related" and not self._has(code))

    def _has(self, code: str) -> bool:
        held: Mapping[str, object] = {
            "basic": self.basics,
            "summary": self.summary,
            "description": self.description,
            "conditions": self.conditions or self.keywords,
            "design": self.design,
            "groups": self.groups,
            "interventions": self.interventions,
            "outcomes": self.outcomes,
            "eligibility": self.criteria.facts or self.criteria.text,
            "sponsors": self.sponsors,
            "responsible": self.responsible,
            "locations": self.countries,
            "contacts": self.central or self.local,
            "references": self.references,
            "identifiers": self.identifiers,
            "related": self.near,
        }
        return bool(held.get(code, True))


def page_of(
    trial: Trial, *, watch_pages: Mapping[str, str], related: Sequence[Related], names: Mapping[str, tuple[str, str]]
) -> TrialPage:
    """Return the page of one trial.

    Args:
        trial: The trial; its steps carry their records.
        watch_pages: Name of a watch → address of its page, relative to the trial's.
        related: Related trials, most alike first.
        names: Id → short name and status in words, of every trial that has a page.
    """
    record = trial.record
    status, description = module_of(record, Status), module_of(record, Description)
    title, official = title_of(record), line(module_of(record, Identification).official_title)
    countries = who_and_where.countries_of(record)
    conditions, keywords = study.conditions_of(record)
    name = short_name(trial)
    near = tuple(_near(one, *names[one.nct_id]) for one in related if one.nct_id in names)
    return TrialPage(
        nct_id=plain(trial.nct_id),
        name=name,
        title=title or plain(trial.nct_id),
        official="" if official == title else official,
        status=word(status.overall_status),
        status_code=code_of(plain(status.overall_status)),
        state=_STATES.get(trial.state, ""),
        updated=day(status.last_update_post_date_struct.date),
        registry_url=REGISTRY_URL.format(plain(trial.nct_id)),
        watches=tuple(Link(name=plain(watch), href=watch_pages[watch]) for watch in trial.watches),
        basics=study.basics(record),
        results=who_and_where.results_of(record),
        summary=blocks(description.brief_summary),
        description=blocks(description.detailed_description),
        conditions=conditions,
        keywords=keywords,
        design=study.design_of(record),
        groups=study.groups_of(record),
        interventions=study.interventions_of(record),
        outcomes=study.outcomes_of(record),
        criteria=study.criteria_of(record),
        sponsors=who_and_where.sponsors_of(record),
        responsible=who_and_where.responsible_of(record),
        countries=countries,
        country_names=tuple(country.name for country in countries),
        sites=sum(len(country.places) for country in countries),
        site_states=who_and_where.site_states(countries),
        central=who_and_where.central_of(record),
        local=tuple(one for country in countries for place in country.places for one in place.contacts),
        references=who_and_where.references_of(record),
        identifiers=who_and_where.identifiers_of(record),
        near=near[:_NEAREST],
        more_near=near[_NEAREST:],
        chapters=tuple(chapter_of(step, name) for step in reversed(trial.steps)),
        lines=tuple(
            chart for chart in (charts.enrollment_chart(trial.steps), charts.dates_chart(trial.steps)) if chart
        ),
        bars=charts.sites_chart(countries),
    )


def short_name(trial: Trial) -> str:
    """Return a trial's short name: the operator's own, else one made of what it studies."""
    return cut(plain(trial.short_name or short_name_of(trial.record)), 90)


def code_of(status: str) -> str:
    """Return a status as a word for style sheets: `not-yet-recruiting`; `unknown` for anything strange."""
    code = status.lower().replace("_", "-")
    return code if code.replace("-", "").isascii() and code.replace("-", "").isalpha() else "unknown"


def _near(one: Related, name: str, status: str) -> Near:
    return Near(nct_id=one.nct_id, name=name, status=status, why=plain(one.why), href=f"{one.nct_id}.html")
