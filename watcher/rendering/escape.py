"""Escapes foreign text for each medium.

Registry records come from strangers: titles may contain line breaks, right-to-left marks, markup or mentions.
`watcher.text.plain` is applied once to every value that enters a view; the filters here add what one medium needs.
HTML needs none here: the environment escapes it by file name.
"""

from __future__ import annotations

import re

from watcher.text import plain as plain

ZERO_WIDTH_SPACE = "\u200b"
"""Seen by nobody; ends what Slack would take for markup."""

_SLACK_FORMATS = re.compile(r"[*_~`]")
_SLACK_EMOJI = re.compile(r":(?=[\w+'-]+:)")


def cut(text: str, limit: int) -> str:
    """Shorten a line to a number of characters, at a word where one is near, with `…` for what is left out.

    Args:
        text: One line.
        limit: The most characters, at least 1; the ellipsis counts.
    """
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    at_word = head if text[limit - 1] == " " else head.rsplit(" ", 1)[0]
    if len(at_word) >= limit * 2 // 3:
        head = at_word
    return head.rstrip(" ,;:·-–") + "…"


def header(text: str, limit: int) -> str:
    """Make a line fit for a mail header: visible characters only, shortened.

    Does not encode; the mail writer does (RFC 2047).

    Source: RFC 5322, section 2.2: a field body holds no CR or LF, https://www.rfc-editor.org/rfc/rfc5322#section-2.2
    """
    return cut(plain(text), limit)


def slack(text: str) -> str:
    """Escape foreign text for Slack's mrkdwn.

    `&`, `<` and `>` become entities, which stops mentions (`<!channel>`) and forged links; a zero-width space after
    `*`, `_`, `~` and backticks, and inside `:name:`, stops formatting and emoji, for which Slack has no escape.

    Source: https://docs.slack.dev/messaging/formatting-message-text/
    """
    entities = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    unformatted = _SLACK_FORMATS.sub(lambda found: found[0] + ZERO_WIDTH_SPACE, entities)
    return _SLACK_EMOJI.sub(":" + ZERO_WIDTH_SPACE, unformatted)


def slack_styled(text: str, sign: str) -> str:
    """Make escaped text bold (`*`) or struck through (`~`), beside any neighbour.

    Slack formats only where a sign stands at a word's edge; zero-width spaces make that edge, also after a bracket.

    Args:
        text: Text that has passed `slack`.
        sign: `*` or `~`.
    """
    edge = "" if text[-1:].isalnum() else ZERO_WIDTH_SPACE
    return f"{ZERO_WIDTH_SPACE}{sign}{text}{edge}{sign}{ZERO_WIDTH_SPACE}"


def paragraphs(text: str) -> tuple[str, ...]:
    """Return the lines of a text that hold something, each made `plain`; indentation and empty lines are lost."""
    return tuple(line for raw in text.splitlines() if (line := plain(raw)))


def verbatim(text: str) -> str:
    """Make a text of several lines visible without changing its layout: line breaks and indentation stay.

    Drops what `plain` drops, and blanks at the ends of lines.
    """
    shown = []
    for raw in text.splitlines():
        indent = len(raw) - len(raw.lstrip(" \t"))
        shown.append((" " * min(indent, 40) + plain(raw)).rstrip())
    return "\n".join(shown).strip("\n")
