"""A small evaluator of the registry's query language, Essie: words, phrases, AND OR NOT, AREA[…] and RANGE[…].

Pure. Matches whole words of one value, without synonyms and ranking, which the real registry has.

Source: https://clinicaltrials.gov/find-studies/constructing-complex-search-queries; error texts as recorded by public
clients of the live API.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from watcher.study.read import Json, Record, as_list

Matcher: TypeAlias = Callable[[Record], bool]

_STATUS, _PLACES = "statusModule", "contactsLocationsModule.locations"
_AREAS: Mapping[str, tuple[str, ...]] = {
    "NCTId": ("identificationModule.nctId", "identificationModule.nctIdAliases"),
    "OrgStudyId": ("identificationModule.orgStudyIdInfo.id",),
    "Acronym": ("identificationModule.acronym",),
    "BriefTitle": ("identificationModule.briefTitle",),
    "OfficialTitle": ("identificationModule.officialTitle",),
    "Condition": ("conditionsModule.conditions",),
    "Keyword": ("conditionsModule.keywords",),
    "BriefSummary": ("descriptionModule.briefSummary",),
    "InterventionName": (
        "armsInterventionsModule.interventions.name",
        "armsInterventionsModule.interventions.otherNames",
    ),
    "PrimaryOutcomeMeasure": ("outcomesModule.primaryOutcomes.measure",),
    "LeadSponsorName": ("sponsorCollaboratorsModule.leadSponsor.name",),
    "CollaboratorName": ("sponsorCollaboratorsModule.collaborators.name",),
    "LeadSponsorClass": ("sponsorCollaboratorsModule.leadSponsor.class",),
    "OverallStatus": (f"{_STATUS}.overallStatus",),
    "Phase": ("designModule.phases",),
    "StudyType": ("designModule.studyType",),
    "EnrollmentCount": ("designModule.enrollmentInfo.count",),
    "Sex": ("eligibilityModule.sex",),
    "MinimumAge": ("eligibilityModule.minimumAge",),
    "MaximumAge": ("eligibilityModule.maximumAge",),
    "LocationCountry": (f"{_PLACES}.country",),
    "LocationState": (f"{_PLACES}.state",),
    "LocationCity": (f"{_PLACES}.city",),
    "LocationFacility": (f"{_PLACES}.facility",),
    "StartDate": (f"{_STATUS}.startDateStruct.date",),
    "PrimaryCompletionDate": (f"{_STATUS}.primaryCompletionDateStruct.date",),
    "CompletionDate": (f"{_STATUS}.completionDateStruct.date",),
    "StudyFirstPostDate": (f"{_STATUS}.studyFirstPostDateStruct.date",),
    "LastUpdatePostDate": (f"{_STATUS}.lastUpdatePostDateStruct.date",),
    "ResultsFirstPostDate": (f"{_STATUS}.resultsFirstPostDateStruct.date",),
}

_TOKEN = re.compile(r'\s*(?:"([^"]*)"|(AREA|RANGE|SEARCH|EXPANSION|COVERAGE)\[([^\]]*)\]|([()])|([^\s()"]+))')
_WORD = re.compile(r"\w+")
_AGE = re.compile(r"(\d+) (\w+)")
_DAYS = {"year": 365.25, "month": 30.44, "week": 7.0, "day": 1.0, "hour": 1 / 24}
_FIRST_DAY = "0000-01-01"


class QueryError(ValueError):
    """A query the registry would answer with 400."""


def matcher(query: str, areas: tuple[str, ...], what: str) -> Matcher:
    """Parse a query into a test of one record.

    Args:
        query: As it stands in the request.
        areas: Areas that words outside AREA[…] are looked for in.
        what: What the registry calls the parameter in its errors, such as `advanced filter`.

    Raises:
        QueryError: It cannot be parsed, or names an unknown area.
    """
    return _Parser(query, areas, what).parsed()


def values(record: Record, area: str) -> Iterator[Json]:
    """Yield the values of an area in a record."""
    for path in _AREAS[area]:
        yield from _at(record.get("protocolSection"), path.split("."))


def _at(value: Json, path: list[str]) -> Iterator[Json]:
    if not path:
        yield from as_list(value) or (() if value is None else (value,))
    elif isinstance(value, Mapping):
        yield from _at(value.get(path[0]), path[1:])
    else:
        for item in as_list(value):
            yield from _at(item, path)


class _Parser:
    """Recursive descent over the tokens of one query."""

    def __init__(self, query: str, areas: tuple[str, ...], what: str) -> None:
        self._tokens = _TOKEN.findall(query)
        self._next = 0
        self._areas = areas
        self._what = what

    def parsed(self) -> Matcher:
        found = self._either()
        if self._next < len(self._tokens):
            raise self._error(f"extraneous input '{''.join(self._tokens[self._next])}'")
        return found

    def _either(self) -> Matcher:
        parts = [self._all()]
        while self._takes("OR"):
            parts.append(self._all())
        return lambda record: any(part(record) for part in parts)

    def _all(self) -> Matcher:
        parts = [self._one()]
        while self._takes("AND") or not self._is_over():
            parts.append(self._one())
        return lambda record: all(part(record) for part in parts)

    def _one(self) -> Matcher:
        if self._takes("NOT"):
            inner = self._one()
            return lambda record: not inner(record)
        if self._next >= len(self._tokens):
            raise self._error("no viable alternative at input '<EOF>'")
        phrase, operator, argument, bracket, word = self._tokens[self._next]
        self._next += 1
        if bracket == "(":
            inner = self._either()
            if not self._takes(")"):
                raise self._error("missing ')' at '<EOF>'")
            return inner
        if operator == "RANGE":
            return self._range(argument)
        if operator:
            return self._within(argument) if operator == "AREA" else self._one()
        if bracket or word in ("OR", "AND"):
            raise self._error(f"no viable alternative at input '{bracket or word}'")
        return self._text([phrase]) if phrase or not word else self._text([word, *self._words()])

    def _within(self, area: str) -> Matcher:
        if area not in _AREAS:
            raise self._error(f"Unknown area name: `{area}`")
        outer, self._areas = self._areas, (area,)
        found = self._one()
        self._areas = outer
        return found

    def _words(self) -> Iterator[str]:
        while not self._is_over() and (word := self._tokens[self._next][4]) not in ("", "AND", "NOT"):
            self._next += 1
            yield word

    def _text(self, phrases: list[str]) -> Matcher:
        wanted = [f" {' '.join(_WORD.findall(phrase.casefold()))} " for phrase in phrases]
        areas = self._areas

        def is_there(record: Record) -> bool:
            texts = (
                f" {' '.join(_WORD.findall(str(one).casefold()))} " for area in areas for one in values(record, area)
            )
            return any(all(phrase in text for phrase in wanted) for text in texts)

        return is_there

    def _range(self, argument: str) -> Matcher:
        ends = [end.strip() for end in argument.split(",")]
        if len(ends) != 2:
            raise self._error(f"mismatched input '{argument}'")
        areas, is_date = self._areas, all(area.endswith("Date") for area in self._areas)
        low, high = (None if end in ("MIN", "MAX", "") else self._place(end, is_date=is_date) for end in ends)

        def is_within(record: Record) -> bool:
            places = [self._place(one, is_date=is_date) for area in areas for one in values(record, area)]
            return any((low is None or place >= low) and (high is None or place <= high) for place in places)

        return is_within

    def _place(self, value: Json, *, is_date: bool) -> tuple[float, str]:
        """Return where a date, an age or a number stands in its order."""
        text = str(value)
        if is_date:
            return 0.0, text + _FIRST_DAY[len(text) - len(_FIRST_DAY) :] if len(text) < len(_FIRST_DAY) else text
        if age := _AGE.fullmatch(text):
            unit = age[2].lower().removesuffix("s")
            if unit not in _DAYS:
                raise self._error(f"No enum constant TimeParts.Unit.{age[2]}")
            return int(age[1]) * _DAYS[unit], ""
        try:
            return float(text), ""
        except ValueError:
            raise self._error(f"mismatched input '{text}'") from None

    def _takes(self, keyword: str) -> bool:
        is_next = self._next < len(self._tokens) and keyword in self._tokens[self._next][3:]
        self._next += is_next
        return is_next

    def _is_over(self) -> bool:
        return self._next >= len(self._tokens) or bool({")", "OR"} & set(self._tokens[self._next][3:]))

    def _error(self, said: str) -> QueryError:
        return QueryError(f"Error parsing query in {self._what}: {said}")
