"""Where people can take part now: every recruiting site of the watched trials, by country and city."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from watcher.changes.country_names import with_article
from watcher.changes.wording import values
from watcher.pages.overview import Brief
from watcher.pages.who_and_where import NO_COUNTRY, OpenPlace


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTrial:
    """One trial with the sites in one city where people can take part, each name once: `Research Site ×4`."""

    brief: Brief
    facilities: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCountry:
    """Where people can take part in one country: city → trials, cities by name.

    Attributes:
        name: The country; `Country not given` for sites of which the record names none.
        is_named: Whether it is a country.
        cities: By name; last, with an empty name, the sites without one.
    """

    name: str
    is_named: bool
    cities: tuple[tuple[str, tuple[OpenTrial, ...]], ...]

    @property
    def where(self) -> str:
        """The name as it stands in a sentence: `the United States`."""
        return with_article(self.name) if self.is_named else self.name


def open_countries(briefs: Sequence[Brief]) -> tuple[OpenCountry, ...]:
    """Return where people can take part now, by country and city; countries by name, the unnamed ones last."""
    found: dict[str, dict[str, dict[str, list[OpenPlace]]]] = {}
    by_id = {brief.nct_id: brief for brief in briefs}
    for brief in briefs:
        for place in brief.open_places:
            towns = found.setdefault(place.country, {})
            towns.setdefault(place.town, {}).setdefault(brief.nct_id, []).append(place)
    return tuple(
        OpenCountry(
            name=name or NO_COUNTRY,
            is_named=bool(name),
            cities=tuple(
                (
                    city,
                    tuple(
                        OpenTrial(brief=by_id[nct_id], facilities=facilities_of(places))
                        for nct_id, places in trials.items()
                    ),
                )
                for city, trials in sorted(cities.items(), key=_named_first)
            ),
        )
        for name, cities in sorted(found.items(), key=_named_first)
    )


def _named_first(item: tuple[str, object]) -> tuple[bool, str]:
    return not item[0], item[0].casefold()


def facilities_of(places: Sequence[OpenPlace]) -> tuple[str, ...]:
    """Return the names of sites in one city, each once, with what tells sites of one name apart.

    `Research Site ×4 (postal codes 2010, 2031)`: counted, and told apart as far as their postal codes do.
    """
    named: dict[str, list[OpenPlace]] = {}
    for place in places:
        named.setdefault(" ".join(place.facility.casefold().split()), []).append(place)
    return tuple(_facility(same) for same in named.values())


def _facility(same: Sequence[OpenPlace]) -> str:
    name = same[0].facility or "Site not named"
    if len(same) == 1:
        return name
    codes = values.distinct(place.postcode for place in same if place.postcode)
    told_apart = f" (postal codes {', '.join(codes)})" if len(codes) > 1 else ""
    return f"{name} ×{len(same)}{told_apart}"
