"""What composing costs: many readers of a few trials each, and one reader of all.

The store is filled first (a baseline and one changed version of every trial); then a fresh process composes for
everybody, as a run does after a complete poll. Sending is not part of it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.process import BenchError
from benchmarks.tables import Goal, Row, table
from watcher import app
from watcher.archive import pack
from watcher.changes.compare import compare_records
from watcher.changes.normalise import canonical_hash
from watcher.config.load import load_config
from watcher.pipeline.recipient_sync import sync_recipients
from watcher.sandbox.sample_trials import sample_timeline
from watcher.store.trial_model import NewVersion, PageCommit, Poll, PollCounts, PollOutcome

_TOKENS = ("2026-06-01T09:00:00", "2026-06-02T09:00:00")
_EACH = 20
_AT_ONCE = 100
_HEAD = """
[[watch]]
name = "all"
ids_file = "watchlist.txt"

[email]
host = "127.0.0.1"
port = 25
tls = "none"
from = "Bench <bench@example.org>"

[[recipient]]
name = "everything"
email = "everything@example.org"
watches = ["all"]
send = "immediate"
welcome = false
"""


def run(*, is_quick: bool, say: Callable[[str], None]) -> list[Row]:
    """Measure composing for 500 readers of 20 trials each and one of all, over 10,000 changed trials."""
    readers, trials = (5, 100) if is_quick else (500, 10_000)
    with tempfile.TemporaryDirectory(prefix="bench-telling-") as scratch:
        folder = Path(scratch)
        ids = [f"NCT{90_000_000 + number:08}" for number in range(trials)]
        config = _write(folder, ids, readers)
        _fill(config, folder / "state", ids)
        found = _compose(config, folder / "state")
    goals = (
        Goal(name="wall s", value=found["seconds"], limit=10.0),
        Goal(name="MB", value=found["megabytes"], limit=200),
    )
    cells = (
        f"{readers} readers, one of all {trials:,}",
        *(f"{found[key]:,.1f}" for key in ("seconds", "cpu", "megabytes")),
    )
    row = Row((*cells, f"{found['messages']:,}"), () if is_quick else goals)
    say(
        table(
            "TELLING · composing for everybody, nothing sent", ("what", "wall s", "CPU s", "peak MB", "messages"), [row]
        )
    )
    return [row]


def _write(folder: Path, ids: Sequence[str], readers: int) -> Path:
    people = "".join(
        f'\n[[recipient]]\nname = "r{number}"\nemail = "r{number}@example.org"\nsend = "immediate"\nwelcome = false\n'
        f"ids = {json.dumps([ids[(number * _EACH + step) % len(ids)] for step in range(_EACH)])}\n"
        for number in range(readers)
    )
    (folder / "watchlist.txt").write_text("".join(f"{nct_id}\n" for nct_id in ids))
    config = folder / "config.toml"
    config.write_text(_HEAD + people)
    return config


def _fill(config: Path, state: Path, ids: Sequence[str]) -> None:
    """Store a baseline and one changed version of every trial, the readers met in between."""
    timeline = sample_timeline()
    versions = (timeline.data_versions[0], timeline.data_versions[-1])
    old, new = (json.loads(timeline.record("NCT99000002", version) or b"{}") for version in versions)
    with app.open_for_run(load_config(config), state) as context:
        kept: dict[str, int] = {}
        for start in range(0, len(ids), _AT_ONCE):
            piece = ids[start : start + _AT_ONCE]
            kept |= context.store.versions.commit_page(
                PageCommit(new=tuple(_version(one, old, None) for one in piece)), _now()
            )
        sync_recipients(context, _now())
        comparison = compare_records(old, new)
        for start in range(0, len(ids), _AT_ONCE):
            page = PageCommit(
                new=tuple(_version(one, new, kept[one], comparison) for one in ids[start : start + _AT_ONCE])
            )
            context.store.versions.commit_page(page, _now())
        context.store.trials.mark_checked(list(ids), _TOKENS[1], _now())
        context.store.polls.record(
            Poll(started=_now(), finished=_now(), token=_TOKENS[1], outcome=PollOutcome.COMPLETE, counts=PollCounts())
        )


def _version(nct_id: str, record: Mapping[str, Any], previous: int | None, comparison: Any = None) -> NewVersion:
    own = json.loads(json.dumps(record))
    own["protocolSection"]["identificationModule"]["nctId"] = nct_id
    compared = None
    if comparison is not None:
        from dataclasses import replace

        compared = pack(replace(comparison, nct_id=nct_id))
    body = json.dumps(own).encode()
    return NewVersion(
        nct_id=nct_id,
        body=body,
        canonical_hash=canonical_hash(own),
        fingerprint=f"{hash(body) & (1 << 63) - 1:032x}",
        data_version=own["derivedSection"]["miscInfoModule"]["versionHolder"],
        last_update_posted=None,
        title=own["protocolSection"]["identificationModule"]["briefTitle"],
        previous=previous,
        compared=compared,
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _compose(config: Path, state: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.telling", str(config), str(state)]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    if found.returncode:
        raise BenchError(f"composing failed: {found.stderr[-2000:]}")
    measured: dict[str, float] = json.loads(found.stdout.splitlines()[-1])
    return measured


def compose_here(config: Path, state: Path) -> None:
    """Compose for everybody in this process and print what it took, as one line of JSON."""
    from watcher.context import FaultReport
    from watcher.pipeline.compose import compose_due
    from watcher.pipeline.watchlist_resolution import follow_merged

    loaded = load_config(config)
    with app.open_for_run(loaded, state) as context:
        watchlist = follow_merged(app.watchlist_reader(loaded)(), context.store)
        wall, cpu = time.perf_counter(), time.process_time()
        messages = compose_due(context, watchlist, FaultReport(), is_complete=True)
        took = {"seconds": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "messages": messages}
    print(json.dumps(took | {"megabytes": _peak_megabytes()}))


def _peak_megabytes() -> float:
    """Read this process's own peak; it begins anew with exec, unlike `ru_maxrss` (proc(5), VmHWM)."""
    status = Path(f"/proc/{os.getpid()}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


if __name__ == "__main__":
    compose_here(Path(sys.argv[1]), Path(sys.argv[2]))
