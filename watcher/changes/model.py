"""The values that cross rooms: edits, changes, comparisons, and the words made of them.

Holds data only; decides nothing, compares nothing and words nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from watcher.study.read import Json as Json
from watcher.study.read import Record as Record


class Severity(StrEnum):
    """How loud a change is (`docs/taxonomy.md`): worth an interruption, top of the digest, folded, counted only."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    NOISE = "noise"

    @property
    def rank(self) -> int:
        """0 for critical to 3 for noise, so that sorting ascending puts the loudest first."""
        return _RANK[self]

    def raised(self, steps: int = 1) -> Severity:
        """Return the level `steps` louder (quieter when negative); never above critical, and noise stays noise.

        A level lowered from minor stays minor: only a rule that names noise makes noise.
        """
        if self is Severity.NOISE:
            return self
        return _LOUD[min(max(self.rank - steps, 0), len(_LOUD) - 1)]


_LOUD = (Severity.CRITICAL, Severity.MAJOR, Severity.MINOR)
_RANK = {severity: rank for rank, severity in enumerate((*_LOUD, Severity.NOISE))}


class Verb(StrEnum):
    """What happened to the thing a change is about."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    REVERTED = "reverted"


class Origin(StrEnum):
    """Who made the change: a sponsor's update, the registry itself, or the passing of a date."""

    SPONSOR = "sponsor"
    REGISTRY = "registry"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Place:
    """One item of a list: its position in the older and in the newer record, None where it is not there."""

    old: int | None
    new: int | None

    @property
    def shown(self) -> int:
        """Position as paths show it: in the newer record, in the older one for removed items."""
        position = self.new if self.new is not None else self.old
        assert position is not None  # noqa: S101 — a place is in at least one of the two records
        return position


Step: TypeAlias = "str | Place"


