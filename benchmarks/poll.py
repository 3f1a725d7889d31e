"""What a poll costs: nothing new, a new data version, the first baseline.

The sandbox serves in a process of its own; the client's process alone is measured, from its start to its end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.request import urlopen

from benchmarks.process import BenchError, Usage, measured, middle, own
from benchmarks.scene import Scene, served
from benchmarks.tables import Goal, Row, figure, table

_VERSIONS = ("2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05")
_HEADS = ("", "requests", "CPU s", "wall s", "peak MB")
_LONGEST = 60.0
"""Seconds the obvious way may take over the one record of 3 MB."""


@dataclass(slots=True)
class Measured:
    """One client in one situation: every run, and the requests of each."""

    usages: list[Usage] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)

    def take(self, scene: Scene, command: Sequence[str]) -> None:
        """Run once more."""
        before = scene.requests()
        self.usages.append(measured(command))
        self.requests.append(scene.requests() - before)

    @property
    def usage(self) -> Usage:
        """Return the median of all runs."""
        return middle(self.usages)


@dataclass(slots=True)
class Situation:
    """One situation and all clients in it; the obvious way is projected from a sample."""

    watcher: Measured = field(default_factory=Measured)
    floor: Measured = field(default_factory=Measured)
    obvious: Usage | None = None


def run(*, is_quick: bool = False, say: Callable[[str], None] = print) -> list[Row]:
    """Measure, print a table per size, and give all rows."""
    rows: list[Row] = []
    for count, repeats, sample in ((60, 1, 2),) if is_quick else ((1_000, 3, 60), (10_000, 3, 60)):
        found, notes = _measure(count, repeats, sample)
        rows += found
        size = f"{count:,} records, mean 21 KB, one of 3 MB; 1.5 % really change a data version"
        say(table(f"POLL · {size}; median of {repeats}", _HEADS, found, notes))
    return rows


def _measure(count: int, repeats: int, sample: int) -> tuple[list[Row], list[str]]:
    with served(count, _VERSIONS[: repeats + 1]) as scene:
        baseline, nothing, moved = Situation(), Situation(), Situation()
        digest = Measured()
        states = [scene.folder / f"state{number}" for number in range(repeats if count <= 1_000 else 1)]
        for state in states:
            baseline.watcher.take(scene, scene.once(state))
        for _ in range(repeats):
            nothing.watcher.take(scene, scene.once(states[0]))
            nothing.floor.take(scene, own("floor", scene.base_url))
            baseline.floor.take(scene, own("floor", scene.base_url, scene.ids_file))
        chosen = scene.ids[1 :: max((len(scene.ids) - 1) // sample, 1)][:sample]
        baseline.obvious = _projected(scene, chosen)
        nothing.obvious = _projected(scene, chosen)
        for number in range(repeats):
            scene.next()
            moved.watcher.take(scene, scene.once(states[0]))
            digest.take(scene, [*scene.once(states[0]), "--send-all"])
            moved.floor.take(scene, own("floor", scene.base_url, scene.ids_file))
            if number == 0:
                moved.obvious = _projected(scene, chosen)
        largest = _largest(scene) if repeats > 1 else "not tried here"
        return _rows(count, baseline, nothing, moved, digest), [
            "",
            "floor: http.client, gunzip, split, SHA-256 of the same bytes.",
            "obvious: one GET a trial on one connection, json.loads, DeepDiff of whole records with ignore_order=True;",
            f"{len(chosen)} trials measured, projected to {count:,} (memory is the sample's), without the 3 MB record:",
            f"{largest}.",
        ]


def _projected(scene: Scene, chosen: Sequence[str]) -> Usage:
    """Run the obvious way over a sample, and project the loop, not the start-up, to all trials."""
    usage = measured(own("obvious", scene.base_url, _snapshots(scene), *chosen))
    cpu, wall = map(float, usage.output.split())
    times = len(scene.ids) / len(chosen) - 1
    return Usage(cpu=usage.cpu + cpu * times, wall=usage.wall + wall * times, peak=usage.peak)


def _largest(scene: Scene) -> str:
    """Describe how the obvious way does with the record of 3 MB when nothing but its stamp moved."""
    nct_id = scene.ids[0]
    record = _snapshots(scene) / f"{nct_id}.json"
    with urlopen(f"{scene.base_url}/studies/{nct_id}") as answer:
        body: bytes = answer.read()
    record.write_bytes(body.replace(b'"versionHolder":"2026', b'"versionHolder":"2025'))
    try:
        usage = measured(own("obvious", scene.base_url, _snapshots(scene), nct_id), timeout=_LONGEST)
    except TimeoutError:
        return f"ended after {_LONGEST:g} s over that one"
    return f"that one alone takes {usage.cpu:.1f} CPU s and {usage.peak:.0f} MB though only its stamp moved"


def _snapshots(scene: Scene) -> Path:
    folder = scene.folder / "obvious"
    folder.mkdir(exist_ok=True)
    return folder


def _rows(count: int, baseline: Situation, nothing: Situation, moved: Situation, digest: Measured) -> list[Row]:
    floor = moved.floor.usage.cpu
    news = moved.watcher.usage
    goals = [
        Goal(name="requests", value=max(moved.watcher.requests), limit=count // 100 + 3),
        Goal(name="CPU s", value=news.cpu, limit=2 * floor + 0.8, why="2 × floor + 0.8"),
    ]
    if count >= 10_000:
        goals.append(Goal(name="peak MB", value=news.peak, limit=150))
    calm = (
        Goal(name="requests", value=max(nothing.watcher.requests), limit=1),
        Goal(name="wall s", value=nothing.watcher.usage.wall, limit=0.8),
    )
    return [
        Row(("nothing new",)),
        *_clients(nothing, count, calm),
        Row(("new data version",)),
        *_clients(moved, count, tuple(goals)),
        _row("  its digest (run --once --send-all)", digest.requests[-1], digest.usage),
        Row(("first baseline",)),
        *_clients(
            baseline, count, (Goal(name="requests", value=max(baseline.watcher.requests), limit=count // 100 + 3),)
        ),
    ]


def _clients(situation: Situation, count: int, goals: tuple[Goal, ...]) -> Iterator[Row]:
    if situation.obvious is None:
        raise BenchError("the obvious way was not measured")
    yield _row("  watcher run --once", max(situation.watcher.requests), situation.watcher.usage, goals)
    yield _row("  floor", max(situation.floor.requests), situation.floor.usage)
    yield _row("  obvious (projected)", count, situation.obvious)


def _row(name: str, requests: int, usage: Usage, goals: tuple[Goal, ...] = ()) -> Row:
    return Row((name, f"{requests:,}", figure(usage.cpu), figure(usage.wall), figure(usage.peak)), goals)
