"""For all rooms: property tests try the same examples on every machine, so that a landing never depends on luck.

Hunting with new examples: `HYPOTHESIS_PROFILE=hunt make test`.
"""

import gc
import os
import signal
import sys

import pytest
from hypothesis import settings
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.util import LRUCache

settings.register_profile("steady", derandomize=True, deadline=None, max_examples=50)
settings.register_profile("hunt", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# A shell that starts the tests in the background leaves SIGINT ignored, and every process started here would inherit
# that; the tests of Ctrl-C mean the usual case.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Thousands of tests and real records stay in memory; looking through them as often as in a small program costs a tenth.
gc.set_threshold(50_000, 20, 20)

_FIRST = ("tests/test_wheel.py", "tests/test_hostile.py", "tests/cli/", "tests/pages/")
"""What shares something that takes long to make."""


def pytest_collection_modifyitems(items):
    """Put together at the beginning what shares something: xdist hands it to one process, and it is made once."""
    items.sort(key=lambda item: not item.nodeid.startswith(_FIRST))


@pytest.fixture
def untraced():
    """Do not count the lines that a test runs through: it takes long, or measures how long something takes."""
    tracer = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(tracer)


@pytest.fixture(scope="session", autouse=True)
def shared_statements():
    """Share compiled SQL among all stores of this process: a quarter of a run on a new one is compiling it."""
    first = create_engine("sqlite+pysqlite://")
    with first.connect() as connection:  # the dialect learns from its first connection what SQLite can do
        dialect = connection.dialect
    first.dispose()
    cache: LRUCache[object, object] = LRUCache(2000)

    def share(connection):
        connection.dialect = dialect
        connection.execution_options(compiled_cache=cache)

    event.listen(Engine, "engine_connect", share)
    yield
    event.remove(Engine, "engine_connect", share)
