"""Invented occasions that use every part of every message, to try templates out before they are trusted.

Not what `send-test` sends: that is `digests.sample`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from watcher.changes.model import Phrase, Profile, Severity, Story, Verb
from watcher.digests.messages import Composed, compose
from watcher.digests.model import (
    Addressee,
    Digest,
    Heartbeat,
    Medium,
    Notice,
    Notification,
    ReadCounts,
    Sample,
    Welcome,
    WelcomedSearch,
    WelcomedTrial,
)
from watcher.digests.sample import sample_story
from watcher.rendering.environment import TemplateNote, Templates

_AT = datetime(2026, 3, 13, 7, 30, tzinfo=UTC)
_PROFILE = Profile(headline="New trial, recruiting; 1 site in Spain", lines=sample_story().lines)
_SEARCH = WelcomedSearch(watch="one", described="condition: low back pain", count=199)
_MANY = 120  # more than a mail tells in full and in brief together


def specimens() -> tuple[Notification, ...]:
    """Return the occasions: a small and a large digest, both ends of a fault, a welcome, a heartbeat, a test."""
    reader = Addressee(name="specimen", zone=UTC, watches=("one", "two"), stop="trials@example.org", next_digest=_AT)
    bare = Addressee(name="specimen", zone=UTC)
    reading = ReadCounts(
        watched=200,
        read=197,
        unchanged=100,
        reverified=2,
        below_trials=3,
        below_changes=5,
        not_reached=("NCT99000001",),
        unknown=("NCT99000003",),
        quarantined=("NCT99000002",),
        read_at=_AT,
        data_version="2026-03-13",
        data_since="2026-02-25",
    )
    story = _full_story()
    small = sample_story()
    many = tuple(replace(small, nct_id=f"NCT99{number:06}") for number in range(_MANY))
    notice = Notice(
        reader=reader,
        part="Registry",
        title="Failing: registry",
        what="It fails.",
        since=_AT,
        meaning="Nothing is lost.",
        key="n",
        at=_AT,
    )
    return (
        Digest(
            reader=reader,
            reading=reading,
            stories=(story,),
            key="1",
            at=_AT,
            watches={story.nct_id: ("one",)},
            added=_greeted(20),
        ),
        Digest(reader=bare, reading=ReadCounts(watched=1, read=1), stories=(sample_story(),), key="2", at=_AT),
        Digest(reader=bare, reading=reading, stories=(replace(story, is_new=True, profile=_PROFILE),), key="4", at=_AT),
        Digest(reader=reader, reading=reading, stories=many, key="3", at=_AT),
        Welcome(reader=reader, reading=reading, trials=_greeted(200), key="w", at=_AT, searches=(_SEARCH,)),
        Welcome(reader=bare, reading=ReadCounts(watched=0, read=0), trials=(), key="w0", at=_AT),
        Heartbeat(reader=reader, reading=reading, period="this week", key="h", at=_AT, added=_greeted(2)),
        notice,
        replace(notice, advice="Look into it.", more="watcher status", is_over=True),
        replace(notice, since=None),
        Sample(reader=reader, key="t", at=_AT),
    )


def try_out(templates: Templates, notifications: tuple[Notification, ...]) -> tuple[TemplateNote, ...]:
    """Compose occasions for every medium and give what failed, each override once.

    Raises:
        RenderError: A built-in template failed: a bug.
    """
    notes = (
        note for notification in notifications for made in _composed(templates, notification) for note in made.notes
    )
    return tuple({note.template: note for note in notes}.values())


def _composed(templates: Templates, notification: Notification) -> Iterator[Composed]:
    for medium in (Medium.EMAIL, Medium.SLACK):  # between them they render every template
        yield compose(
            notification, channel="specimen", medium=medium, domain="watcher.invalid", store_id="", templates=templates
        )


def _greeted(count: int) -> tuple[WelcomedTrial, ...]:
    return tuple(
        WelcomedTrial(
            nct_id=f"NCT99{number:06}", short_name="Invented tablet", status="Recruiting" if number % 2 else None
        )
        for number in range(count)
    )


def _full_story() -> Story:
    """A story with every kind of line, every note and every way of shortening."""
    base = sample_story()
    plain = Phrase(
        kind="field.changed",
        severity=Severity.MINOR,
        verb=Verb.CHANGED,
        label="Enrollment",
        sentence="Enrollment changed.",
        was="60 planned",
        now="40 planned",
        note="−33 %",
        items=tuple(f"Item {number}" for number in range(12)),
        origin_note="set by the registry, not by the sponsor",
    )
    words = replace(plain, was=None, now=None, note=None, items=(), label="Sites", sentence="One site was added.")
    lines = (
        *base.lines,
        plain,
        words,
        replace(plain, was="a long value " * 20, now="another long value " * 20),
        replace(plain, verb=Verb.ADDED, was=None, heading="Exclusion"),
        replace(plain, verb=Verb.REMOVED, now=None, heading="Exclusion", was="a long value " * 20),
        replace(plain, verb=Verb.MOVED, heading="Exclusion", was="Inclusion"),
        *(replace(words, sentence=f"Site {number} was added.") for number in range(40)),
    )
    minor = tuple(replace(words, label=f"Field {number}", sentence=f"Field {number} edited") for number in range(14))
    return replace(base, lines=lines, minor=minor, below=4, steps=3, step_note="in 3 updates since 2 Feb 2026")
