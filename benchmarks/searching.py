"""What a watched search costs: its first reading, a data version with nothing new, one in which 1 % enter and leave.

The sandbox serves in a process of its own; the client's process alone is measured, from its start to its end.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.poll import Measured
from benchmarks.process import own, serving, watcher
from benchmarks.scene import CONFIG, Scene
from benchmarks.tables import Goal, Row, figure, table
from tests.support.scale import write_scaled

_FIRST, _CALM, _MOVED = "2026-03-02", "2026-03-03", "2026-03-04"
_HEADS = ("", "requests", "CPU s", "wall s", "peak MB")
_SEARCH = "query.spons=Scale"
_INSIDE, _OUTSIDE = b"Scale Institute", b"Other Institute"
_CALM_ONES = ("nothing new in the same data version", "new data version, nothing new in it")
_STRANGER = "NCT97000001"


def run(*, is_quick: bool = False, say: Callable[[str], None] = print) -> list[Row]:
    """Measure, print a table per size, and give all rows."""
    rows: list[Row] = []
    for count in (20,) if is_quick else (1_000, 10_000):
        found = _measure(count, _CALM_ONES[:0] if is_quick else _CALM_ONES)
        rows += found
        title = f"SEARCHING · a search of {count:,} members, mean 21 KB; read once each"
        notes = [
            "",
            "floor: http.client, gunzip, split, SHA-256 of the same pages of ids and the same records.",
            "entering and leaving: 1 % of the members each, by a change of their records; each move is reported.",
        ]
        say(table(title, _HEADS, found, notes))
    return rows


def _measure(count: int, calm: Sequence[str]) -> list[Row]:
    moves = max(count // 100, 1)
    with _served(count, moves) as (scene, config):
        command = watcher("--config", config, "--state-dir", scene.folder / "state", "run", "--once")
        rows: list[Row] = []
        for name in ("first reading", *calm):
            if name.startswith("new"):
                scene.next()
            rows += _clients(scene, command, name, count)
        while scene.control("/sandbox")["data_version"] != _MOVED:
            scene.next()
        return rows + _clients(scene, command, f"new data version, {moves:,} enter and {moves:,} leave", count, moves)


def _clients(scene: Scene, command: Sequence[str], name: str, count: int, moves: int = 0) -> list[Row]:
    own_run, floor = Measured(), Measured()
    own_run.take(scene, command)
    is_calm = "same" in name
    known = scene.ids[: count + moves]
    (scene.folder / "known.txt").write_text("\n".join(known), encoding="ascii")
    floor.take(scene, own("floor", scene.base_url, *(() if is_calm else (scene.folder / "known.txt", _SEARCH))))
    limit = 1 if is_calm else len(known) // 100 + 1 + count // 1000 + 3
    goal = Goal(name="requests", value=own_run.requests[-1], limit=limit)
    return [Row((name,)), _row("  watcher run --once", own_run, goal), _row("  floor", floor)]


def _row(name: str, taken: Measured, *goals: Goal) -> Row:
    usage = taken.usage
    requests = f"{taken.requests[-1]:,}"
    return Row((name, requests, figure(usage.cpu), figure(usage.wall), figure(usage.peak)), goals)


@contextmanager
def _served(count: int, moves: int) -> Iterator[tuple[Scene, Path]]:
    """Serve trials of which the first `count` match the search; later `moves` of them leave and as many enter."""
    with TemporaryDirectory(prefix="watcher-bench-") as name:
        folder = Path(name)
        ids = write_scaled(folder / "records", count + moves, (_FIRST,))
        for nct_id in ids[count:]:
            record = _changed(folder, nct_id, _FIRST, _OUTSIDE)
            _write(folder, nct_id, _MOVED, _posted(record.replace(_OUTSIDE, _INSIDE)))
        for nct_id in ids[1 : moves + 1]:  # not the one of 3 MB
            _write(folder, nct_id, _MOVED, _posted((folder / "records" / nct_id / f"{_FIRST}.json").read_bytes()))
            _changed(folder, nct_id, _MOVED, _OUTSIDE)
        stranger = {"protocolSection": {"identificationModule": {"nctId": _STRANGER}}}
        for version in (_FIRST, _CALM):  # makes the data version in which nothing happens
            _write(folder, _STRANGER, version, json.dumps(stranger).encode())
        config = folder / "search.toml"
        with serving(watcher("sandbox", "--port", 0, "--data", folder / "records")) as base_url:
            text = CONFIG.format(base_url=base_url, poll_every="1h")
            search = 'search = { sponsor = "Scale" }\nmax_trials = 50000'
            config.write_text(text.replace('ids_file = "ids.txt"', search), encoding="ascii")
            yield Scene(base_url=base_url, folder=folder, ids=ids), config


def _changed(folder: Path, nct_id: str, version: str, sponsor: bytes) -> bytes:
    """Give a record another sponsor; return it."""
    file = folder / "records" / nct_id / f"{version}.json"
    record = file.read_bytes().replace(_INSIDE, sponsor)
    file.write_bytes(record)
    return record


def _posted(record: bytes) -> bytes:
    return record.replace(b'"date":"2026-01-08"', b'"date":"2026-03-03"')


def _write(folder: Path, nct_id: str, version: str, record: bytes) -> None:
    file = folder / "records" / nct_id / f"{version}.json"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(record)
