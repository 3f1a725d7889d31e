"""What a run with no news leaves unloaded: it should cost next to nothing."""

from __future__ import annotations

import subprocess
import sys

from tests.pipeline.house import ANA, DAYS, FILES, ONE, QUIET, ROOM, TWO, trial
from tests.pipeline.process import ROOT

LIST_MODULES = """
import sys
from watcher.cli import main
try:
    main()
finally:
    print("loaded", *sorted(sys.modules))
"""
SPARED = ("deepdiff", "jinja2", "aiosmtplib", "apscheduler", "alembic", "icalendar")


def loaded_by(home, *arguments):
    """Run a command in a process of its own; give the top-level modules it loaded."""
    command = [sys.executable, "-c", LIST_MODULES, "--config", str(home.config_path), "--state-dir", str(home.state)]
    done = subprocess.run([*command, *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("loaded "))
    return {name.partition(".")[0] for name in line.split()[1:]}


async def test_run_without_news_loads_nothing_it_does_not_need(house):
    states = {nct_id: {DAYS[0]: trial(nct_id), DAYS[1]: trial(nct_id, "TERMINATED")} for nct_id in (ONE, TWO)}
    home = house(states, settings=ANA + ROOM + QUIET + FILES)
    await home.run()
    home.asked()
    loaded = loaded_by(home, "run", "--once")
    assert home.asked() == ["/version"]
    assert loaded.isdisjoint(SPARED)
    assert {"watcher", "sqlalchemy", "httpx"} <= loaded
    home.registry.next()
    assert {"deepdiff", "jinja2", "aiosmtplib"} <= loaded_by(home, "run", "--once")  # the list itself is right
