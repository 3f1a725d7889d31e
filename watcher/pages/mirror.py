"""A trial as a mirror of its record: raw values in the registry's own spelling, with the log of what changed.

The form is that of the Markdown pages trial mirrors publish: front matter, key facts, sections, recent changes. Values
are not put into words; texts are shown whole. Does not escape: the template does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from watcher.changes.model import Change, Json, Record
from watcher.changes.wording import values
from watcher.pages.page_model import REGISTRY_URL, Site, Step, Trial
from watcher.pages.record_text import joined, line, lines, unescaped
from watcher.rendering.escape import cut, paragraphs, plain, verbatim
from watcher.study.read import as_text, texts
from watcher.study.record_model import (
    Arms,
    Conditions,
    Description,
    Design,
    Eligibility,
    Identification,
    Locations,
    Measure,
    Outcomes,
    Sponsors,
    Status,
    module_of,
)
from watcher.study.typed import UNKNOWN_COUNT

RECENT = timedelta(days=30)
"""How far the log of a trial's page goes back."""

SOURCE = "ClinicalTrials.gov (mirrored, no enrichment)"
_LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """One line of the log.

    Attributes:
        path: `status.overallStatus`; `record.baseline` for first sight.
        verb: `added`, `removed`, `changed`, `moved` or `reverted`.
        seen: Day it was seen, `yyyy-mm-dd` in UTC.
        shift: `RECRUITING → TERMINATED`.
        posted: Day it was posted; empty when the registry made the change itself or gives no day.
        severity: Its level.
    """

    path: str
    verb: str
    seen: str
    shift: str
    posted: str
    severity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A list item: its name, a remark and a description; the last two may be empty."""

    name: str
    beside: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """What the template of the Markdown page is given; empty parts are left out there."""

    title: str
    nct_id: str
    registry_url: str
    canonical_url: str
    front: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    summary: tuple[str, ...]
    eligibility: tuple[tuple[str, str], ...]
    criteria: str
    arms: tuple[Named, ...]
    interventions: tuple[Named, ...]
    primary: tuple[Named, ...]
    secondary: tuple[Named, ...]
    other: tuple[Named, ...]
    locations: tuple[str, ...]
    log: tuple[Logged, ...]
    log_days: int


def mirror_of(trial: Trial, site: Site) -> Mirror:
    """Return the page of one trial.

    Args:
        trial: The trial; its steps within the last 30 days make the log.
        site: Gives the time to count back from, and the address of the page.
    """
    record = trial.record
    registry_url = REGISTRY_URL.format(plain(trial.nct_id))
    canonical_url = f"{site.url}/trials/{plain(trial.nct_id)}.md" if site.url else registry_url
    arms, outcomes = module_of(record, Arms), module_of(record, Outcomes)
    eligibility = module_of(record, Eligibility)
    return Mirror(
        title=title_of(record) or trial.nct_id,
        nct_id=plain(trial.nct_id),
        registry_url=registry_url,
        canonical_url=canonical_url,
        front=tuple(_front(trial, canonical_url, registry_url)),
        facts=tuple((label, value) for label, value in _facts(record) if value),
        summary=paragraphs(unescaped(module_of(record, Description).brief_summary)),
        eligibility=tuple((label, value) for label, value in _who(eligibility) if value),
        criteria=verbatim(unescaped(eligibility.eligibility_criteria)),
        arms=tuple(Named(name=line(arm.label), beside=plain(arm.type)) for arm in arms.arm_groups),
        interventions=tuple(
            Named(name=line(one.name), beside=plain(one.type), text=line(one.description)) for one in arms.interventions
        ),
        primary=tuple(map(_outcome, outcomes.primary_outcomes)),
        secondary=tuple(map(_outcome, outcomes.secondary_outcomes)),
        other=tuple(map(_outcome, outcomes.other_outcomes)),
        locations=tuple(
            joined([line(text) for text in (place.facility, place.city, place.state, place.country)])
            for place in module_of(record, Locations).locations
        ),
        log=tuple(logged(trial.steps, since=site.now - RECENT)),
        log_days=RECENT.days,
    )


def title_of(record: Record) -> str:
    """Return a trial's brief title, else its official one, in one line; empty when it has neither."""
    titles = module_of(record, Identification)
    return line(titles.brief_title) or line(titles.official_title)


def logged(steps: Sequence[Step], *, since: datetime) -> Iterator[Logged]:
    """Return the log of a trial, newest version first; within one, the loudest first, noise included."""
    for step in reversed(steps):
        if step.seen_at >= since:
            for change in step.comparison.changes:
                yield _logged(change, step)


