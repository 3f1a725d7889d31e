"""How much of a digest is told in full so that mail programs show all of it.

Gmail hides what follows about 102 kB of a message's HTML. The loudest stories are told in full, the next in one line
each, the rest by number: nothing is left out silently.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from watcher.rendering.view import DigestView, Left, ReadingView, StoryView

MAX_HTML = 80_000
"""Bytes of HTML in one mail.

Source: https://www.spamresource.com/2022/01/what-is-gmail-clipping-and-what-to-do.html (about 102 kB, by encoding)
"""

MOST_LISTED = 12
"""Rows of the summary at the top; more would push the first story off two screens."""

MOST_BRIEF = 60
"""Stories told in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What a digest shows beside its stories."""

    banner: str
    reading: ReadingView
    topic: str = ""


def arrange(stories: tuple[StoryView, ...], full: int, frame: Frame) -> DigestView:
    """Tell the first stories in full, the next in brief, and count the others.

    Args:
        stories: All, loudest first.
        full: How many in full.
        frame: The rest of the view.
    """
    brief = stories[full : full + MOST_BRIEF]
    rest = [story.level for story in stories[full + MOST_BRIEF :]]
    return DigestView(
        banner=frame.banner,
        topic=frame.topic,
        reading=frame.reading,
        stories=stories[:full],
        brief=brief,
        left=tuple(Left(level=level, count=rest.count(level)) for level in dict.fromkeys(rest)),
        left_count=len(rest),
        total=len(stories),
        listed=stories[:MOST_LISTED],
        listed_more=max(0, len(stories) - MOST_LISTED),
    )


def most_that_fit(count: int, size_of: Callable[[int], int]) -> int:
    """Find how many stories can be told in full.

    Args:
        count: How many there are.
        size_of: Bytes of the HTML when so many are told in full; grows with the number.

    Returns:
        The largest number within `MAX_HTML`; 0 when even one is too long.
    """
    low, high = 0, 1
    while high < count and size_of(high) <= MAX_HTML:
        low, high = high, high * 2
    # By doubling, and not from the top: thousands of stories in full are more than a template may make at all.
    high = min(high, count)
    if high == count and size_of(count) <= MAX_HTML:
        return count
    while high - low > 1:
        middle = (low + high) // 2
        if size_of(middle) <= MAX_HTML:
            low = middle
        else:
            high = middle
    return low
