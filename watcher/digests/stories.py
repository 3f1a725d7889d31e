"""From stories to what templates show: plain words, grouped under headings, cut to a readable length.

Pure. What is cut here is counted here: a line too many, a name too many. Does not word changes; `changes.wording` did.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from watcher.changes.kinds import kind_of
from watcher.changes.model import Phrase, Severity, Story, Verb
from watcher.digests.short_labels import short_names
from watcher.rendering.change_view import beside_label, line_of
from watcher.rendering.escape import cut, plain
from watcher.rendering.plain_text import listed
from watcher.rendering.view import Group, Line, StoryView

RECORD_URL = "https://clinicaltrials.gov/study/{}"
"""A trial's page for people; `?tab=history` shows every posted version."""

MOST_NAME = 96
"""Characters of a short name, the id beside it included."""

MOST_LINES = 24
"""Changes told in full for one trial; the others are counted."""

_MOST_VALUE = 300
_MOST_ITEMS = 8
_MOST_TITLE = 300
_MOST_DETAIL = 36
_MOST_ALIKE = 6
_ALIKE = 3
_MOST_OPENING = 4
_LONG_SHIFT = 90
_GLUED = 24
_MOST_JOINED = 120
_TURN = re.compile(r"(?<!\s)\s*+[,:;(\d“]| (?:with|from|to|since|in|by|for|of|at|on|after|before)\b")

_MARKS = {Severity.CRITICAL: "!!", Severity.MAJOR: "!"}


def in_order(stories: Iterable[Story]) -> tuple[Story, ...]:
    """Place new trials last; else the loudest first, within a level what a reader would act on first."""
    return tuple(sorted(stories, key=lambda story: (story.is_new, story.severity.rank, _urgency(story))))


def _urgency(story: Story) -> int:
    return kind_of(story.lines[0].kind if story.lines else "").urgency


def page_of(nct_id: str, pages: str | None) -> str:
    """Return the address of a trial's page below the site of `[pages]`; empty where that has no public address."""
    return f"{pages}/trials/{nct_id}.html" if pages else ""


def without_id(name: str, nct_id: str) -> str:
    """Return a short name without the id that tells it apart, for where the id is shown anyway."""
    return name.removesuffix(f" ({nct_id})")


def show_story(story: Story, labels: Sequence[str], pages: str | None = None) -> StoryView:
    """Show one story.

    Args:
        story: What is told.
        labels: Names of the watches it matched; empty to leave them out.
        pages: Where the site of `[pages]` is read, or None.
    """
    profile = story.profile.lines if story.is_new and story.profile is not None else ()
    told = (*joined(story.lines or story.minor), *profile)
    folded = story.minor if story.lines else ()
    nct_id = plain(story.nct_id)
    name, title = cut(plain(story.short_name), MOST_NAME), cut(plain(story.title), _MOST_TITLE)
    bare = without_id(name, nct_id)
    headline, tag = plain(story.headline), cut(plain(story.tag), 60)
    opening = _opening(headline, tag)
    groups, omitted = _within_reach(_groups([_line(phrase) for phrase in told], told))
    rest = headline[len(opening) :]
    names, unnamed = short_names(folded)
    return StoryView(
        nct_id=nct_id,
        name=name,
        name_beside_id=bare,
        title="" if title.casefold() == bare.casefold() else title,
        facts=tuple(_glued(cut(plain(fact), 80)) for fact in story.context if plain(fact)),
        level=story.severity.value,
        mark=_MARKS.get(story.severity, ""),
        tag=tag,
        headline=headline,
        opening=opening,
        rest=rest,
        detail=_detail(rest),
        when=_glued(plain(story.when)),
        steps=plain(story.step_note or ""),
        watch=listed(tuple(f"“{plain(label)}”" for label in labels)),
        groups=groups,
        omitted=omitted,
        minor=names,
        minor_count=len(folded),
        minor_more=f"{unnamed:,} more" if unnamed else "",
        count=len(story.lines) + len(story.minor),
        below=story.below,
        url=RECORD_URL.format(nct_id),
        history_url=RECORD_URL.format(nct_id) + "?tab=history",
        page_url=page_of(nct_id, pages),
        is_new=story.is_new,
    )


def _opening(headline: str, tag: str) -> str:
    """Return the words that open a headline: the tag, else the few before it turns to numbers and circumstances."""
    if headline.casefold().startswith(tag.casefold()) and not headline[len(tag) : len(tag) + 1].isalnum():
        return headline[: len(tag)]
    found = _TURN.search(headline, max(0, headline.find(" ")))  # `2 sites closed` opens with its number
    opening = headline[: found.start()] if found else headline
    return opening if 0 < len(opening.split()) <= _MOST_OPENING else ""


