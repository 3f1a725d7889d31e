"""Slack messages in Block Kit, within what Slack takes.

Builds payloads in code from words that templates have made and `escape.slack` has made harmless. Does not send, and
does not use `markdown` blocks, attachments or interactive parts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeAlias, TypeVar, cast

from watcher.rendering import escape

MAX_BLOCKS = 40
"""Blocks in one message, footer included. Slack takes 50.

Source: https://docs.slack.dev/reference/block-kit/blocks/
"""

MAX_SECTION = 2_800
"""Characters in one section's text. Slack takes 3,000.

Source: https://docs.slack.dev/reference/block-kit/blocks/section-block/
"""

MAX_HEADER = 150
"""Characters in a header.

Source: https://docs.slack.dev/reference/block-kit/blocks/header-block/
"""

MAX_MESSAGE = 9_000
"""Characters in all texts of one message together.

Slack refuses about 11,000 to 13,000 with `msg_blocks_too_long`, which it does not document.

Source: https://github.com/slackapi/bolt-js/issues/2509, https://github.com/slackapi/bolt-js/issues/2867
"""

MAX_PARTS = 3
"""Messages for one digest in which trials are told; what is over is named by id, in further ones if need be.

Ours: more would bury the room's own talk.
"""

MAX_SMALL = 900
"""Characters of one line in small print, so that a head, a section and small print always fit into one message."""

_NAMES_AT_ONCE = 200  # ids of 11 characters, each with a comma and a blank, fit a section

_LINK = re.compile(r"<(https://[^|>]*)\|([^>]*)>")

Payload: TypeAlias = dict[str, object]
Block: TypeAlias = dict[str, object]
View = TypeVar("View")


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One trial's story in mrkdwn, foreign text in it already escaped.

    Attributes:
        level: `critical`, `major` or `minor`; for the count of what is left out.
        head: Headline and id; one or more lines.
        name: What names the trial where there is no room for its card: its id.
        lines: What is told, a line each; may be empty.
        small: Small print below, or empty.
    """

    level: str
    head: str
    name: str = ""
    lines: tuple[str, ...] = ()
    small: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What one Slack channel is told at one moment.

    Attributes:
        header: Plain text of the header.
        intro: Paragraphs in mrkdwn; may be empty.
        cards: One per trial, loudest first; may be empty.
        unshown: Level and id of the trials that follow and have no card; they are only named.
        after: Lines in mrkdwn below the trials that always have room; may be empty.
        closing: The footer's sentences in mrkdwn.
    """

    header: str
    intro: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    unshown: tuple[tuple[str, str], ...] = ()
    after: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()


def escaped(view: View) -> View:
    """Return a view with every text in it escaped for mrkdwn, so that no template can forget to.

    Args:
        view: A frozen dataclass of texts, numbers, tuples and further such views.
    """
    shown: Any = view  # dataclasses have no type of their own that `replace` would take
    values = {field.name: _escaped_value(getattr(shown, field.name)) for field in fields(shown)}
    return cast("View", replace(shown, **values))


def _escaped_value(value: object) -> object:
    if isinstance(value, str):
        return escape.slack(value)
    if isinstance(value, tuple):
        return tuple(_escaped_value(item) for item in value)
    return escaped(value) if is_dataclass(value) else value


def payloads(post: Post, left: Callable[[Mapping[str, int]], str]) -> tuple[Payload, ...]:
    """Build the messages of one post.

    Args:
        post: The words.
        left: Says how many trials of each level are only counted, in mrkdwn.

    Returns:
        One to `MAX_PARTS` payloads with `text` and `blocks`, each within every limit above, and more where the ids of
        what did not fit need them; the closing is in the last one.
    """
    after: list[Block] = [{"type": "divider"}, _section(_joined(post.after))] if post.after else []
    closing = [*after, *_small_print(post.closing)]
    budget = MAX_MESSAGE - 2 * MAX_HEADER - sum(map(_size, closing)) - MAX_SMALL
    room = MAX_BLOCKS - 3 - len(closing)  # header, the count of what is left, one to spare
    parts: list[list[Block]] = [[]]
    unsaid = [text for text in _paragraphs(post.intro) if not _add([_section(text)], parts, budget, room)]
    if unsaid:
        lines = "\n".join(unsaid).count("\n") + 1
        parts[-1].append(_section(f"… and {lines:,} more"))
    told = 0
    for card in post.cards:
        if not _add(_card(card), parts, budget, room):
            break
        told += 1
    rest = [*((card.level, card.name) for card in post.cards[told:]), *post.unshown]
    if rest:
        levels = [level for level, _ in rest]
        parts[-1].append(_section(left({level: levels.count(level) for level in dict.fromkeys(levels)})))
        for text in _names(rest):
            _add([_section(text)], parts, budget, room, most=len(parts) + 1)
    parts[-1].extend(closing)
    return tuple(_payload(post.header, blocks, number, len(parts)) for number, blocks in enumerate(parts, 1))


def plain_text(payload: Payload) -> str:
    """Return the words of a payload as plain text: for files, previews, and where Slack refuses its blocks."""
    blocks: Any = payload["blocks"]
    texts = [text for block in blocks for text in _texts(block)]
    unmarked = _LINK.sub(r"\2 (\1)", "\n".join(texts)).replace(escape.ZERO_WIDTH_SPACE, "")
    return unmarked.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") + "\n"


def _names(rest: Sequence[tuple[str, str]]) -> list[str]:
    """Name trials by their ids, each level apart: `major: NCT…, NCT…`, in texts that fit a section."""
    texts: list[str] = []
    for level in dict.fromkeys(level for level, _ in rest):
        names = [name for one, name in rest if one == level and name]
        for start in range(0, len(names), _NAMES_AT_ONCE):
            texts.append(f"{level}: " + ", ".join(names[start : start + _NAMES_AT_ONCE]))
    return texts


def _add(blocks: list[Block], parts: list[list[Block]], budget: int, room: int, most: int = MAX_PARTS) -> bool:
    """Place blocks that belong together into the newest message, or into a new one while there may be one."""
    used = sum(map(_size, parts[-1]))
    is_fitting = used + sum(map(_size, blocks)) <= budget and len(parts[-1]) + len(blocks) <= room
    if not is_fitting:
        if len(parts) >= most:
            return False
        parts.append([])
    parts[-1].extend(blocks)
    return True


def _card(card: Card) -> list[Block]:
    blocks: list[Block] = [{"type": "divider"}, _section(card.head)]
    if card.lines:
        blocks.append(_section(_joined(card.lines)))
    if card.small:
        blocks.append(_context((card.small,)))
    return blocks


def _joined(lines: Sequence[str]) -> str:
    """Join lines up to the limit of a section; the lines that do not fit are counted."""
    kept: list[str] = []
    size = 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > MAX_SECTION - 40:
            return "\n".join([*kept, f"… and {len(lines) - number} more"])
        kept.append(line)
    return "\n".join(kept)


def _paragraphs(paragraphs: Sequence[str]) -> list[str]:
    """Texts of as many paragraphs as fit, split at their ends."""
    texts: list[str] = []
    for paragraph in paragraphs:
        if texts and len(texts[-1]) + len(paragraph) + 1 <= MAX_SECTION:
            texts[-1] += "\n" + paragraph
        else:
            texts.append(paragraph)
    return texts


def _small_print(sentences: Sequence[str]) -> list[Block]:
    return [_context((_cut(" ".join(sentences), MAX_SECTION),))] if sentences else []


def _payload(header: str, blocks: list[Block], number: int, count: int) -> Payload:
    suffix = f" ({number}/{count})" if count > 1 else ""
    title = escape.cut(header, MAX_HEADER - len(suffix)) + suffix
    heading: Block = {"type": "header", "text": {"type": "plain_text", "text": title, "emoji": False}}
    # The top-level text is what notifications and screen readers use; links never unfold into previews.
    return {
        "text": _cut(escape.slack(title), 2 * MAX_HEADER),
        "blocks": [heading, *blocks],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _section(text: str) -> Block:
    return {"type": "section", "text": _mrkdwn(_cut(text, MAX_SECTION))}


def _context(texts: Sequence[str]) -> Block:
    return {"type": "context", "elements": [_mrkdwn(_cut(text, MAX_SECTION)) for text in texts]}


def _mrkdwn(text: str) -> dict[str, object]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _cut(text: str, limit: int) -> str:
    """Shorten mrkdwn without leaving half an entity or half a link behind."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    for opening, ending in (("<", ">"), ("&", ";")):
        start = head.rfind(opening)
        if start > head.rfind(ending):
            head = head[:start]
    return head.rstrip() + "…"


def _size(block: Block) -> int:
    """Count the characters of all texts in a block."""
    return sum(map(len, _texts(block)))


def _texts(block: Block) -> list[str]:
    holders: Any = block.get("elements", [block["text"]] if "text" in block else [])
    return [holder["text"] for holder in holders]
