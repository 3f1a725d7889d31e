"""Renders the templates of one message and gathers what failed on the way.

Knows the names of the templates; does not know what they say, and makes no mail and no Slack blocks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from watcher.rendering.environment import TemplateNote, Templates

_EMPTY_LINES = re.compile(r"\n{3,}")


class Writer:
    """Renders for one message.

    Args:
        templates: The words.
        context: Values every template of the message gets.
    """

    def __init__(self, templates: Templates, context: Mapping[str, object]) -> None:
        self._templates = templates
        self._context = context
        self._notes: dict[TemplateNote, None] = {}
        self._names: dict[str, None] = {}

    @property
    def notes(self) -> tuple[TemplateNote, ...]:
        """Overrides that failed, each once, in the order of their failing."""
        return tuple(self._notes)

    @property
    def names(self) -> tuple[str, ...]:
        """Templates rendered, each once, in the order of rendering; those that failed among them."""
        return tuple(self._names)

    def text(self, name: str, **more: object) -> str:
        """Render a plain text: no space at line ends, no two empty lines in a row, one line break at the end."""
        lines = (line.rstrip(" \t") for line in self.html(name, **more).split("\n"))
        return _EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip("\n") + "\n"

    def line(self, name: str, **more: object) -> str:
        """Render one line; line breaks become blanks."""
        return " ".join(self.html(name, **more).split())

    def lines(self, name: str, **more: object) -> tuple[str, ...]:
        """Render lines; empty ones are dropped."""
        stripped = (line.strip() for line in self.html(name, **more).splitlines())
        return tuple(line for line in stripped if line)

    def html(self, name: str, **more: object) -> str:
        """Render as it comes.

        Raises:
            RenderError: The built-in template failed.
        """
        rendered = self._templates.render(name, {**self._context, **more})
        self._notes.update(dict.fromkeys(rendered.notes))
        self._names[name] = None
        return rendered.text