@dataclass(frozen=True, slots=True)
class Edit:
    """One differing place between two canonical records.

    Attributes:
        steps: The way down from the record's root; a key of an object or a place in a list.
        before: Value in the older record, None when it was not there; the whole item when an item was removed.
        after: Value in the newer record, None when it is not there; the whole item when an item was added.
    """

    steps: tuple[Step, ...]
    before: Json
    after: Json

    @property
    def record_path(self) -> str:
        """API v2 path, e.g. `protocolSection.contactsLocationsModule.locations[12].status`."""
        parts: list[str] = []
        for step in self.steps:
            if isinstance(step, Place):
                parts[-1] += f"[{step.shown}]"
            else:
                parts.append(step)
        return ".".join(parts)

    @property
    def field_path(self) -> tuple[str, ...]:
        """The keys alone, without list positions: what the catalogue is looked up by."""
        return tuple(step for step in self.steps if isinstance(step, str))


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing to tell.

    Attributes:
        kind: Kind of the taxonomy, e.g. `status.stopped`; `field.changed` for a known field without one of its own.
        severity: Base level, after the kind's own adjustment and context, before any recipient's preset.
        rule: What set the level, printable: `overallStatus → TERMINATED`, with ` · minor → major: …` per adjustment.
        path: Seed-style path, e.g. `status.overallStatus`; unique within a comparison (`#2` on repeats).
        verb: What happened.
        before: Value as the registry spells it, None for none.
        after: The same for the newer record.
        origin: Who made it; a family says REGISTRY for what is always the registry's doing, whatever was posted.
        edits: Indices into `Comparison.edits` that it accounts for, several changes may share one (a text with ten
            bullets); empty for what no record shows: a day that came, a record gone, merged or back, a change that
            went back within a window.
        record_paths: API v2 paths of those edits, at least to the module's field; sorted, no repeats.
        facts: Further values its sentence needs (the sponsor's reason, both date types, …); JSON values only.
        takes_context: Whether the context of the trial moves its level; settled when a comparison is made, not stored.
    """

    kind: str
    severity: Severity
    rule: str
    path: str
    verb: Verb
    before: Json
    after: Json
    origin: Origin = Origin.SPONSOR
    edits: tuple[int, ...] = ()
    record_paths: tuple[str, ...] = ()
    facts: Mapping[str, Json] = field(default_factory=dict)
    takes_context: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Which state of a record: the registry's data version and the day its last update was posted, as spelt there."""

    data_version: str | None
    last_update_posted: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All edits and all changes between two versions of one trial.

    Attributes:
        nct_id: The trial.
        older: Stamp of the older record.
        newer: Stamp of the newer record.
        edits: Every differing place, in path order.
        changes: Every change, in the order of telling: level, then the taxonomy's order, then path.
        catalogue_revision: Revision of the catalogue that made it.
    """

    nct_id: str
    older: Stamp
    newer: Stamp
    edits: tuple[Edit, ...]
    changes: tuple[Change, ...]
    catalogue_revision: int


class MarkKind(StrEnum):
    """What a piece of a marked text is."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Mark:
    """A piece of a word-level diff. A GAP stands for unchanged words left out and its text is `…`."""

    kind: MarkKind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """One change in words for people. Plain text in every field: each medium escapes for itself.

    Attributes:
        kind: Kind of the change, for templates that style by it.
        severity: Level to show; lifted per recipient by the caller.
        verb: What happened.
        label: What it is about, in people's words: `Status`, `Enrollment`, `Inclusion criterion`.
        head: The sentence without its details, where it has any: `2 sites added in France`; or None.
        heading: Heading under which such lines are grouped (`Inclusion`, `Exclusion`), or None.
        sentence: The whole thing in one sentence that stands alone: no API paths, no capitals with underscores.
        was: Older value in people's words, or None.
        now: Newer value in people's words, or None.
        note: Size or type beside the shift: `14 months later`, `−49 %`; or None.
        quote: The sponsor's own words (whyStopped), or None.
        marks: Word-level diff of a reworded text, shortened so that the change stays in sight; or empty.
        items: Names of many (sites, arms), already counted and cut in the sentence; or empty.
        origin_note: `set by the registry, not by the sponsor`, or None.
        totals: How many sites the trial has in all, the end of the sentence; or None.
    """

    kind: str
    severity: Severity
    verb: Verb
    label: str
    sentence: str
    head: str | None = None
    heading: str | None = None
    was: str | None = None
    now: str | None = None
    note: str | None = None
    quote: str | None = None
    marks: tuple[Mark, ...] = ()
    items: tuple[str, ...] = ()
    origin_note: str | None = None
    totals: str | None = None

    @property
    def says_more(self) -> bool:
        """Whether the sentence names what the values leave out: which site, what of the results."""
        if self.kind.startswith("site."):
            return True
        return self.kind.startswith("results.") and not (self.was and self.now) and not self.marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a trial is, for readers who do not know it yet.

    Attributes:
        headline: `New trial, recruiting; 12 sites in France and Spain`.
        lines: What it tests, whom it takes, where it runs.
    """

    headline: str
    lines: tuple[Phrase, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """What one comparison tells one reader about one trial.

    Attributes:
        nct_id: The trial.
        short_name: The operator's own name, else interventions and condition, else the title cut at 60 characters.
        title: Brief title of the newer record.
        context: Pieces that place the trial: phase, sponsor; people's words; may be empty.
        severity: Loudest level among the lines.
        tag: Two to four words for the summary list and the subject: `Terminated`, `Cut to 102 participants`.
        headline: At most two clauses that carry the most important fact.
        when: `posted 13 Mar 2026` or `in the registry's data of 2 Mar 2026`.
        lines: What is told in full, most important first.
        minor: What is folded: told by name and count.
        below: How many changes lie below the reader's level; noise is not among them.
        noise: How many noise changes there are.
        steps: How many stored versions lie between base and newest; 1 for neighbours.
        step_note: `in 3 updates since 2 Feb 2026`, `changed and reverted after 4 days`; or None.
        profile: What the trial is; None unless it entered a search.
        is_new: Whether the reader does not know the trial yet.
    """

    nct_id: str
    short_name: str
    title: str
    context: tuple[str, ...]
    severity: Severity
    tag: str
    headline: str
    when: str
    lines: tuple[Phrase, ...]
    minor: tuple[Phrase, ...]
    below: int = 0
    noise: int = 0
    steps: int = 1
    step_note: str | None = None
    profile: Profile | None = None
    is_new: bool = False
