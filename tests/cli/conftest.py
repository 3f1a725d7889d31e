"""A registry per test; one desk that has lived through all data versions, for commands that only look."""

import pytest

from tests.cli.desk import ANA, FILES, LATER, Desk
from tests.support.hostile_trial import hostile_timeline
from tests.support.smtp_sink import SmtpSink
from watcher.sandbox.server import Sandbox


@pytest.fixture
def registry():
    with Sandbox(hostile_timeline()) as sandbox:
        yield sandbox


@pytest.fixture
def relay():
    with SmtpSink() as sink:
        yield sink


@pytest.fixture
def bare(tmp_path):
    """A desk without any file."""
    return Desk(tmp_path)


@pytest.fixture
def desk(tmp_path, registry):
    """A desk with a folder channel."""
    return Desk(tmp_path).set_up(registry.base_url, FILES)


@pytest.fixture(scope="session")
def walked(tmp_path_factory):
    """A desk whose store holds a baseline and what seven data versions brought; not to be written to."""
    desk = Desk(tmp_path_factory.mktemp("walked"))
    timeline = hostile_timeline()
    with Sandbox(timeline) as registry, SmtpSink() as relay:
        ids = timeline.ids(timeline.data_versions[0])
        desk.set_up(registry.base_url, FILES, ANA, LATER, relay=relay, ids=ids)
        desk.ok("run", "--once")
        registry.next()
        desk.ok("run", "--once")
        while registry.next():
            pass
        desk.ok("run", "--once")
    return desk
