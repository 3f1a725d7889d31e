"""One site of the whole sandbox, made once by the real job: registry, polls, store, pages."""

import asyncio
from pathlib import Path

import pytest

from tests.pages.reading import Pages
from tests.support.hostile_trial import hostile_timeline
from watcher import app
from watcher.daemon import rehearsal


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Pages:
    """Give the pages of the sandbox after its last data version; not to be written to."""
    folder: Path = tmp_path_factory.mktemp("rehearsal")
    work, out = folder / "work", folder / "site"
    work.mkdir()
    asyncio.run(rehearsal.rehearse(work, app.open_for_run, lambda line: None, site=out, timeline=hostile_timeline()))
    return Pages(out, work)
