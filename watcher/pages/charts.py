"""Pictures of a trial as numbers for a template to draw: lines over time, bars by country.

Gives positions in a small drawing area and the same in words; draws nothing and writes no markup.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from watcher.changes.partial_date import read
from watcher.changes.wording import values
from watcher.pages.page_model import Step
from watcher.pages.record_text import kind_of_date
from watcher.pages.who_and_where import STATES, Country, Place, counted_states
from watcher.study.record_model import Date, Design, Status, module_of
from watcher.study.typed import UNKNOWN_COUNT

WIDTH, HEIGHT = 420, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 16, 16, 30
_BAR, _GAP, _NAMES, _COUNTS = 16, 10, 136, 76
_PLAIN = "plain"
_LEAST_WIDTH = 4.0  # of a part of a bar: one site of a thousand is seen too
_MOST_BARS = 12
_LONGEST_NAME = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One value: where it stands in the drawing and what it says."""

    x: float
    y: float
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One line.

    Attributes:
        name: What it shows.
        style: `one` or `two`, for colour, dash and shape of its dots.
        path: The stepped line as SVG path data.
        dots: One per value.
        last: What the newest value says, to be written at its end.
    """

    name: str
    style: str
    path: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One mark on an axis."""

    at: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A picture of values over time.

    Attributes:
        key: Unique on the page, for ids.
        title: What it shows.
        says: The whole picture in words.
        across: Marks below, at x.
        up: Marks on the left, at y.
        series: One or two lines.
    """

    key: str
    title: str
    says: str
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a bar: the sites in one of `people.STATES`; `plain` when no site has a status."""

    x: float
    width: float
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One country.

    Attributes:
        y: Its place in the drawing.
        name: The country, cut to what fits.
        parts: From left to right; empty for a bar that stands for several countries, which would dwarf each.
        end: Where the text at its end stands.
        says: That text: `12 sites`.
    """

    y: float
    name: str
    parts: tuple[Part, ...]
    end: float
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One state in the legend: how many sites of all countries are in it, in the words of the registry."""

    state: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A picture of sites by country and state.

    Attributes:
        key: Unique on the page, for ids.
        title: What it shows.
        says: The whole picture in words.
        height: Of the drawing.
        names: Where the names of countries end.
        bars: A country each, most sites first; further ones are put together in the last.
        legend: The states that occur; empty when no site has a status.
    """

    key: str
    title: str
    says: str
    height: float
    names: float
    bars: tuple[Bar, ...]
    legend: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class _Point:
    day: date
    value: float
    says: str


def enrollment_chart(steps: Sequence[Step]) -> Lines | None:
    """Draw the enrollment over time; None when it never changed."""
    points: list[_Point] = []
    for step in steps:
        info = module_of(step.record or {}, Design).enrollment_info
        count = info.count
        if count is None or not 0 <= count < UNKNOWN_COUNT:
            continue
        kind = "actual" if info.type == "ACTUAL" else "planned"
        says = f"{values.number(count)} {kind}"
        if not points or points[-1].says != says:
            points.append(_Point(_day(step), count, says))
    if len(points) < 2:
        return None
    up = tuple((value, values.number(value)) for value in _round_values(max(point.value for point in points)))
    return _lines("enrollment", "Enrollment over time", [("Participants", points)], steps, up)


def dates_chart(steps: Sequence[Step]) -> Lines | None:
    """Draw how primary completion and completion moved; None when neither did."""
    found = [
        ("Primary completion", _date_points(steps, lambda status: status.primary_completion_date_struct)),
        ("Completion", _date_points(steps, lambda status: status.completion_date_struct)),
    ]
    found = [(name, points) for name, points in found if points]
    if all(len(points) < 2 for _, points in found):
        return None
    every = [point.value for _, points in found for point in points]
    low, high = date.fromordinal(int(min(every))).year, date.fromordinal(int(max(every))).year + 1
    every_years = max(1, -(-(high - low) // 4))
    years = range(low, high + every_years, every_years)
    up = tuple((float(date(year, 1, 1).toordinal()), str(year)) for year in years)
    return _lines("dates", "How the completion dates moved", found, steps, up)


def _date_points(steps: Sequence[Step], date_of: Callable[[Status], Date]) -> list[_Point]:
    points: list[_Point] = []
    for step in steps:
        spelt = date_of(module_of(step.record or {}, Status))
        found = read(spelt.date)
        if found is None:
            continue
        says = values.date(found.text) + kind_of_date(spelt.type)
        if not points or points[-1].says != says:
            points.append(_Point(_day(step), found.last.toordinal(), says))
    return points


def _lines(
    key: str,
    title: str,
    found: Sequence[tuple[str, Sequence[_Point]]],
    steps: Sequence[Step],
    up: Sequence[tuple[float, str]],
) -> Lines:
    first, last = _day(steps[0]).toordinal(), _day(steps[-1]).toordinal()
    span = max(last - first, 1)
    low, high = up[0][0], up[-1][0]

    def x(day: date) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * (day.toordinal() - first) / span, 1)

    def y(value: float) -> float:
        return round(HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * (value - low) / (high - low), 1)

    series = []
    for style, (name, points) in zip(("one", "two"), found, strict=False):
        dots = tuple(Dot(x=x(point.day), y=y(point.value), says=f"{_said(point)}") for point in points)
        path = f"M{dots[0].x} {dots[0].y}" + "".join(f"H{dot.x}V{dot.y}" for dot in dots[1:]) + f"H{WIDTH - _RIGHT}"
        series.append(Series(name=name, style=style, path=path, dots=dots))
    says = " ".join(f"{name}: {'; then '.join(_said(point) for point in points)}." for name, points in found)
    ends = tuple(Tick(at=x(day), label=values.date(day.isoformat())) for day in (_day(steps[0]), _day(steps[-1])))
    return Lines(
        key=key,
        title=title,
        says=says,
        across=ends if last > first else ends[:1],
        up=tuple(Tick(at=y(value), label=label) for value, label in up),
        series=tuple(series),
    )


def _said(point: _Point) -> str:
    return f"{point.says} from {values.date(point.day.isoformat())}"


def _places(countries: Sequence[Country]) -> tuple[Place, ...]:
    return tuple(place for country in countries for place in country.places)


def _by_state(places: Sequence[Place], *, has_states: bool) -> Counter[str]:
    return Counter(place.state if has_states else _PLAIN for place in places)


def sites_chart(countries: Sequence[Country]) -> Bars | None:
    """Draw the sites by country and by what their status means; None for fewer than two sites."""
    every = _places(countries)
    if len(every) < 2:
        return None
    most = _MOST_BARS if len(countries) <= _MOST_BARS else _MOST_BARS - 1
    shown = [(country.name, country.places) for country in countries[:most]]
    has_states = any(place.status for place in every)
    scale = (WIDTH - _NAMES - _COUNTS) / max(len(places) for _, places in shown)
    bars = [
        _bar(_TOP + row * (_BAR + _GAP), name, _by_state(places, has_states=has_states), scale)
        for row, (name, places) in enumerate(shown)
    ]
    if rest := countries[most:]:
        name, places = f"{len(rest)} others", _places(rest)
        shown.append((name, places))
        says = values.counted(len(places), "site")
        bars.append(Bar(y=_TOP + most * (_BAR + _GAP), name=name, parts=(), end=_NAMES, says=says))
    return Bars(
        key="sites",
        title="Sites by country and status" if has_states else "Sites by country",
        says="; ".join(f"{name}: {_sites(places, has_states=has_states)}" for name, places in shown) + ".",
        height=_TOP * 2 + len(bars) * (_BAR + _GAP),
        names=_NAMES - 6,
        bars=tuple(bars),
        legend=tuple(_legend(every)) if has_states else (),
    )


def _bar(y: float, name: str, counts: Counter[str], scale: float) -> Bar:
    parts, x = [], float(_NAMES)
    for state in (*STATES, _PLAIN):
        if counts[state]:
            width = max(counts[state] * scale, _LEAST_WIDTH)
            parts.append(Part(x=round(x, 1), width=round(width, 1), state=state))
            x += width
    says = values.counted(counts.total(), "site")
    return Bar(y=y, name=values.short(name, _LONGEST_NAME), parts=tuple(parts), end=round(x + 6, 1), says=says)


def _legend(places: Sequence[Place]) -> Iterator[Key]:
    for state in STATES:
        own = [place for place in places if place.state == state]
        if own:
            yield Key(state=state, says=counted_states(own))


def _sites(places: Sequence[Place], *, has_states: bool) -> str:
    count = values.counted(len(places), "site")
    return f"{count}, {counted_states(places)}" if has_states else count


def _day(step: Step) -> date:
    """The registry's day of a version, else the day it was seen."""
    found = read(step.data_version)
    return found.last if found is not None else step.seen_at.date()


def _round_values(most: float) -> tuple[int, ...]:
    """Return round numbers from 0 to at least the given one, three to six of them."""
    step = 1
    while True:
        for factor in (1, 2, 5):
            if step * factor * 5 >= most:
                count = max(2, -(-int(most) // (step * factor)))
                return tuple(step * factor * number for number in range(count + 1))
        step *= 10
