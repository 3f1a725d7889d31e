"""Milestones of trials as a calendar: primary completion, completion, results due.

Days only, no times. A date the registry gives by month or year stands on its last day and says so.

Source: RFC 5545 (iCalendar), https://www.rfc-editor.org/rfc/rfc5545
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from watcher.changes.meaning.milestones import milestones
from watcher.changes.meaning.parts import as_object
from watcher.changes.model import Record
from watcher.changes.partial_date import read
from watcher.changes.wording import values
from watcher.pages.page_model import REGISTRY_URL
from watcher.pages.record_text import module

_LINE = 75
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
_DATES = (
    ("primary-completion", "Primary completion", "primaryCompletionDateStruct"),
    ("completion", "Completion", "completionDateStruct"),
)


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
    status = module(record, "statusModule")
    for key, what, field in _DATES:
        struct = as_object(status.get(field))
        found = read(struct.get("date"))
        if found is not None:
            kind = {"ACTUAL": " (actual)", "ESTIMATED": " (planned)"}.get(str(struct.get("type")), "")
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


def icalendar(title: str, found: Iterable[Milestone]) -> str:
    """Write milestones as one calendar file.

    Args:
        title: Name of the calendar.
        found: The milestones; written by day and trial.

    Returns:
        The file's text, lines ended by CR LF and folded at 75 octets.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Trial watcher//Milestones//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_escaped(title)}",
    ]
    for one in sorted(found, key=lambda item: (item.day, item.nct_id, item.key)):
        lines += _event(one)
    lines.append("END:VCALENDAR")
    return "".join(folded for line in lines for folded in _folded(line))


def _event(one: Milestone) -> list[str]:
    url = REGISTRY_URL.format(one.nct_id)
    changed = f"{one.stamp.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    text = "\n".join(part for part in (one.name, one.note, url, "Not medical advice.") if part)
    return [
        "BEGIN:VEVENT",
        f"UID:{one.nct_id}-{one.key}@trial-watcher.invalid",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{_revision(one.stamp)}",
        f"DTSTART;VALUE=DATE:{one.day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{min(one.day, date.max - timedelta(days=1)) + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(f'{one.what}: {one.name}')}",
        f"DESCRIPTION:{_escaped(text)}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _revision(stamp: datetime) -> int:
    """Return a number that grows with every version: calendars take up a moved date only with a larger one.

    Minutes, so that a store begun anew does not count from the beginning (RFC 5545, section 3.8.7.4).
    """
    return max(0, (stamp - _FIRST) // timedelta(minutes=1))


def _escaped(text: str) -> str:
    """Escape a text value (RFC 5545, section 3.3.11)."""
    for sign in ("\\", ";", ","):
        text = text.replace(sign, "\\" + sign)
    return text.replace("\n", "\\n")


def _folded(line: str) -> Iterator[str]:
    """Cut a line into pieces of at most 75 octets, never within a character (RFC 5545, section 3.1)."""
    piece, size = "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > _LINE:
            yield piece + "\r\n"
            piece, size = " ", 1
        piece += sign
        size += width
    yield piece + "\r\n"
