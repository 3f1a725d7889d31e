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
from watcher.pages.record_text import joined, line, lines, module, objects, raw
from watcher.rendering.escape import cut, paragraphs, plain, verbatim
from watcher.study.read import as_object, as_text
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
    arms = module(record, "armsInterventionsModule")
    outcomes = module(record, "outcomesModule")
    return Mirror(
        title=title_of(record) or trial.nct_id,
        nct_id=plain(trial.nct_id),
        registry_url=registry_url,
        canonical_url=canonical_url,
        front=tuple(_front(trial, canonical_url, registry_url)),
        facts=tuple((label, value) for label, value in _facts(record) if value),
        summary=paragraphs(_unescaped(module(record, "descriptionModule").get("briefSummary"))),
        eligibility=tuple((label, value) for label, value in _who(module(record, "eligibilityModule")) if value),
        criteria=verbatim(_unescaped(module(record, "eligibilityModule").get("eligibilityCriteria"))),
        arms=tuple(Named(name=line(arm.get("label")), beside=raw(arm.get("type"))) for arm in _of(arms, "armGroups")),
        interventions=tuple(
            Named(name=line(one.get("name")), beside=raw(one.get("type")), text=line(one.get("description")))
            for one in _of(arms, "interventions")
        ),
        primary=tuple(map(_outcome, _of(outcomes, "primaryOutcomes"))),
        secondary=tuple(map(_outcome, _of(outcomes, "secondaryOutcomes"))),
        other=tuple(map(_outcome, _of(outcomes, "otherOutcomes"))),
        locations=tuple(
            joined([line(place.get(key)) for key in ("facility", "city", "state", "country")])
            for place in _of(module(record, "contactsLocationsModule"), "locations")
        ),
        log=tuple(logged(trial.steps, since=site.now - RECENT)),
        log_days=RECENT.days,
    )


def title_of(record: Record) -> str:
    """Return a trial's brief title, else its official one, in one line; empty when it has neither."""
    identification = module(record, "identificationModule")
    return line(identification.get("briefTitle")) or line(identification.get("officialTitle"))


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
        return _with_type(raw(value.get("date")), value)
    if isinstance(value, Mapping) and isinstance(value.get("count"), int):
        return _with_type(str(value["count"]), value)
    if isinstance(value, str):
        return cut(line(value), _LONGEST_VALUE) or '""'
    if isinstance(value, Sequence) and all(isinstance(item, str) for item in value):
        return cut(joined([line(item) for item in value]), _LONGEST_VALUE) or "(empty)"
    return cut(plain(values.show(value, _LONGEST_VALUE)), _LONGEST_VALUE)


def _with_type(text: str, held: Mapping[str, Json]) -> str:
    kind = raw(held.get("type"))
    return f"{text} ({kind})" if kind else text


def _unescaped(value: Json) -> str:
    """Undo the registry's Markdown escapes line by line; the layout stays."""
    shown = []
    for text in as_text(value).splitlines():
        indent = len(text) - len(text.lstrip())
        shown.append(text[:indent] + values.plain(text))
    return "\n".join(shown)


def _of(held: Mapping[str, Json], key: str) -> tuple[Mapping[str, Json], ...]:
    return objects(held.get(key))


def _outcome(outcome: Mapping[str, Json]) -> Named:
    return Named(
        name=line(outcome.get("measure")), beside=line(outcome.get("timeFrame")), text=line(outcome.get("description"))
    )


def _front(trial: Trial, canonical_url: str, registry_url: str) -> Iterator[tuple[str, str]]:
    record = trial.record
    status, design = module(record, "statusModule"), module(record, "designModule")
    conditions = lines(module(record, "conditionsModule").get("conditions"))
    places = _of(module(record, "contactsLocationsModule"), "locations")
    seen_at = trial.steps[-1].seen_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    yield "title", title_of(record)
    yield "nct_id", plain(trial.nct_id)
    yield "overall_status", raw(status.get("overallStatus"))
    yield "phase", joined([raw(phase) for phase in lines(design.get("phases"))])
    yield "sponsor", _sponsor(record)
    yield "study_type", raw(design.get("studyType"))
    yield "primary_condition", conditions[0] if conditions else ""
    yield "countries", joined(values.distinct(line(place.get("country")) for place in places))
    yield "canonical_url", canonical_url
    yield "clinicaltrials_gov", registry_url
    yield "ct_last_update_post_date", _date(status, "lastUpdatePostDateStruct")
    yield "last_seen_at", seen_at
    yield "source", SOURCE


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    status, design = module(record, "statusModule"), module(record, "designModule")
    enrolled = as_object(design.get("enrollmentInfo"))
    count = enrolled.get("count")
    yield "Status", raw(status.get("overallStatus"))
    yield "Last Known Status", raw(status.get("lastKnownStatus"))
    yield "Why Stopped", line(status.get("whyStopped"))
    yield "Phase", joined(lines(design.get("phases")))
    yield "Study Type", raw(design.get("studyType"))
    label = "Actual Enrollment" if enrolled.get("type") == "ACTUAL" else "Target Enrollment"
    yield label, "unknown" if count == UNKNOWN_COUNT else str(count) if isinstance(count, int) else ""
    yield "Lead Sponsor", _sponsor(record)
    yield "Conditions", joined(lines(module(record, "conditionsModule").get("conditions")))
    for name, field in (
        ("Start Date", "startDateStruct"),
        ("Primary Completion Date", "primaryCompletionDateStruct"),
        ("Completion Date", "completionDateStruct"),
    ):
        spelt_date = _date(status, field)
        yield name, _with_type(spelt_date, as_object(status.get(field))) if spelt_date else ""
    yield "Results", _results(record)
    yield "CT.gov Last Update", _date(status, "lastUpdatePostDateStruct")


def _results(record: Record) -> str:
    """Return where the results stand: `posted 2026-06-08`, `not posted; submitted 2026-05-28`."""
    status = module(record, "statusModule")
    posted = _date(status, "resultsFirstPostDateStruct")
    if record.get("hasResults") is True or posted:
        return joined(["posted", posted], " ")
    submitted, delayed = raw(status.get("resultsFirstSubmitDate")), _date(status, "dispFirstPostDateStruct")
    pending = [f"submitted {submitted}" if submitted else "", f"delay certified {delayed}" if delayed else ""]
    return joined(["not posted", *pending], "; ")


def _who(eligibility: Mapping[str, Json]) -> Iterator[tuple[str, str]]:
    yield "Minimum age", raw(eligibility.get("minimumAge"))
    yield "Maximum age", raw(eligibility.get("maximumAge"))
    yield "Sex", raw(eligibility.get("sex"))
    healthy = eligibility.get("healthyVolunteers")
    yield "Healthy Volunteers", {True: "Yes", False: "No"}.get(healthy, "") if isinstance(healthy, bool) else ""


def _sponsor(record: Record) -> str:
    return line(as_object(module(record, "sponsorCollaboratorsModule").get("leadSponsor")).get("name"))


def _date(status: Mapping[str, Json], field: str) -> str:
    return raw(as_object(status.get(field)).get("date"))
