"""Feeds and the calendar, read by programs that are not ours."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import icalendar
import pytest

from tests.changes.builders import put
from tests.pages.made import START, a_trial, cast_record
from watcher.pages.feeds import Entry, Feed, atom, json_feed
from watcher.pages.milestone_calendar import Milestone, calendar_of, milestones_of
from watcher.pages.trial_timeline import chapter_of

ATOM = "{http://www.w3.org/2005/Atom}"
FEEDS = ["feed", "watches/demo", "trials/NCT99000001", "trials/NCT99000011"]


@pytest.mark.parametrize("name", FEEDS)
def test_atom_is_read_without_complaint(site, name):
    found = feedparser.parse(site.text(f"{name}.xml"))
    assert not found.bozo
    assert found.version == "atom10"
    assert found.entries
    for entry in found.entries:
        assert entry.id.startswith("urn:uuid:")
        assert entry.title
        assert entry.updated_parsed
        assert entry.content[0].value
    assert len({entry.id for entry in found.entries}) == len(found.entries)
    assert [entry.updated for entry in found.entries] == sorted((e.updated for e in found.entries), reverse=True)
    assert found.feed.updated == found.entries[0].updated


@pytest.mark.parametrize("name", FEEDS)
def test_atom_has_what_the_rfc_asks_for(site, name):
    root = ET.fromstring(site.text(f"{name}.xml"))
    for tag in ("id", "title", "updated", "author"):
        assert len(root.findall(ATOM + tag)) == 1
    for entry in root.findall(f"{ATOM}entry"):
        for tag in ("id", "title", "updated", "content"):
            assert len(entry.findall(ATOM + tag)) == 1


@pytest.mark.parametrize("name", FEEDS)
def test_the_json_twin_has_the_same_entries(site, name):
    twin = json.loads(site.text(f"{name}.json"))
    found = feedparser.parse(site.text(f"{name}.xml"))
    assert twin["version"] == "https://jsonfeed.org/version/1.1"
    assert [item["id"] for item in twin["items"]] == [entry.id for entry in found.entries]
    assert all(item["content_html"] and item["url"].startswith("https://") for item in twin["items"])


def test_the_whole_feed_tells_from_what_to_what_and_leaves_first_sights_out(site):
    text = " ".join(item["content_html"] for item in json.loads(site.text("feed.json"))["items"])
    assert "Recruiting" in text
    assert "Terminated" in text
    assert "First version kept" not in text
    assert "First version kept" in site.text("trials/NCT99000001.json")


def feed_of(title="x", *steps_of):
    trial = a_trial(*(steps_of or (cast_record("NCT99000001"),)))
    entries = tuple(Entry(chapter=chapter_of(step, "name"), html="<p>x</p>") for step in reversed(trial.steps))
    return Feed(key="k", title=title, page="index.html", file="feed", entries=entries, since=START)


def test_ids_follow_from_trial_and_version_alone():
    one, other = (
        [item["id"] for item in json.loads(json_feed(feed_of(title), url))["items"]]
        for title, url in (("x", ""), ("another title", "https://t.example"))
    )
    assert one == other == ["urn:uuid:1b99894d-2f51-5808-979c-05fa08947893"]


def test_with_an_address_entries_link_to_our_pages():
    found = feedparser.parse(atom(feed_of(), "https://t.example"))
    assert found.entries[0].link == "https://t.example/trials/NCT99000001.html#v1"
    assert {link.rel: link.href for link in found.feed.links} == {
        "self": "https://t.example/feed.xml",
        "alternate": "https://t.example/index.html",
    }


def test_an_empty_feed_is_valid():
    empty = Feed(key="k", title="\u202eempty", page="p", file="f", entries=(), since=START)
    found = feedparser.parse(atom(empty, ""))
    assert not found.bozo
    assert found.feed.updated == "2026-06-01T10:00:00Z".replace("Z", "+00:00") or found.feed.updated.startswith(
        "2026-06-01"
    )
    assert json.loads(json_feed(empty, ""))["items"] == []


@pytest.mark.parametrize("name", ["milestones.ics", "watches/demo.ics"])
def test_the_calendar_is_accepted(site, name):
    raw = (site.folder / name).read_bytes()
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    found = icalendar.Calendar.from_ical(raw)
    assert not found.errors
    events = found.walk("VEVENT")
    assert len({event["uid"] for event in events}) == len(events) > 20
    for event in events:
        assert isinstance(event.decoded("dtstart"), date)
        assert event.decoded("dtend") > event.decoded("dtstart")
        assert not event.errors


LONG_AGO = date(2000, 1, 1)


def events_of(record):
    return icalendar.Calendar.from_ical(
        calendar_of("Title; with, signs\\", milestones_of("NCT99000001", record, "A, B; C\\D", START), since=LONG_AGO)
    )


def test_milestones_are_primary_completion_completion_and_results_due():
    record = put(
        cast_record("NCT99000001"),
        ("protocolSection", "statusModule", "primaryCompletionDateStruct"),
        {"date": "2026-02", "type": "ACTUAL"},
    )
    found = {str(e["summary"]): e for e in events_of(record).walk("VEVENT")}
    assert found["Primary completion (actual): A, B; C\\D"].decoded("dtstart") == date(2026, 2, 28)
    assert "no day" in str(found["Primary completion (actual): A, B; C\\D"]["description"])
    assert found["Results due: A, B; C\\D"].decoded("dtstart") == date(2027, 2, 28)


def test_the_name_of_a_calendar_is_escaped():
    """Read as it stands: parsers differ in what they make of a name that is no part of RFC 5545."""
    assert "X-WR-CALNAME:Title\\; with\\, signs\\\\\r\n" in calendar_of("Title; with, signs\\", (), since=LONG_AGO)


def test_the_same_milestones_make_the_same_bytes():
    record = cast_record("NCT99000001")
    one, other = (calendar_of("t", milestones_of("NCT99000001", record, "n", START), since=LONG_AGO) for _ in range(2))
    assert one == other
    assert f"DTSTAMP:{START.astimezone(UTC):%Y%m%dT%H%M%SZ}" in one


def test_a_date_that_slips_is_taken_up_by_calendars():
    """The event keeps its id, and says by SEQUENCE and LAST-MODIFIED that it is newer (RFC 5545, 3.8.7)."""
    day, later = date(2027, 4, 30), date(2029, 3, 31)
    events: list[Any] = [
        icalendar.Calendar.from_ical(
            calendar_of(
                "t",
                [
                    Milestone(
                        nct_id="NCT06203210",
                        name="n",
                        key="primary-completion",
                        day=when,
                        what="Primary completion",
                        note="",
                        stamp=stamp,
                    )
                ],
                since=LONG_AGO,
            )
        ).walk("VEVENT")[0]
        for when, stamp in ((day, START), (later, START + timedelta(days=1)))
    ]
    before, after = events
    assert before["UID"] == after["UID"]
    assert (before["DTSTART"].dt, after["DTSTART"].dt) == (day, later)
    assert after["LAST-MODIFIED"].dt - before["LAST-MODIFIED"].dt == timedelta(days=1)
    assert 0 < before["SEQUENCE"] < after["SEQUENCE"] < 2**31


def test_the_calendar_begins_where_it_is_told_to():
    days = [date(2025, 5, 31), date(2025, 6, 1), date(2027, 4, 30)]
    found = [
        Milestone(nct_id=f"NCT0000000{n}", name="n", key="completion", day=day, what="w", note="", stamp=START)
        for n, day in enumerate(days)
    ]
    events = icalendar.Calendar.from_ical(calendar_of("t", found, since=date(2025, 6, 1))).walk("VEVENT")
    assert [event.decoded("dtstart") for event in events] == days[1:]


def test_a_calendar_of_the_site_goes_back_a_year(site):
    """The sandbox has completions from 2019 on."""
    events = icalendar.Calendar.from_ical((site.folder / "milestones.ics").read_bytes()).walk("VEVENT")
    first = min(event.decoded("dtstart") for event in events)
    assert datetime.now(UTC).date() - timedelta(days=367) <= first
