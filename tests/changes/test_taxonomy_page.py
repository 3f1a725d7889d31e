"""The page for people names every kind with its levels, and a changed catalogue raises its revision."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from tests.changes.test_taxonomy import CONTEXT, TABLE
from watcher.changes.fields.catalogue import CATALOGUE_REVISION, ROWS
from watcher.changes.kinds import BY_NAME, KINDS, Context
from watcher.changes.model import Severity

_PAGE = Path(__file__).parents[2] / "docs" / "taxonomy.md"
_ROW = re.compile(r"^\| `([a-z_.]+)` \| (.+) \| ([a-z, ]+) \| (yes )?\|$", re.MULTILINE)
_SHOWN = _ROW.findall(_PAGE.read_text("utf-8"))
_FIRST = {kind: levels.partition(", ")[0] for kind, _, levels, _ in _SHOWN}
_LEVELS = {kind: frozenset(levels.split(", ")) for kind, _, levels, _ in _SHOWN}
_TAKING_CONTEXT = {kind for kind, _, _, mark in _SHOWN if mark}


def test_page_names_every_kind_once() -> None:
    assert sorted(kind for kind, *_ in _SHOWN) == sorted(KINDS)


def test_page_gives_each_kind_the_level_and_the_context_of_the_table_of_kinds() -> None:
    assert {name: kind.level.value for name, kind in BY_NAME.items()} == _FIRST
    assert {name for name, kind in BY_NAME.items() if kind.context is not Context.NONE} == _TAKING_CONTEXT


def test_page_gives_levels_alone() -> None:
    assert set().union(*_LEVELS.values()) == {level.value for level in Severity}


@pytest.mark.parametrize("row", [row for row in TABLE if row not in CONTEXT], ids=lambda row: row.name)
def test_page_gives_the_level_of_the_table(row) -> None:
    kind, level, *_ = row.change
    assert level in _LEVELS[kind]


@pytest.mark.parametrize("row", [row for row in CONTEXT if "→" in row.rule], ids=lambda row: row.name)
def test_page_marks_the_kinds_that_context_moves(row) -> None:
    assert row.change[0] in _TAKING_CONTEXT


_FINGERPRINTS = {2: "d08ee7747c6edf8228aae0bb"}
"""Revision of the catalogue → fingerprint of its rows and of the kinds, in whatever order they stand."""


def test_changed_rows_or_kinds_raise_the_revision() -> None:
    told = sorted(
        (
            row.path,
            row.label,
            row.seed,
            row.value.value,
            row.unit,
            sorted(row.parts.items()),
            row.named_by,
            row.level.value,
            row.kind,
            row.noise,
            row.is_registry_made,
            [
                (name, len(one.keys), [key.alone for key in one.keys], one.similar, one.least)
                for name, one in sorted({"": row.identity, **row.lists}.items())
            ],
        )
        for row in ROWS
    )
    fingerprint = hashlib.blake2b(repr((told, sorted(KINDS))).encode(), digest_size=12).hexdigest()
    assert _FINGERPRINTS[CATALOGUE_REVISION] == fingerprint, (
        "rows or kinds changed: raise CATALOGUE_REVISION and note the new fingerprint beside it"
    )
