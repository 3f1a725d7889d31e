"""Templates: found, sandboxed, rendered within a size and a deadline.

An operator may override any file by its name. An override that fails, grows too large or takes too long never stops
a message: the built-in one stands in and a note says what was wrong. Knows nothing of what the templates say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment

from watcher.errors import RenderError
from watcher.rendering import escape, markdown, text

MAX_SIZE = 2_000_000
"""Characters a rendered template may have; a digest of the largest size has some 100,000."""

DEADLINE = 5.0
"""Seconds one template may take."""

_KEPT_GLOBALS = frozenset({"dict", "namespace"})  # `range` and `lipsum` could loop for hours between two pieces


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
    """What a template gave, and what failed on the way.

    Attributes:
        text: The whole text.
        notes: One note when an override failed, else empty.
    """

    text: str
    notes: tuple[TemplateNote, ...] = ()


class Templates:
    """The operator's templates before the built-in ones.

    Args:
        builtin: Folder of the built-in templates.
        overrides: Folder of the operator's, searched first by the same names; None or an absent folder for none.
        clock: Monotonic seconds, for the deadline.
    """

    def __init__(self, builtin: Path, overrides: Path | None = None, *, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._builtin = _environment(builtin)
        self._overridden = _environment(overrides, builtin) if overrides is not None else None

    def render(self, name: str, context: Mapping[str, object]) -> Rendered:
        """Render one template.

        Args:
            name: Path below the folder, with slashes: `email/digest.body.txt.j2`.
            context: Names and plain frozen values; never a client, a store or a secret.

        Returns:
            The text. HTML is escaped by the file's name (`.html.j2`), everything else is not.

        Raises:
            RenderError: The built-in template failed too, or there is none of that name.
        """
        if self._overridden is not None:
            try:
                return Rendered(text=self._generate(self._overridden, name, context))
            except RenderError as error:
                note = TemplateNote(template=error.template, problem=str(error))
                return Rendered(text=self._generate(self._builtin, name, context), notes=(note,))
        return Rendered(text=self._generate(self._builtin, name, context))

    def _generate(self, environment: jinja2.Environment, name: str, context: Mapping[str, object]) -> str:
        try:
            return self._collect(name, environment.get_template(name).generate(**context))
        except RenderError:
            raise
        except jinja2.TemplateSyntaxError as error:
            where = error.name or name
            raise RenderError(where, f"template {where}, line {error.lineno}: {error.message}") from error
        except jinja2.TemplateNotFound as error:
            raise RenderError(name, f"template {error.name} was not found") from error
        except Exception as error:
            # A template may run any expression, so any exception may come out of it; none may stop a message.
            raise RenderError(name, f"template {name}{_line(error)}: {type(error).__name__}: {error}") from error

    def _collect(self, name: str, stream: Iterator[str]) -> str:
        pieces: list[str] = []
        size, until = 0, self._clock() + DEADLINE
        for piece in stream:
            pieces.append(piece)
            size += len(piece)
            if size > MAX_SIZE:
                raise RenderError(name, f"template {name} makes more than {MAX_SIZE:,} characters; shorten it")
            if self._clock() > until:
                raise RenderError(name, f"template {name} takes more than {DEADLINE:.0f} seconds; simplify it")
        return "".join(pieces)


def builtin_templates() -> Path:
    """Give the folder of the built-in templates: the copy inside the wheel, else the one beside the package."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


def _environment(*folders: Path) -> jinja2.Environment:
    environment = ImmutableSandboxedEnvironment(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    for name in set(environment.globals) - _KEPT_GLOBALS:
        del environment.globals[name]
    environment.filters.update(
        wrap=text.wrap,
        fit=text.fit,
        cut=escape.cut,
        count=text.count,
        listed=text.listed,
        columns=text.columns,
        styled=escape.slack_styled,
        md=markdown.escape,
        code=markdown.code_span,
        fence=markdown.code_fence,
        yaml=markdown.yaml,
    )
    environment.globals.update(labelled=text.labelled)
    return environment


def _line(error: Exception) -> str:
    """The template's line, which jinja2 writes into the traceback."""
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename.endswith(".j2"):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f", line {line}" if line else ""
