"""What is remembered of the trials from one build of the site to the next, so that a build costs what changed.

A file beside the manifest. What cannot be read, or was written by another version of the program, is as good as none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from watcher import __version__
from watcher.pages.milestone_calendar import Milestone
from watcher.pages.overview import Brief
from watcher.pages.recent_versions import Mention
from watcher.pages.related import Related, Relations
from watcher.pages.site_folder import remember


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialNote:
    """What lists need of one trial.

    Attributes:
        made_of: What it was made of, as a hash: another one and all of it is made anew.
        brief: Its row in lists.
        days: Its milestones.
        mentions: By number, those of its versions that lists show.
    """

    made_of: str
    brief: Brief
    days: tuple[Milestone, ...]
    mentions: Mapping[int, Mention] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMemory:
    """What is known of all trials since the last build.

    Attributes:
        notes: By id.
        relations: Which of them are related; None when that was never worked out.
    """

    notes: Mapping[str, TrialNote] = field(default_factory=dict)
    relations: Relations | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stored:
    version: str
    notes: dict[str, TrialNote]
    trials: int
    holders: dict[str, int]
    found: dict[str, tuple[Related, ...]]


def read_memory(manifest: Path) -> SiteMemory:
    """Read what is remembered beside a manifest; an empty memory when there is nothing of use."""
    try:
        stored = msgspec.json.decode(_beside(manifest).read_bytes(), type=_Stored)
    except (OSError, ValueError):
        return SiteMemory()
    if stored.version != __version__:
        return SiteMemory()
    traits = {nct_id: note.brief.traits for nct_id, note in stored.notes.items()}
    relations = Relations(trials=stored.trials, holders=stored.holders, traits=traits, found=stored.found)
    return SiteMemory(notes=stored.notes, relations=relations)


def write_memory(manifest: Path, notes: Mapping[str, TrialNote], relations: Relations) -> None:
    """Remember the trials beside a manifest.

    Raises:
        OSError: The file cannot be written.
    """
    stored = _Stored(
        version=__version__,
        notes=dict(notes),
        trials=relations.trials,
        holders=dict(relations.holders),
        found=dict(relations.found),
    )
    remember(_beside(manifest), msgspec.json.encode(stored))


def _beside(manifest: Path) -> Path:
    return manifest.with_suffix(".trials.json")
