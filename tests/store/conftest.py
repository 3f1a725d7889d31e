"""A prepared database once per session; each test gets its own copy of the file."""

import shutil
import tempfile
from pathlib import Path

import pytest

from tests.store.child import output
from tests.support.new_store import put_new_store
from watcher.store.store import Store


@pytest.fixture(scope="session")
def blank(tmp_path_factory):
    """A new database, made as a run makes it."""
    return put_new_store(tmp_path_factory.mktemp("blank") / "watcher.db")


@pytest.fixture
def path(blank, tmp_path):
    """A database of its own."""
    return shutil.copy(blank, tmp_path / "watcher.db")


@pytest.fixture
def store(path):
    """An open store."""
    with Store.open(path) as opened:
        yield opened


STRANGER = """
import os, sys
from pathlib import Path
from tests.store.make import NOW
from watcher.errors import WatcherError
from watcher.store import migrate
from watcher.store import admin
from watcher.store.database import PRESENT, Database
from watcher.store.lock import RunLock, holder
from watcher.store.store import Store
Database(Path("warm-up")).close()
if os.geteuid() == 0:
    os.seteuid(65534)
for call in sys.argv[1:]:
    try:
        eval(call)
        print("none")
    except WatcherError as error:
        print(type(error).__name__)
if os.getuid() == 0:
    os.seteuid(0)
"""


class Stranger:
    """Runs expressions as somebody who may read, but not write, a folder."""

    def __init__(self, folder):
        self.folder = folder

    def run(self, *calls):
        """Give, for each expression, the name of the error it ended with, or `none`."""
        self.folder.chmod(0o555)
        return output(STRANGER, *calls)


@pytest.fixture
def as_stranger():
    """A folder that may not be written by whoever runs the code: another user when the tests run as root."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield Stranger(folder)
        folder.chmod(0o755)
