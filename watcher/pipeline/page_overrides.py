"""The operator's own templates of the pages, tried out at every build before they are trusted.

On the pages of the sandbox's trials and of records that hold next to nothing. What fails is not used: the built-in
template stands in. Tried anew at every build, so that a mended one is taken up by the next poll without a reload.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from watcher.archive import decode
from watcher.changes.compare import compare_records
from watcher.changes.model import Json, Record
from watcher.changes.record_events import first_seen
from watcher.config.load import Loaded
from watcher.pages.page_model import Site, Step, Trial
from watcher.pages.sample_pages import show_all
from watcher.rendering.environment import TemplateNote, Templates
from watcher.sandbox.sample_trials import sample_timeline

LARGEST_PAGE = 50_000_000
"""Characters of one page; an index of 10,000 trials has some ten million."""

SLOWEST_PAGE = 120.0
"""Seconds one page may take."""

PAGES = "pages/"
"""Where the templates of the pages lie, below the folder of templates."""


def override_files(loaded: Loaded) -> tuple[Path, ...]:
    """Return the operator's own templates of the pages, sorted; empty when there is none."""
    own = loaded.config.templates_dir
    folder = loaded.folder / Path(own).expanduser() / PAGES if own is not None else None
    return tuple(sorted(folder.glob("*.j2"))) if folder is not None else ()


def trusted_pages(templates: Templates) -> tuple[Templates, tuple[TemplateNote, ...]]:
    """Return the templates without those overrides of the pages that fail on specimens, and what is wrong with them.

    Raises:
        RenderError: A built-in template failed: a bug.
    """
    notes = try_pages(templates)
    return templates.distrusting(notes), notes


def try_pages(templates: Templates) -> tuple[TemplateNote, ...]:
    """Render the specimens of all pages and give what failed, each override once.

    Raises:
        RenderError: A built-in template failed: a bug.
    """
    notes: dict[str, TemplateNote] = {}

    def render(name: str, context: Mapping[str, object]) -> str:
        rendered = templates.render(name, context, most=LARGEST_PAGE)
        notes.update((note.template, note) for note in rendered.notes if note.template not in notes)
        return rendered.text

    show_all(specimen_trials(), specimen_site(), render)
    return tuple(notes.values())


def specimen_site() -> Site:
    """Return the site the specimens stand on."""
    return Site(url="https://pages.example.org", now=_seen_at("2026-06-30"), data_version="2026-06-30")


def specimen_trials() -> tuple[Trial, ...]:
    """Return the trials of the sandbox with all that happens to them, and two whose records hold next to nothing."""
    timeline = sample_timeline()
    trials, seq = [], 1
    for nct_id in timeline.ids(timeline.data_versions[-1]):
        found = ((day, timeline.record(nct_id, day)) for day in timeline.data_versions)
        steps = _steps(nct_id, {day: decode(body) for day, body in found if body is not None}, seq)
        seq += len(steps)
        newest = steps[-1].record or {}
        trials.append(Trial(nct_id=nct_id, record=newest, steps=steps, watches=("specimens",)))
    first, last = timeline.data_versions[0], timeline.data_versions[-1]
    for nct_id, before, after in (
        ("NCT99999996", "Alpha{0} beta{0}", "Gamma{0} delta{0}"),
        ("NCT99999997", f"Condition {{0}} before {_LONG}", f"Condition {{0}} after {_LONG}"),
    ):
        steps = _steps(nct_id, {first: _criteria(nct_id, before), last: _criteria(nct_id, after)}, seq)
        seq += len(steps)
        trials.append(Trial(nct_id=nct_id, record=steps[-1].record or {}, steps=steps))
    for nct_id, protocol in (("NCT99999998", _SPARSE), ("NCT99999999", {})):
        record: Record = {"protocolSection": {"identificationModule": {"nctId": nct_id}, **protocol}}
        steps = _undated(_steps(nct_id, {timeline.data_versions[0]: record}, seq))
        seq += len(steps)
        trials.append(Trial(nct_id=nct_id, record=record, steps=steps, state="gone"))
    return tuple(trials)


def _criteria(nct_id: str, form: str) -> Record:
    """Return a record with more criteria than a page that stands alone shows unfolded, each its number in a form."""
    points = "\n".join(f"* {form.format(number)}" for number in range(20))
    module: Mapping[str, Json] = {"eligibilityCriteria": f"Inclusion Criteria:\n\n{points}"}
    return {"protocolSection": {"identificationModule": {"nctId": nct_id}, "eligibilityModule": module}}


_LONG = "confirmed by two independent readers of the first and of every later visit " * 12

_SPARSE: Mapping[str, Json] = {
    "armsInterventionsModule": {"armGroups": [{}], "interventions": [{}]},
    "outcomesModule": {"primaryOutcomes": [{}]},
    "contactsLocationsModule": {
        "locations": [
            {"status": "RECRUITING"},
            {"contacts": [{}]},
            *({"country": f"Country {number}"} for number in range(14)),
        ],
        "centralContacts": [{}],
    },
    "referencesModule": {"references": [{}, {"retractions": [{"type": "Retraction in", "source": "A journal"}]}]},
}
"""Lists whose items say nothing, and what the sandbox has none of."""


def _steps(nct_id: str, states: Mapping[str, Record], seq: int) -> tuple[Step, ...]:
    """Return the versions of a trial that differ, the first as first sight."""
    steps: list[Step] = []
    for day, record in states.items():
        before = steps[-1].record if steps else None
        comparison = (
            first_seen(nct_id, data_version=day, posted=None) if before is None else compare_records(before, record)
        )
        if comparison.changes:
            steps.append(
                Step(
                    nct_id=nct_id,
                    seq=seq + len(steps),
                    seen_at=_seen_at(day),
                    data_version=day,
                    posted=comparison.newer.last_update_posted,
                    is_baseline=before is None,
                    comparison=comparison,
                    record=record,
                )
            )
    return tuple(steps)


def _undated(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """Return first sights of a registry that names no data version."""
    return tuple(
        replace(step, data_version=None, comparison=first_seen(step.nct_id, data_version=None, posted=None))
        for step in steps
    )


def _seen_at(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)
