"""Renders sandboxed templates within limits of size and time.

An operator may override any template by name. If an override fails, grows too large or takes too long, the built-in
template is used and a note says what was wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, MappingProxyType
from typing import Any

import jinja2
import jinja2.bccache
import jinja2.meta
from jinja2.sandbox import ImmutableSandboxedEnvironment

from watcher.errors import RenderError
from watcher.rendering import escape, markdown, plain_text

MAX_SIZE = 2_000_000
"""Characters a rendered template may have; a digest of the largest size has some 100,000."""

DEADLINE = 5.0
"""Seconds one template may take."""

_MOST_KNOWN = 1_000  # attributes; our templates use some 150, and one that makes up names must not fill the memory

_KEPT_GLOBALS = frozenset({"dict", "namespace"})  # `range` and `lipsum` could loop for hours between two pieces


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateNote:
    """An override failed and the built-in template was used.

    Attributes:
        template: Its name below the templates folder.
        problem: What went wrong, one sentence without the template's name, with the line where there is one.
    """

    template: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The result of a template.

    Attributes:
        text: The whole text.
        notes: One note when an override failed, else empty.
    """

    text: str
    notes: tuple[TemplateNote, ...] = ()


@dataclass(frozen=True, slots=True)
class _Limits:
    most: int
    within: float


class Templates:
    """The operator's templates before the built-in ones.

    Args:
        builtin: Folder of the built-in templates.
        overrides: Folder of the operator's templates, searched first; None or an absent folder for none.
        clock: Monotonic seconds, for the deadline.
        distrusted: Overrides that failed a trial rendering, by name: never rendered, and noted with every message that
            would have used them.
    """

    def __init__(
        self,
        builtin: Path,
        overrides: Path | None = None,
        *,
        clock: Callable[[], float],
        distrusted: Mapping[str, TemplateNote] = MappingProxyType({}),
    ) -> None:
        self._clock = clock
        self._folders = (builtin, overrides)
        self._distrusted = distrusted
        self._builtin = _environment(builtin)
        self._overridden = _environment(overrides, builtin) if overrides is not None else None

    def distrusting(self, notes: Iterable[TemplateNote]) -> Templates:
        """Return the same templates without the overrides that these notes are about."""
        builtin, overrides = self._folders
        found = {note.template: note for note in notes}
        return Templates(builtin, overrides, clock=self._clock, distrusted={**self._distrusted, **found})

    def parse(self, name: str) -> TemplateNote | None:
        """Parse one template; return what is wrong with its syntax, or None."""
        try:
            (self._overridden or self._builtin).get_template(name)
        except jinja2.TemplateSyntaxError as error:
            return TemplateNote(template=name, problem=f"line {error.lineno}: {error.message}")
        except (jinja2.TemplateNotFound, UnicodeDecodeError, OSError) as error:
            return TemplateNote(template=name, problem=f"it cannot be read: {error}")
        return None

    def is_part_of(self, name: str, rendered: Iterable[str]) -> bool:
        """Return True if one of the rendered templates is this one, or includes, imports or extends it.

        Also True for a template that no longer exists.
        """
        environment, known = self._overridden or self._builtin, set[str]()
        if name not in environment.list_templates() and name not in self._distrusted:
            return True
        todo = list(rendered)
        while todo:
            whole = todo.pop()
            if whole not in known:
                known.add(whole)
                todo += _references(environment, whole)
        return name in known

    def render(
        self, name: str, context: Mapping[str, object], *, most: int = MAX_SIZE, within: float = DEADLINE
    ) -> Rendered:
        """Render one template.

        Args:
            name: Path below the folder, with slashes: `email/digest.body.txt.j2`.
            context: Names and plain frozen values; never a client, a store or a secret.
            most: Characters it may have.
            within: Seconds it may take.

        Returns:
            The text. HTML is escaped by the file's name (`.html.j2`), everything else is not.

        Raises:
            RenderError: The built-in template failed too, or there is none of that name.
        """
        limits = _Limits(most, within)
        if name in self._distrusted:
            note = self._distrusted[name]
            return Rendered(text=self._generate(self._builtin, name, context, limits), notes=(note,))
        if self._overridden is not None:
            try:
                return Rendered(text=self._generate(self._overridden, name, context, limits))
            except RenderError as error:
                note = TemplateNote(template=error.template, problem=error.problem)
                return Rendered(text=self._generate(self._builtin, name, context, limits), notes=(note,))
        return Rendered(text=self._generate(self._builtin, name, context, limits))

    def _generate(
        self, environment: jinja2.Environment, name: str, context: Mapping[str, object], limits: _Limits
    ) -> str:
        try:
            return self._collect(name, environment.get_template(name).generate(**context), limits)
        except RenderError:
            raise
        except jinja2.TemplateSyntaxError as error:
            where = error.name or name
            raise RenderError(where, f"line {error.lineno}: {error.message}") from error
        except jinja2.TemplateNotFound as error:
            raise RenderError(name, f"{error.name} was not found") from error
        except Exception as error:  # a template may run any expression; none may stop a message
            raise RenderError(name, f"{_line(error, name)}{type(error).__name__}: {error}") from error

    def _collect(self, name: str, stream: Iterator[str], limits: _Limits) -> str:
        pieces: list[str] = []
        size, until = 0, self._clock() + limits.within
        for piece in stream:
            pieces.append(piece)
            size += len(piece)
            if size > limits.most:
                raise RenderError(name, f"it makes more than {limits.most:,} characters; shorten it")
            if self._clock() > until:
                raise RenderError(name, f"it takes more than {limits.within:.0f} seconds; simplify it")
        return "".join(pieces)


