"""`python -m benchmarks [poll|searching|compare|smtp|telling|composing|rest …] [--quick]`."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from benchmarks import compare, composing, mail, poll, rest, searching, telling
from benchmarks.machine import describe
from benchmarks.process import BenchError
from benchmarks.tables import Row, verdicts

PARTS: Mapping[str, Callable[..., list[Row]]] = {
    "poll": poll.run,
    "searching": searching.run,
    "compare": compare.run,
    "smtp": mail.run,
    "telling": telling.run,
    "composing": composing.run,
    "rest": rest.run,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts asked for; give the exit code: 0 also when a goal was missed, since figures are not asserted."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="What the watcher costs, beside floor and goal.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all when not given")
    parser.add_argument("--quick", action="store_true", help="tiny sizes: shows that it runs, measures nothing")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    began = time.perf_counter()
    print(describe(), end="\n\n", flush=True)
    rows: list[Row] = []
    for name in asked.parts or PARTS:
        try:
            rows += PARTS[name](is_quick=asked.quick, say=_say)
        except BenchError as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
    met, goals = verdicts(rows)
    score = f"{met} of {goals} goals met. " if goals and not asked.quick else ""
    print(f"{score}Took {time.perf_counter() - began:.0f} s.")
    return 0


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
