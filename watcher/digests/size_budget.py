"""How much of a digest is told in full so that mail programs show all of it.

Gmail hides what follows about 102 kB of a message's HTML. The loudest stories are told in full, the next in one line
each, the rest by number: nothing is left out silently.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from watcher.changes.model import Severity
from watcher.rendering.view import DigestView, Left, Line, ReadingView, StoryView, TrialView

MAX_HTML = 80_000
"""Bytes of HTML in one mail.

Source: https://www.spamresource.com/2022/01/what-is-gmail-clipping-and-what-to-do.html (about 102 kB, by encoding)
"""

MOST_LISTED = 12
"""Rows of the summary at the top; more would push the first story off two screens."""

MOST_BRIEF = 60
"""Stories told in one line."""

MOST_SHOWN = 200
"""Stories made ready to be shown; the others are only counted.

Ours: a mail is full after some thirty stories and sixty in brief, Slack sooner; shorter templates find enough here.
"""

# Bytes of HTML by the built-in templates, fitted to 24 real stories; within an eighth of what each really took.
_FRAME = 10_850
_PER_STORY = 1_900
_PER_LINE = 300
_PER_PIECE = 32

_TRIES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a digest shows beside the stories in it.

    Attributes:
        banner: Said above everything, or empty.
        reading: What was read.
        topic: The subject of its conversation, or empty.
        unshown: Levels of the trials not made ready to be shown, loudest first.
        unshown_ids: Their ids, in the same order.
        most_brief: How many trials are told in one line.
        added: The trials that are watched since the last digest, the first of them.
        added_more: How many further ones there are.
        new_count: How many of all stories are of trials new to the reader.
    """

    banner: str
    reading: ReadingView
    topic: str = ""
    unshown: tuple[str, ...] = ()
    unshown_ids: tuple[str, ...] = ()
    most_brief: int = MOST_BRIEF
    added: tuple[TrialView, ...] = ()
    added_more: int = 0
    new_count: int = 0


def arrange(stories: tuple[StoryView, ...], full: int, frame: Frame) -> DigestView:
    """Report the first stories in full, the next in brief, and count the others.

    Args:
        stories: Those made ready to be shown, loudest first.
        full: How many in full.
        frame: The rest of the view.
    """
    brief = stories[full : full + frame.most_brief]
    rest = [*(story.level for story in stories[full + frame.most_brief :]), *frame.unshown]
    total = len(stories) + len(frame.unshown)
    return DigestView(
        banner=frame.banner,
        topic=frame.topic,
        reading=frame.reading,
        stories=stories[:full],
        brief=brief,
        left=tuple(Left(level=level, count=rest.count(level)) for level in dict.fromkeys(rest)),
        left_count=len(rest),
        total=total,
        listed=stories[:MOST_LISTED],
        listed_more=max(0, total - MOST_LISTED),
        added=frame.added,
        added_more=frame.added_more,
        new_count=frame.new_count,
        loudest=min(stories, key=lambda story: Severity(story.level).rank, default=None),
    )


def most_that_fit(weights: Sequence[int], size_of: Callable[[int], int]) -> int:
    """Find how many stories can be told in full.

    Sets a digest as seldom as it can: first where it should be full by the weights, then where it should be by what
    that one measured; halves what is left when the weights mislead, as they may with templates that are not ours.

    Args:
        weights: About how many bytes each story takes in full, more than 0, in the order of telling.
        size_of: Bytes of the HTML when so many are told in full; grows with the number.

    Returns:
        The largest number within `MAX_HTML`; 0 when even one is too long.
    """
    reach = list(accumulate(weights, initial=_FRAME))
    low, high = 0, len(weights) + 1
    scale, tries = 1.0, 0
    while high - low > 1:
        guess = sum(size * scale <= MAX_HTML for size in reach) - 1 if tries < _TRIES else (low + high) // 2
        if tries and high > len(weights):
            # Nothing was too long yet: at most doubled, for thousands in full are more than a template may make at all.
            guess = min(guess, 2 * low)
        guess = min(max(guess, low + 1), high - 1)
        size = size_of(guess)
        scale, tries = size / reach[guess], tries + 1
        low, high = (guess, high) if size <= MAX_HTML else (low, guess)
    return low


def weight(story: StoryView) -> int:
    """Estimate how many bytes of HTML a story takes in full: its markup and its words."""
    words = sum(_words(line) for group in story.groups for line in group.lines)
    return _PER_STORY + words + sum(map(len, story.minor))


def _words(line: Line) -> int:
    said = len(line.was) + len(line.now) + len(line.sentence) + len(line.quote) + sum(map(len, line.items))
    return _PER_LINE + said + sum(len(piece.text) + _PER_PIECE for piece in line.pieces)
