"""How loud a change is for one reader: their audience's rules, and what happens near them.

Pure: a change and rules in, a level out. The base level, with the rule that set it, stays what is stored and printed;
what is added here is added to a copy, step by step and with its reason (taxonomy: Presets).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from watcher.changes.country_names import canonical_country
from watcher.changes.model import Change, Comparison, Json, Severity
from watcher.config.config_model import NearConfig
from watcher.config.presets import Preset

NEAR_ALONE = ("site", "country", "search")
"""What nearness lifts for a recipient without an audience."""

_DISTRICT = re.compile(r"(?<![\s,])[\s,]++(?:cedex\b.*|\d+\b.*)$")
_ALSO = {"us": "united states", "usa": "united states", "uk": "united kingdom"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """How one reader hears.

    Attributes:
        preset: The rules of their audience, or None.
        near: Where they are, or None.
        searches: Key of each search they follow, and the name of their watch with it; None to hear of every search.
    """

    preset: Preset | None = None
    near: NearConfig | None = None
    searches: tuple[tuple[str, str], ...] | None = None


def level_for(change: Change, preset: Preset | None, near: NearConfig | None) -> Severity:
    """Return a change's level for a reader.

    Args:
        change: With its base level.
        preset: The rules of the reader's audience, or None.
        near: Where the reader is, or None.

    Returns:
        Never above critical, never below minor. Noise stays noise, unless a rule gives its very kind a level.
    """
    return adjusted(change, preset, near).severity


def adjusted(change: Change, preset: Preset | None, near: NearConfig | None) -> Change:
    """Return a change as a reader hears it: its level, each step that moved it added to its rule.

    Arguments as above.
    """
    level, rule = change.severity, change.rule
    for moved, because in _moves(change, preset, near):
        new = moved if isinstance(moved, Severity) else level.raised(moved)
        if new is not level:
            rule += f" · {level} → {new}: {because}"
            level = new
    return change if level is change.severity else replace(change, severity=level, rule=rule)


def for_audience(comparison: Comparison, audience: Audience) -> Comparison:
    """Return a comparison as a reader hears it; the very same when no rule moves anything. Order stays."""
    comparison = of_own_searches(comparison, audience)
    if audience.preset is None and audience.near is None:
        return comparison
    changes = tuple(adjusted(change, audience.preset, audience.near) for change in comparison.changes)
    if all(new is old for new, old in zip(changes, comparison.changes, strict=True)):
        return comparison
    return replace(comparison, changes=changes)


def of_own_searches(comparison: Comparison, audience: Audience) -> Comparison:
    """Leave out moves in searches the reader does not follow, and call the others by the reader's own watch."""
    if audience.searches is None or not any(change.kind.startswith("search.") for change in comparison.changes):
        return comparison
    own = dict(audience.searches)
    changes = (
        replace(change, facts={**change.facts, "watch": own[key]}) if key in own else change
        for change in comparison.changes
        if (key := str(change.facts.get("search", ""))) in own or not change.kind.startswith("search.")
    )
    return replace(comparison, changes=tuple(changes))


def _moves(change: Change, preset: Preset | None, near: NearConfig | None) -> Iterable[tuple[Severity | int, str]]:
    if preset is not None:
        because = f"audience {preset.name}"
        name = _most_exact(change.kind, (*preset.up, *preset.down, *preset.levels))
        is_noise = change.severity is Severity.NOISE
        if name in preset.levels and (name == change.kind or not is_noise):
            yield Severity(preset.levels[name]), because
        elif name in preset.up:
            yield 1, because
        elif name in preset.down:
            yield -1, because
    rules = NEAR_ALONE if preset is None else preset.near
    if near is not None and _most_exact(change.kind, rules) and (place := near_place(change, near)) is not None:
        yield 1, f"near {place}"


def _most_exact(kind: str, names: Collection[str]) -> str:
    """Return the longest of the names that is the kind or begins it at a dot; empty when none does."""
    fitting = (name for name in names if kind == name or kind.startswith(f"{name}."))
    return max(fitting, key=len, default="")


def near_place(change: Change, near: NearConfig) -> str | None:
    """Return the reader's place in which a change of sites or countries happens, as the reader wrote it, or None.

    The registry's older country names, accents, capitals and postal districts (`Lyon Cedex 08`) do not matter.
    """
    countries = _countries(change)
    cities = _cities(change)
    for city in near.cities:
        name, _, country = city.partition(",")
        is_there = not country.strip() or _country(country) & countries
        if _city(name) in cities and is_there:
            return city
    return next((country for country in near.countries if _country(country) & countries), None)


def is_near(city: str, country: str, near: NearConfig) -> bool:
    """Return whether a site lies in one of the reader's cities or countries."""
    own = _country(country)
    for place in near.cities:
        name, _, where = place.partition(",")
        if _city(name) == _city(city) and (not where.strip() or _country(where) & own):
            return True
    return any(_country(name) & own for name in near.countries)


def _countries(change: Change) -> set[str]:
    facts = change.facts
    names = _texts(facts.get("name"), facts.get("names")) if change.kind.startswith("country.") else ()
    return {form for name in (*_texts(facts.get("country")), *names) for form in _country(name)}


def _cities(change: Change) -> set[str]:
    if not change.kind.startswith(("site.", "search.")):
        return set()
    facts = change.facts
    named = _texts(facts.get("city"), facts.get("cities"))
    # comparisons stored before sites told their city have it at the end of their names: `Emerald Coast Clinic, St-Malo`
    ends = (name.rpartition(",")[2] for name in _texts(facts.get("name"), facts.get("names")))
    return {_city(name) for name in named or tuple(ends)}


def _texts(*values: Json) -> tuple[str, ...]:
    found: list[str] = []
    for value in values:
        if isinstance(value, str):
            found.append(value)
        elif isinstance(value, list | tuple):
            found += [one for one in value if isinstance(one, str)]
    return tuple(found)


def _country(name: str) -> set[str]:
    """Return the ways to write a country: `Turkey (Türkiye)` is also Turkey and Türkiye."""
    plain = " ".join(name.split())
    folded = _folded(canonical_country(plain))
    folded = _ALSO.get(folded.replace(".", ""), folded)
    outer, _, inner = folded.rstrip(")").partition(" (")
    return {folded, outer, *([inner] if inner else [])}


def _city(name: str) -> str:
    return _DISTRICT.sub("", _folded(name))


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.replace("’", "'"))
    return " ".join("".join(sign for sign in apart if not unicodedata.combining(sign)).casefold().split())
