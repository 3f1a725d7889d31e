"""Quiet logs for the room: what is logged is asked for by the tests that care."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import structlog

from tests.pipeline import house as houses


@pytest.fixture(autouse=True)
def events() -> Iterator[list[structlog.typing.EventDict]]:
    """Catch what is logged instead of printing it."""
    with structlog.testing.capture_logs() as caught:
        yield caught


@pytest.fixture
def house(tmp_path) -> Iterator[Callable[..., houses.House]]:
    """Open a house: `house({id: {data version: record}}, settings=…)`."""
    with ExitStack() as open_ones:

        def build(states, **more):
            return open_ones.enter_context(houses.house(tmp_path, states, **more))

        yield build


@pytest.fixture
def uncounted_processes(monkeypatch):
    """Start processes that do not count the lines they run through: who is killed could not tell them anyway."""
    monkeypatch.setenv("COVERAGE_PROCESS_CONFIG", "")
