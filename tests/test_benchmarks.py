"""The harness of `make bench` runs, with tiny sizes; what it measures is nobody's business here."""

import sys

import pytest

from benchmarks import pairs
from benchmarks.__main__ import PARTS, main
from benchmarks.compare import compared
from benchmarks.process import BenchError, measured
from benchmarks.tables import Goal, Row, figure, table, verdicts


@pytest.mark.parametrize("part", PARTS)
def test_every_part_runs_and_prints_its_table(part, capsys):
    assert main([part, "--quick"]) == 0
    printed = capsys.readouterr().out
    assert f"{part.upper()} · " in printed
    assert "CPython" in printed or "PyPy" in printed


def test_unknown_part_is_refused_by_name(capsys):
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "there is no part speed" in capsys.readouterr().err


def test_peak_of_a_measured_process_is_its_own_and_not_the_harness_s():
    ballast = bytearray(b"x" * 200_000_000)
    assert measured([sys.executable, "-IS", "-c", "pass"]).peak < len(ballast) / 1e6 / 2


def test_measured_process_that_fails_is_told_and_not_measured():
    with pytest.raises(BenchError, match="ended with 3: no luck"):
        measured([sys.executable, "-c", "import sys; print('no luck', file=sys.stderr); sys.exit(3)"])


def test_measured_process_that_takes_too_long_is_ended():
    with pytest.raises(TimeoutError):
        measured([sys.executable, "-c", "import time; time.sleep(60)"], timeout=0.3)


def test_missed_goal_says_by_how_much():
    met = Goal(name="ms", value=4.2, limit=5)
    missed = Goal(name="CPU s", value=3.5, limit=2.25, why="2 × floor + 0.8")
    assert str(met) == "ms ≤ 5: met"
    assert str(missed) == "CPU s ≤ 2.25 (2 × floor + 0.8): MISSED by 1.25"
    assert verdicts([Row(("a",), (met,)), Row(("b",), (missed,))]) == (1, 2)


def test_figures_stand_in_columns_with_their_goals_behind():
    rows = [Row(("nothing new",)), Row(("  a poll", "1", "0.61"), (Goal(name="requests", value=1, limit=1),))]
    assert table("POLL", ("", "requests", "CPU s"), rows).splitlines() == [
        "POLL",
        "",
        "             requests  CPU s",
        "────────────────────────────",
        "nothing new",
        "  a poll            1   0.61   requests ≤ 1: met",
    ]


@pytest.mark.parametrize(
    ("value", "shown"), [(10_000, "10,000"), (308.4, "308"), (44.84, "44.8"), (4.479, "4.48"), (0.0612, "0.061")]
)
def test_figures_have_three_digits_or_so(value, shown):
    assert figure(value) == shown


def test_made_pairs_differ_in_what_they_are_named_after():
    assert compared(pairs.sites(30, 10)) >= 5
    assert compared(pairs.outcomes(10)) >= 10
    assert compared(pairs.criteria(10)) >= 10