class _Sandbox(ImmutableSandboxedEnvironment):
    """The sandbox, with products held small: `'x' * 10**9` is one piece, which no limit between pieces would meet.

    Whether an attribute may be used depends on the object's type and the attribute's name alone; it is found out once
    for each of them, since it took half the time of a message.
    """

    intercepted_binops = frozenset({"*", "**"})

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._safe: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: object, attr: str, value: object) -> bool:
        """Return whether a template may use an attribute: none that is private, internal, or changes what it is of."""
        key = type(obj), attr
        known = self._safe.get(key)
        if known is None:
            known = super().is_safe_attribute(obj, attr, value)
            if len(self._safe) < _MOST_KNOWN:
                self._safe[key] = known
        return known

    def call_binop(self, context: jinja2.runtime.Context, operator: str, left: object, right: object) -> object:
        """Multiply; refuse powers and anything that would be longer than a message may be."""
        if operator == "**" or _product(left, right) > MAX_SIZE:
            raise ValueError(f"{operator} makes too much")
        return super().call_binop(context, operator, left, right)


def _product(left: object, right: object) -> float:
    sizes = (len(side) if isinstance(side, Sized) else side for side in (left, right))
    product = 1.0
    for size in sizes:
        product *= abs(float(size)) if isinstance(size, int | float) else 1.0
    return product


def template_names(folder: Path) -> tuple[str, ...]:
    """Return the names of the templates in a folder, sorted; empty when there is no such folder."""
    return tuple(sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.j2") if path.is_file()))


def builtin_templates() -> Path:
    """Return the folder of the built-in templates: the copy inside the wheel, else the one beside the package."""
    package = Path(__file__).resolve().parent.parent
    packaged = package / "_templates"
    return packaged if packaged.is_dir() else package.parent / "templates"


class _Compiled(jinja2.BytecodeCache):
    """Keep what templates were compiled to, by name, place and text.

    A configuration that is read again, and an override that is no longer trusted, make a new environment; compiling
    anew what did not change took most of the time of that.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Fill the bucket with what is known of a template with this text."""
        checksum, code = self._known.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: jinja2.bccache.Bucket) -> None:
        """Remember a compiled template in the place of an earlier text of it."""
        if bucket.code is not None:
            self._known[bucket.key] = (bucket.checksum, bucket.code)


@cache
def _compiled() -> _Compiled:
    """Return the one memory of this process; all environments are made alike."""
    return _Compiled()


def _environment(*folders: Path) -> jinja2.Environment:
    environment = _Sandbox(
        loader=jinja2.FileSystemLoader([str(folder) for folder in folders]),
        autoescape=jinja2.select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        bytecode_cache=_compiled(),
    )
    for name in set(environment.globals) - _KEPT_GLOBALS:
        del environment.globals[name]
    environment.filters.update(
        wrap=plain_text.wrap,
        fit=plain_text.fit,
        cut=escape.cut,
        count=plain_text.count,
        listed=plain_text.listed,
        columns=plain_text.columns,
        styled=escape.slack_styled,
        md=markdown.escape,
        code=markdown.code_span,
        fence=markdown.code_fence,
        yaml=markdown.yaml,
    )
    environment.globals.update(labelled=plain_text.labelled)
    return environment


def _references(environment: jinja2.Environment, name: str) -> Iterator[str]:
    """Return the templates one names; none when it cannot be read."""
    assert environment.loader is not None  # noqa: S101 — every environment here was made with one
    try:
        source, _, _ = environment.loader.get_source(environment, name)
        found = list(jinja2.meta.find_referenced_templates(environment.parse(source)))
    except (jinja2.TemplateError, UnicodeDecodeError, OSError):
        return
    yield from (one for one in found if one is not None)


def _line(error: Exception, name: str) -> str:
    """Return the template line from the traceback, with the file if it is another one."""
    place, trace = "", error.__traceback__
    while trace is not None:
        path = Path(trace.tb_frame.f_code.co_filename)
        if path.suffix == ".j2":
            other = "" if path.as_posix().endswith(f"/{name}") else f" of {path.parent.name}/{path.name}"
            place = f"line {trace.tb_lineno}{other}: "
        trace = trace.tb_next
    return place
