"""The line a mail program shows beside the subject: what matters most, how much there is, and not the subject again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from watcher.rendering.escape import cut
from watcher.rendering.plain_text import count
from watcher.rendering.view import DigestView, HeartbeatView, NoticeView, ReadingView, StoryView, WelcomeView

MAX_PREHEADER = 100
"""Characters of a preheader. Ours: mail programs show between 40 and 140 of them."""

_MOST_NAME = 40


def preheader(view: DigestView | WelcomeView | HeartbeatView | NoticeView) -> str:
    """Return the preheader of a mail, at most `MAX_PREHEADER` characters."""
    match view:
        case DigestView():
            facts = [*_facts(view)] or [view.listed[0].headline]
            return _sentence(_joined(_changed(view), facts))
        case WelcomeView():
            total = count(view.reading.watched, "trial")
            return _sentence(_joined(f"{total}: ", view.statuses.split("; ")) if view.statuses else _names(view))
        case HeartbeatView():
            return _sentence(_read(view.reading))
        case NoticeView():
            return cut(view.meaning if view.until and view.meaning else view.what, MAX_PREHEADER)


def _changed(view: DigestView) -> str:
    if view.reading.watched == 1 or view.banner:
        return ""
    changed = view.total - view.new_count
    words = [f"{changed:,} of {count(view.reading.watched, 'trial')} changed"] if changed else []
    words += [f"{view.new_count:,} new"] if view.new_count else []
    return ", ".join(words) + ". "


def _facts(view: DigestView) -> Iterator[str]:
    """Yield what the subject does not hold: the rest of the loudest story, then the others."""
    stories = view.stories + view.brief
    first = view.loudest or stories[0]
    others = [story for story in stories if story is not first]
    if view.topic:
        yield f"{first.tag}: {_name(first)}{f' ({first.detail})' if first.detail else ''}"
    else:
        yield from _beyond_subject(first)
    for story in others:
        yield f"{story.tag}: {_name(story)}"


def _name(story: StoryView) -> str:
    """Return a short name that is short enough, its id never cut off."""
    return cut(story.name_beside_id, _MOST_NAME) + story.name.removeprefix(story.name_beside_id)


def _beyond_subject(story: StoryView) -> Iterator[str]:
    """Yield facts of the story that the subject names by its tag and detail alone."""
    told = {story.tag.casefold(), f"{story.tag} with {story.detail}".casefold()}
    if story.headline.rpartition(" (")[0].casefold() not in told and story.headline.casefold() not in told:
        rest = story.rest.lstrip(" ,;:") if story.opening.casefold() == story.tag.casefold() else story.headline
        yield rest[:1].upper() + rest[1:]
    lines = [line for group in story.groups for line in group.lines]
    for line in lines:
        if line.quote:
            yield f"“{line.quote}”"
    for line in lines:
        if line.was and line.now:
            yield f"{line.label} {line.was} → {line.now}"


def _names(view: WelcomeView) -> str:
    if not view.trials:
        return "No trial is on your list yet. You will hear when one is added"
    names = "; ".join(f"{trial.name}{f' ({trial.status})' if trial.status else ''}" for trial in view.trials)
    return cut(names, MAX_PREHEADER - 1)


def _read(reading: ReadingView) -> str:
    if not reading.read_on:
        return f"{count(reading.watched, 'trial')} watched; none could be read"
    if reading.read < reading.watched:
        return f"{reading.read:,} of {count(reading.watched, 'trial')} could be read, on {reading.read_on}"
    return f"{'It was' if reading.watched == 1 else f'All {reading.watched:,} were'} read on {reading.read_on}"


def _joined(opening: str, facts: Sequence[str]) -> str:
    """Join as many facts as there is room for; the first is cut where it alone is too long."""
    room, text = MAX_PREHEADER - 1, opening
    for number, fact in enumerate(facts):
        if number == 0:
            text += cut(fact, room - len(opening))
        elif len(text) + len(fact) + 2 <= room:
            text += f"; {fact}"
        else:
            break
    return text.strip()


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."
