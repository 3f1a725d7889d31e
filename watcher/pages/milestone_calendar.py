"""Milestones of trials as a calendar: primary completion, completion, results due.

Days only, no times. A date the registry gives by month or year stands on its last day and says so.

Source: RFC 5545 (iCalendar), https://www.rfc-editor.org/rfc/rfc5545
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from watcher.changes.families.results.due_dates import milestones
from watcher.changes.model import Record
from watcher.changes.partial_date import read
from watcher.changes.wording import values
from watcher.pages.page_model import REGISTRY_URL
from watcher.pages.record_text import kind_of_date
from watcher.study.record_model import Status, module_of

if TYPE_CHECKING:
    from icalendar import Event

PAST = timedelta(days=366)
"""How far the calendar goes back: a year."""

_FIRST = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One day of one trial.

    Attributes:
        nct_id: The trial.
        name: Its short name.
        key: `primary-completion`, `completion` or `results-due`; with the id it makes the event's own id.
        day: The day.
        what: `Primary completion (planned)`.
        note: `The registry gives the month only.`, or empty.
        stamp: When the version that says so was stored.
    """

    nct_id: str
    name: str
    key: str
    day: date
    what: str
    note: str
    stamp: datetime


def milestones_of(nct_id: str, record: Record, name: str, stamp: datetime) -> tuple[Milestone, ...]:
    """Return the milestones of one trial; dates the record does not give are left out."""
    return tuple(_milestones(nct_id, record, name, stamp))


def _milestones(nct_id: str, record: Record, name: str, stamp: datetime) -> Iterator[Milestone]:
    status = module_of(record, Status)
    for key, what, spelt in (
        ("primary-completion", "Primary completion", status.primary_completion_date_struct),
        ("completion", "Completion", status.completion_date_struct),
    ):
        found = read(spelt.date)
        if found is not None:
            kind = kind_of_date(spelt.type)
            note = "" if found.is_full else f"The registry says {values.date(found.text)}, no day."
            yield Milestone(nct_id=nct_id, name=name, key=key, day=found.last, what=what + kind, note=note, stamp=stamp)
    for due in milestones(record):
        if due.kind == "results.overdue":
            yield Milestone(
                nct_id=nct_id,
                name=name,
                key="results-due",
                day=due.due,
                what="Results due",
                note="One year after the actual primary completion; whether the law binds this trial is not decided.",
                stamp=stamp,
            )


def calendar_of(title: str, found: Iterable[Milestone], *, since: date) -> str:
    """Write milestones as one iCalendar file.

    Args:
        title: Name of the calendar.
        found: The milestones; written by day and trial.
        since: The first day that is of interest; what lies before is left out.

    Returns:
        The file's text, lines ended by CR LF and folded at 75 octets.
    """
    # A second to load, and wanted only when pages are written: a run without news must not pay for it.
    from icalendar import Calendar, vText

    calendar = Calendar()
    for name, value in (
        ("version", "2.0"),
        ("prodid", "-//Trial watcher//Milestones//EN"),
        ("calscale", "GREGORIAN"),
        ("method", "PUBLISH"),
        ("x-wr-calname", vText(title)),  # a name of no standard: nothing would escape it by itself
    ):
        calendar.add(name, value)
    for one in sorted(found, key=lambda item: (item.day, item.nct_id, item.key)):
        if one.day >= since:
            calendar.add_component(_event(one))
    written: bytes = calendar.to_ical()
    return written.decode()


def _event(one: Milestone) -> Event:
    from icalendar import Event

    url = REGISTRY_URL.format(one.nct_id)
    changed = one.stamp.astimezone(UTC).replace(microsecond=0)
    event = Event()
    event.add("uid", f"{one.nct_id}-{one.key}@trial-watcher.invalid")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", _revision(one.stamp))
    event.add("dtstart", one.day)
    event.add("dtend", min(one.day, date.max - timedelta(days=1)) + timedelta(days=1))
    event.add("summary", f"{one.what}: {one.name}")
    event.add("description", "\n".join(part for part in (one.name, one.note, url, "Not medical advice.") if part))
    event.add("url", url)
    event.add("transp", "TRANSPARENT")
    return event


def _revision(stamp: datetime) -> int:
    """Return a number that grows with every version: calendars take up a moved date only with a larger one.

    Minutes, so that a store begun anew does not count from the beginning (RFC 5545, section 3.8.7.4).
    """
    return max(0, (stamp - _FIRST) // timedelta(minutes=1))
