"""Escapes foreign text for Markdown files and their YAML front matter.

Every function expects text that has passed `escape.plain` (or, for code blocks, `escape.verbatim`).
"""

from __future__ import annotations

import json
import re

_ANYWHERE = re.compile(r"(?<=\{)%|%(?=\})|[\\`*\[\]<>~${}]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)|(?:(?<=\s)|^)#")
_AT_START = re.compile(r"^(?:([-+=|:])|(\d{1,9})([.)]))")
_BACKTICKS = re.compile(r"`+")
_YAML_PLAIN = re.compile(r"[A-Za-z](?:[\w ()/.,+-]*[\w)])?|\d{4}-\d{2}-\d{2}", re.ASCII)
_YAML_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})


def escape(text: str) -> str:
    r"""Escape one line of foreign text for Markdown: it is shown as it stands, wherever on a line it is put.

    A backslash goes before every sign that could begin or end emphasis, code, a link, HTML, an entity, a heading, a
    list or a formula, and before braces, which site generators take for their own templates. An underscore inside a
    word stays as it is, for it means nothing there.

    Args:
        text: A line that has passed `plain`.

    Source: CommonMark 0.31.2, sections 2.4 and 6.2, https://spec.commonmark.org/0.31.2/
    """
    escaped = _ANYWHERE.sub(lambda found: "\\" + found[0], text)
    return _AT_START.sub(lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", escaped)


def code_span(text: str) -> str:
    """Make a Markdown code span of one line: its fence is longer than any run of backticks inside."""
    fence = "`" * (longest_backticks(text) + 1)
    pad = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{fence}{pad}{text}{pad}{fence}"


def code_fence(text: str) -> str:
    """Return the fence for a Markdown code block around a text.

    Longer than any run of backticks inside, at least three.

    Source: CommonMark 0.31.2, section 4.5, https://spec.commonmark.org/0.31.2/#fenced-code-blocks
    """
    return "`" * max(3, longest_backticks(text) + 1)


def longest_backticks(text: str) -> int:
    """Count the backticks of the longest run in a text; 0 for none."""
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def yaml(text: str) -> str:
    """Write one line of text as a YAML scalar that reads back as itself: plain where that is safe, else in quotes.

    A full date stays plain, as readers of front matter expect; an empty text becomes `""`.

    Args:
        text: A line that has passed `plain`.

    Source: YAML 1.2.2, sections 7.3.1 and 7.3.3 (double-quoted scalars hold JSON strings), https://yaml.org/spec/1.2.2/
    """
    if _YAML_PLAIN.fullmatch(text) and text.casefold() not in _YAML_WORDS:
        return text
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")
