"""The operator's own templates, tried out before they are trusted.

Against invented messages and pages that use every part, and against the last real changes. What fails is not used: the
built-in template stands in, and the operator hears of it with the first message that would have used it. Those of the
pages are trusted apart (`pipeline.page_overrides`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from difflib import get_close_matches
from pathlib import Path

from watcher.config.config_model import Least
from watcher.config.load import Loaded
from watcher.context import TEMPLATE_PART, FaultReport, RunContext
from watcher.digests.levels import Audience
from watcher.digests.model import Addressee, Digest, ReadCounts
from watcher.digests.sample_messages import specimens, try_out
from watcher.errors import WatcherError
from watcher.pipeline.fault_states import failing
from watcher.pipeline.page_overrides import PAGES, try_pages
from watcher.pipeline.pending_changes import ComparisonCache, pending_stories
from watcher.rendering.environment import TemplateNote, Templates, builtin_templates, template_names
from watcher.store.delivery_model import Window

LAST_CHANGES = 30
"""How many of the newest stored changes make the last real digest. Ours: enough for every kind, little to compute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What became of one override.

    Attributes:
        template: Its name.
        problem: What is wrong with it, one sentence; empty when it is well.
    """

    template: str
    problem: str = ""


def override_folder(loaded: Loaded) -> Path | None:
    """Return the folder of the operator's templates; None when none is configured."""
    own = loaded.config.templates_dir
    return loaded.folder / Path(own).expanduser() if own is not None else None


def trusted(templates: Templates, context: RunContext) -> Templates:
    """Return the templates without the overrides that fail on what is tried.

    Args:
        templates: The operator's before the built-in ones.
        context: What the run works with; only read.
    """
    folder = override_folder(context.loaded)
    if folder is None or not template_names(folder):
        return templates
    try:
        last = last_digest(context)
    except WatcherError:  # a store that cannot be read has its own place to be told
        last = None
    return templates.distrusting(try_out(templates, specimens() + ((last,) if last is not None else ())))


def signal_mended(context: RunContext, faults: FaultReport) -> None:
    """End the fault of every template that no longer fails on what is tried, or is no longer there.

    Args:
        context: What the run works with.
        faults: Hears it; what failed earlier in this run stays a fault.
    """
    standing = {
        fault.part.removeprefix(TEMPLATE_PART): fault.part
        for fault in failing(context.store.faults.all())
        if fault.part.startswith(TEMPLATE_PART)
    }
    if not standing:
        return
    failed = _failed(context)
    for name, part in standing.items():
        if name not in failed:
            faults.well(part)


def _failed(context: RunContext) -> frozenset[str]:
    """Return the names of the templates of messages that fail on what is tried."""
    folder = override_folder(context.loaded)
    own = template_names(folder) if folder is not None else ()
    if not own:
        return frozenset()
    templates = Templates(builtin_templates(), folder, clock=context.monotonic)
    last = last_digest(context)
    notes = [*try_out(templates, specimens() + ((last,) if last is not None else ()))]
    notes += [note for name in own if (note := templates.parse(name)) is not None]
    return frozenset(note.template for note in notes)


def try_overrides(templates: Templates, context: RunContext) -> tuple[Tried, ...]:
    """Try every override and say what became of it.

    Returns:
        One per file, by name; empty when there is none.
    """
    folder = override_folder(context.loaded)
    own = template_names(folder) if folder is not None else ()
    if not own:
        return ()
    last = last_digest(context)
    notes = [*try_out(templates, specimens() + ((last,) if last is not None else ()))]
    if any(name.startswith(PAGES) for name in own):
        notes += try_pages(templates)
    notes += [note for name in own if (note := templates.parse(name)) is not None]
    failed = {note.template: note for note in reversed(notes)}  # what rendering says before what parsing says
    known = template_names(builtin_templates())
    every = sorted({*own, *failed})
    return tuple(Tried(template=name, problem=_problem(name, known, failed)) for name in every)


def _problem(name: str, known: tuple[str, ...], failed: dict[str, TemplateNote]) -> str:
    if name not in known and name not in failed:
        close = get_close_matches(name, known, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else "; `watcher templates list` names them"
        return f"no message and no page uses a template of this name{hint}"
    return failed[name].problem if name in failed else ""


def last_digest(context: RunContext) -> Digest | None:
    """Make a digest of the newest changes in the store, whoever was told of them; None when there are none."""
    entries = context.store.versions.log(limit=LAST_CHANGES)
    newest = {entry.version.nct_id: entry.version for entry in reversed(entries) if entry.compared is not None}
    windows = []
    for version in newest.values():
        earlier = [one.seq for one in context.store.versions.of_trial(version.nct_id) if one.seq < version.seq]
        if earlier and version.kind.value == "record" and not version.baseline:
            windows.append(Window(nct_id=version.nct_id, base=earlier[-1], newest=version.seq, steps=1))
    pending = pending_stories(
        windows, ComparisonCache(store=context.store), short_names={}, least=Least.MINOR, audience=Audience()
    )
    stories = tuple(entry.story for entry in pending if entry.story is not None)
    if not stories:
        return None
    reader = Addressee(name="specimen", zone=UTC, watches=("last changes",))
    reading = ReadCounts(watched=len(newest), read=len(newest), read_at=context.clock())
    return Digest(reader=reader, reading=reading, stories=stories, key="last", at=context.clock())
