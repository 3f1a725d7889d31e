"""What a comparison costs, with its meaning and every sentence, beside DeepDiff over the whole records."""

from __future__ import annotations

import gc
import json
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from benchmarks import pairs
from benchmarks.pairs import Pair
from benchmarks.process import measured, own
from benchmarks.tables import Goal, Row, figure, table
from watcher.changes.compare import compare_records
from watcher.changes.wording.say import phrase

_HEADS = ("", "ms", "changes", "DeepDiff ms", "times")
_SIZES = (100, 300, 1_000, 3_000)
_LONGEST = 60.0
"""CPU seconds DeepDiff may take over one case; a larger case of the same kind is then not tried at all."""

_BRIEFEST = 0.5
"""CPU seconds a made case is repeated for, at least thrice."""

_SLACK = 1.25
"""How much faster than n log n a cost may seem to grow: caches and the allocator grow with it, and n is small."""

_NOTES = (
    "",
    "DeepDiff: of the whole records with ignore_order=True, without meaning and wording; once.",
    f"Given up after {_LONGEST:g} s; a larger case of the same kind is then not tried.",
)


def run(*, is_quick: bool = False, say: Callable[[str], None] = print) -> list[Row]:
    """Measure, print two tables, and give all rows."""
    rows = _typical(3 if is_quick else None) + _made(is_quick=is_quick)
    say(table("COMPARE · with meaning and wording; CPU ms, median", _HEADS, rows, _NOTES))
    sizes = (10, 20) if is_quick else _SIZES
    growth = [
        _growth("sites", sizes, lambda count: pairs.sites(count, count)),
        _growth("outcomes", sizes, pairs.outcomes),
        _growth("criteria", sizes, pairs.criteria),
    ]
    say(table("GROWTH · ms with so many, all of them touched", ("", *map(figure, sizes)), growth))
    return [*rows, *growth]


def compared(pair: Pair) -> int:
    """Do what is measured: compare, judge, put every change into words; give how many changes there were."""
    return len([phrase(change) for change in compare_records(*pair).changes])


def _typical(most: int | None) -> list[Row]:
    """Measure the neighbours among real records: the median pair, and the slowest."""
    source, found = pairs.real_pairs()
    chosen = found[:most]
    times = [_milliseconds(pair, 0.02) for pair in chosen]
    at = times.index(max(times))
    middle = median(times)
    whole = _whole(chosen)
    slowest = (f"  the slowest of the {len(chosen)}", figure(times[at]), figure(compared(chosen[at])))
    changes = median(compared(pair) for pair in chosen)
    goal = Goal(name="ms", value=middle, limit=5)
    return [
        Row(
            (
                f"typical pair of {source}",
                figure(middle),
                figure(changes),
                *_beside(None if whole is None else median(whole), middle),
            ),
            (goal,),
        ),
        Row((*slowest, *_beside(None if whole is None else whole[at], times[at]))),
    ]


def _made(*, is_quick: bool) -> list[Row]:
    """Measure made records of the sizes that have goals."""
    some, few, many = ((30, 3), (20, 20), (30, 30)) if is_quick else ((1_000, 100), (300, 300), (3_000, 3_000))
    sites = [
        (f"{some[0]:,} sites, {some[1]} changed", pairs.sites(*some), 40.0),
        (f"{few[0]:,} sites, all touched", pairs.sites(*few), 80.0),
        (f"{many[0]:,} sites, all touched", pairs.sites(*many), 800.0),
    ]
    if is_quick:
        return _family(sites, 0)
    large = [
        ("3 MB, 1 % of its leaves changed", pairs.large(0.01), 400.0),
        ("3 MB, 10 % of its leaves changed", pairs.large(0.1), 1500.0),
    ]
    return [*_family(sites, _BRIEFEST), *_family(large, _BRIEFEST)]


def _family(cases: Sequence[tuple[str, Pair, float]], least: float) -> list[Row]:
    """Measure cases of one kind, the dearer ones last."""
    rows: list[Row] = []
    has_time = least > 0
    for name, pair, limit in cases:
        spent = _milliseconds(pair, least)
        beside = ("not tried", "")
        if has_time:
            found = _whole([pair])
            has_time = found is not None
            beside = _beside(None if found is None else found[0], spent)
        cells = (name, figure(spent), figure(compared(pair)), *beside)
        rows.append(Row(cells, (Goal(name="ms", value=spent, limit=limit),)))
    return rows


def _growth(name: str, sizes: Sequence[int], made: Callable[[int], Pair]) -> Row:
    """Measure one kind of list at several sizes; the goal is n log n between the second and the last."""
    times = [_milliseconds(made(count), _BRIEFEST / 2) for count in sizes]
    small, large = sizes[-3] if len(sizes) > 3 else sizes[0], sizes[-1]
    grown = times[-1] / times[sizes.index(small)]
    fair = large * math.log(large) / (small * math.log(small))
    why = f"n log n × {_SLACK}"
    goal = Goal(name=f"{figure(small)} → {figure(large)}: × {figure(grown)}", value=grown, limit=fair * _SLACK, why=why)
    return Row((name, *map(figure, times)), (goal,))


def _milliseconds(pair: Pair, least: float) -> float:
    """Return the median CPU time of one comparison with its words."""
    compared(pair)  # loads what is loaded on first use
    gc.collect()
    times: list[float] = []
    while len(times) < 3 or sum(times) < least:
        began = time.process_time()
        compared(pair)
        times.append(time.process_time() - began)
    return 1000 * median(times)


def _whole(chosen: Sequence[Pair]) -> list[float] | None:
    """Return DeepDiff's milliseconds over each pair, or None when all together took too long."""
    with TemporaryDirectory() as name:
        file = Path(name) / "pairs.json"
        file.write_text(json.dumps(chosen), encoding="utf-8")
        try:
            output = measured(own("whole", file), timeout=_LONGEST).output
        except TimeoutError:
            return None
    return [1000 * float(line) for line in output.split()]


def _beside(whole: float | None, ours: float) -> tuple[str, str]:
    if whole is None:
        return f"> {_LONGEST * 1000:,.0f}", f"> {_LONGEST * 1000 / ours:,.0f} ×"
    return figure(whole), f"{whole / ours:,.0f} ×"