def _detail(rest: str) -> str:
    """Return what follows `with`, without a share in brackets, when it is short enough for a subject."""
    if not rest.startswith(" with "):
        return ""
    detail = rest.removeprefix(" with ").split(" (", 1)[0].split(",", 1)[0].split(";", 1)[0].strip()
    return detail if len(detail) <= _MOST_DETAIL and any(sign.isdigit() for sign in detail) else ""


def _groups(lines: Sequence[Line], phrases: Sequence[Phrase]) -> tuple[Group, ...]:
    """Gather lines under their headings, each heading where it first appears; lines without stay where they are."""
    groups: list[tuple[str, list[Line]]] = []
    for line, heading in zip(lines, _headings(phrases), strict=True):
        found = next((group for group in groups if heading and group[0] == heading), None)
        if found is None and groups and groups[-1][0] == heading:
            found = groups[-1]
        if found is None:
            found = (heading, [])
            groups.append(found)
        found[1].append(line)
    return tuple(_group(heading, inside) for heading, inside in groups)


def joined(phrases: Sequence[Phrase]) -> tuple[Phrase, ...]:
    """Make one line of several that name one thing each: two countries that came are `+ Spain; Japan`.

    Args:
        phrases: Changes in the order of telling.

    Returns:
        The same, neighbours of one label and verb with a short value on one side and nothing else made one.
    """
    lines: list[Phrase] = []
    for phrase in phrases:
        last = lines[-1] if lines else None
        if last is not None and _is_a_name(last) and _is_a_name(phrase) and _alike(last) == _alike(phrase):
            was, now = (f"{a}; {b}" if a and b else None for a, b in ((last.was, phrase.was), (last.now, phrase.now)))
            lines[-1] = replace(last, was=was, now=now)
        else:
            lines.append(phrase)
    return tuple(lines)


def _is_a_name(phrase: Phrase) -> bool:
    """Return whether a line says no more than that one short thing came or went."""
    value = phrase.now if phrase.verb is Verb.ADDED else phrase.was
    other = phrase.was if phrase.verb is Verb.ADDED else phrase.now
    is_bare = not (phrase.note or phrase.quote or phrase.items or phrase.marks or phrase.heading)
    return is_bare and phrase.verb in (Verb.ADDED, Verb.REMOVED) and bool(value) and not other and _is_short(value)


def _is_short(value: str | None) -> bool:
    return len(value or "") <= _MOST_JOINED


def _alike(phrase: Phrase) -> tuple[str, str, Verb, str | None]:
    return phrase.kind, phrase.label, phrase.verb, phrase.origin_note


def _headings(phrases: Sequence[Phrase]) -> list[str]:
    """Return each line's heading; several sentences on one thing in a row (`Sites`) get their label as one."""
    headings: list[str] = []
    for (label, heading, is_sentence), run in groupby(
        phrases, lambda phrase: (phrase.label, phrase.heading, _is_sentence(phrase))
    ):
        size = len(list(run))
        is_alike = heading is None and is_sentence and size >= _ALIKE
        headings += [plain(label if is_alike else heading or "")] * size
    return headings


def _is_sentence(phrase: Phrase) -> bool:
    return phrase.says_more or not (phrase.was or phrase.now or phrase.marks)


def _within_reach(groups: Sequence[Group]) -> tuple[tuple[Group, ...], int]:
    """Keep as many lines as one story may have; give how many changes are left out of it, group by group."""
    kept: list[Group] = []
    left, omitted = MOST_LINES, 0
    for group in groups:
        lines = group.lines[:left]
        left -= len(lines)
        if lines:
            kept.append(replace(group, lines=lines))
        omitted += len(group.lines) - len(lines) + (0 if lines else group.more)
    return tuple(kept), omitted


def _group(heading: str, lines: Sequence[Line]) -> Group:
    most = _MOST_ALIKE if heading and all(line.sentence for line in lines) else len(lines)
    return Group(heading=heading, lines=tuple(lines[:most]), more=len(lines) - min(most, len(lines)))


def _line(phrase: Phrase) -> Line:
    line = line_of(phrase, label=60, value=_MOST_VALUE, item=120)
    if not (line.pieces or line.was or line.now):
        sentence = cut(beside_label(line.sentence, plain(phrase.label)), 2 * _MOST_VALUE)
        is_ended = sentence.rstrip("”")[-1:] in tuple(".!?…")
        return replace(line, sentence=sentence if is_ended else f"{sentence}.", note="", items=())
    return replace(
        line,
        note=_glued(line.note),
        sentence="",
        items=line.items[:_MOST_ITEMS],
        more_items=max(0, len(line.items) - _MOST_ITEMS),
        is_long=bool(line.was and line.now) and len(line.was) + len(line.now) > _LONG_SHIFT,
    )


def _glued(text: str) -> str:
    """Keep a few words on one line: `(14 months earlier)`."""
    return text.replace(" ", "\u00a0") if len(text) <= _GLUED else text
