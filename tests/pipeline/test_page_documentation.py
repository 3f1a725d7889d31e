"""What people who edit the pages' templates are told agrees with what these templates are given."""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from collections import defaultdict
from functools import cache
from typing import Any

import pytest

from watcher.pages.related import Traits
from watcher.pages.sample_pages import show_all
from watcher.pipeline.page_overrides import LARGEST_PAGE, SLOWEST_PAGE, specimen_site, specimen_trials
from watcher.rendering.environment import builtin_templates
from watcher.rendering.view import Piece

README = (builtin_templates() / "README.md").read_text(encoding="utf-8")
PAGES = README.partition("## What a template of the pages is given")[2]
ELSEWHERE = {Piece, Traits}  # described with the messages; not for templates


@dataclasses.dataclass
class Given:
    """What the templates of the specimens were given: names, and of each field whether it was empty or not."""

    names: dict[str, set[str]]
    seen: dict[tuple[type, str], set[bool]]

    @property
    def views(self) -> list[type]:
        return sorted({view for view, _ in self.seen} - ELSEWHERE, key=lambda view: view.__name__)


@cache
def given() -> Given:
    found = Given({}, defaultdict(set))

    def render(name: str, context: Any) -> str:
        found.names.setdefault(name, set()).update(context)
        for value in context.values():
            note(value)
        return ""

    def note(value: Any) -> None:
        if isinstance(value, tuple):
            for item in value:
                note(item)
        elif dataclasses.is_dataclass(value):
            for name in fields(type(value)):
                held = getattr(value, name)
                found.seen[type(value), name].add(held is None or held in ("", ()))
                note(held)

    show_all(specimen_trials(), specimen_site(), render)
    return found


def fields(view: Any) -> list[str]:
    own = [field.name for field in dataclasses.fields(view)]
    return own + [name for name, value in vars(view).items() if isinstance(value, property)]


def type_of(view: Any, name: str) -> str:
    hints = typing.get_type_hints(view)
    return spelt(hints[name] if name in hints else typing.get_type_hints(getattr(view, name).fget)["return"])


def spelt(hint: Any) -> str:
    """Spell a type as the description does."""
    inner = typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        return f"list of {spelt(inner[0])}" if inner[-1] is Ellipsis else f"({', '.join(map(spelt, inner))})"
    if isinstance(hint, types.UnionType):
        (one,) = [part for part in inner if part is not type(None)]
        return f"{spelt(one)} or none"
    return {str: "text", int: "number", float: "number", bool: "yes/no"}.get(hint) or hint.__name__


def described(view: type) -> list[tuple[str, str]]:
    (own,) = re.findall(
        rf"^#### {view.__name__}(?::[^\n]*)?\n(.*?)(?=^#### |\Z)", PAGES, flags=re.MULTILINE | re.DOTALL
    )
    return re.findall(r"^\| `(\w+)` \| ([^|]+) \| [^|]{4,} \|$", own, flags=re.MULTILINE)


def test_every_view_is_described_and_no_other():
    assert sorted(re.findall(r"^#### (\w+)", PAGES, flags=re.MULTILINE)) == [view.__name__ for view in given().views]


@pytest.mark.parametrize("view", given().views, ids=lambda view: view.__name__)
def test_every_field_is_described_with_its_type_and_whether_it_may_be_empty(view):
    def expected(name: str) -> str:
        kind = type_of(view, name)
        is_said = kind.endswith("or none")
        return f"{kind}, may be empty" if True in given().seen[view, name] and not is_said else kind

    assert described(view) == [(name, expected(name)) for name in fields(view)]


@pytest.mark.parametrize("view", given().views, ids=lambda view: view.__name__)
def test_no_field_is_empty_in_all_specimens(view):
    """What is never there is never tried."""
    assert [name for name in fields(view) if False not in given().seen[view, name]] == []


def test_every_template_is_described_with_the_names_it_is_given():
    rows = re.findall(r"^\| `(pages/[\w.]+)` \| ([^|]+) \|", PAGES, flags=re.MULTILINE)
    assert {name: set(re.findall(r"`(\w+)`", names)) for name, names in rows} == given().names


def test_limits_are_the_real_ones():
    assert f"{LARGEST_PAGE:,} characters and take {SLOWEST_PAGE:g} seconds" in PAGES