def _logged(change: Change, step: Step) -> Logged:
    is_first = change.kind == "record.baseline"
    has_day = is_first or change.origin.value == "sponsor"
    return Logged(
        path=plain(change.kind if is_first else change.path),
        verb=change.verb.value,
        seen=step.seen_at.astimezone(UTC).date().isoformat(),
        shift="first version kept" if is_first else f"{spelt(change.before)} → {spelt(change.after)}",
        posted=plain(step.posted or "") if has_day else "",
        severity=change.severity.value,
    )


def spelt(value: Json) -> str:
    """Return a value as the registry spells it, in one short line; a date or a count with its type in brackets."""
    if value is None:
        return "(none)"
    if isinstance(value, Mapping) and "date" in value:
        return _with_type(plain(as_text(value["date"])), as_text(value.get("type")))
    if isinstance(value, Mapping) and isinstance(value.get("count"), int):
        return _with_type(str(value["count"]), as_text(value.get("type")))
    if isinstance(value, str):
        return cut(line(value), _LONGEST_VALUE) or '""'
    if isinstance(value, Sequence) and len(texts(value)) == len(value):
        return cut(joined([line(item) for item in texts(value)]), _LONGEST_VALUE) or "(empty)"
    return cut(plain(values.show(value, _LONGEST_VALUE)), _LONGEST_VALUE)


def _with_type(text: str, type_: str) -> str:
    return f"{text} ({plain(type_)})" if plain(type_) else text


def _outcome(outcome: Measure) -> Named:
    return Named(name=line(outcome.measure), beside=line(outcome.time_frame), text=line(outcome.description))


def _front(trial: Trial, canonical_url: str, registry_url: str) -> Iterator[tuple[str, str]]:
    record = trial.record
    status, design = module_of(record, Status), module_of(record, Design)
    conditions = lines(module_of(record, Conditions).conditions)
    seen_at = trial.steps[-1].seen_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    yield "title", title_of(record)
    yield "nct_id", plain(trial.nct_id)
    yield "overall_status", plain(status.overall_status)
    yield "phase", joined(lines(design.phases))
    yield "sponsor", _sponsor(record)
    yield "study_type", plain(design.study_type)
    yield "primary_condition", conditions[0] if conditions else ""
    places = module_of(record, Locations).locations
    yield "countries", joined(values.distinct(line(place.country) for place in places))
    yield "canonical_url", canonical_url
    yield "clinicaltrials_gov", registry_url
    yield "ct_last_update_post_date", plain(status.last_update_post_date_struct.date)
    yield "last_seen_at", seen_at
    yield "source", SOURCE


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    status, design = module_of(record, Status), module_of(record, Design)
    enrolled = design.enrollment_info
    yield "Status", plain(status.overall_status)
    yield "Last Known Status", plain(status.last_known_status)
    yield "Why Stopped", line(status.why_stopped)
    yield "Phase", joined(lines(design.phases))
    yield "Study Type", plain(design.study_type)
    label = "Actual Enrollment" if enrolled.type == "ACTUAL" else "Target Enrollment"
    yield label, "" if enrolled.count is None else "unknown" if enrolled.count == UNKNOWN_COUNT else str(enrolled.count)
    yield "Lead Sponsor", _sponsor(record)
    yield "Conditions", joined(lines(module_of(record, Conditions).conditions))
    for name, found in (
        ("Start Date", status.start_date_struct),
        ("Primary Completion Date", status.primary_completion_date_struct),
        ("Completion Date", status.completion_date_struct),
    ):
        yield name, _with_type(plain(found.date), found.type) if plain(found.date) else ""
    yield "Results", _results(record)
    yield "CT.gov Last Update", plain(status.last_update_post_date_struct.date)


def _results(record: Record) -> str:
    """Return where the results stand: `posted 2026-06-08`, `not posted; submitted 2026-05-28`."""
    status = module_of(record, Status)
    posted = plain(status.results_first_post_date_struct.date)
    if record.get("hasResults") is True or posted:
        return joined(["posted", posted], " ")
    submitted, delayed = plain(status.results_first_submit_date), plain(status.disp_first_post_date_struct.date)
    pending = [f"submitted {submitted}" if submitted else "", f"delay certified {delayed}" if delayed else ""]
    return joined(["not posted", *pending], "; ")


def _who(eligibility: Eligibility) -> Iterator[tuple[str, str]]:
    yield "Minimum age", plain(eligibility.minimum_age)
    yield "Maximum age", plain(eligibility.maximum_age)
    yield "Sex", plain(eligibility.sex)
    healthy = eligibility.healthy_volunteers
    yield "Healthy Volunteers", "" if healthy is None else values.boolean(healthy).capitalize()


def _sponsor(record: Record) -> str:
    return line(module_of(record, Sponsors).lead_sponsor.name)
