"""Templates: found, sandboxed, rendered within a size and a deadline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2  # noqa: F401 — the door stands; the room behind it follows


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateNote:
    """An overridden template that failed; the built-in one stood in.

    Attributes:
        template: Its name below the templates folder.
        problem: What went wrong, one sentence with the line where there is one.
    """

    template: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What a template gave, and what failed on the way."""

    text: str
    notes: tuple[TemplateNote, ...] = ()


class Templates:
    """The operator's templates before the built-in ones."""

    def __init__(self, builtin: Path, overrides: Path | None = None, *, clock: Callable[[], float]) -> None:
        self._builtin, self._overrides, self._clock = builtin, overrides, clock

    def render(self, name: str, context: Mapping[str, object]) -> Rendered:
        """Render one template.

        Raises:
            RenderError: The built-in template failed.
        """
        raise NotImplementedError


def builtin_templates() -> Path:
    """Give the folder of the built-in templates."""
    raise NotImplementedError
