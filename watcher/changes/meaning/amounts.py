"""Doses and other amounts in a text, brought to one unit so that 1.0 mg and 1000 µg are the same amount.

Decides no level. `Part 1` and `Cohort 2` are names and no amounts; what cannot be converted keeps its own unit.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

_LONGEST = 4000  # characters read of one text
_LONGEST_NUMBER = 15
_ORDINAL = re.compile(
    r"\b(?:part|arm|cohort|group|stage|phase|step|period|cycle|day|visit|section|table|level|version)s? ?\d+\b(?!\s*-)",
    re.I,
)
_MASS = {"ng": Decimal("1e-9"), "µg": Decimal("1e-6"), "mg": Decimal("1e-3"), "g": Decimal(1), "kg": Decimal(1000)}
_VOLUME = {"µl": Decimal("1e-6"), "ml": Decimal("1e-3"), "l": Decimal(1)}
_RADIATION = {"cgy": Decimal("0.01"), "gy": Decimal(1)}
_TIME = {"minute": Decimal(1), "hour": Decimal(60), "day": Decimal(1440), "week": Decimal(10080)}
_LONG_TIME = {"month": Decimal(1), "year": Decimal(12)}
_SCALES: Mapping[str, tuple[str, Decimal]] = {
    unit: (base, factor)
    for base, scale in (
        ("g", _MASS),
        ("l", _VOLUME),
        ("gy", _RADIATION),
        ("minute", _TIME),
        ("month", _LONG_TIME),
    )
    for unit, factor in scale.items()
}
_SPELT: Mapping[str, str] = {
    "mcg": "µg",
    "ug": "µg",
    "microgram": "µg",
    "microgramme": "µg",
    "milligram": "mg",
    "milligramme": "mg",
    "gram": "g",
    "gramme": "g",
    "kilogram": "kg",
    "nanogram": "ng",
    "mgs": "mg",
    "ul": "µl",
    "cc": "ml",
    "milliliter": "ml",
    "millilitre": "ml",
    "liter": "l",
    "litre": "l",
    "min": "minute",
    "hr": "hour",
    "h": "hour",
    "wk": "week",
    "mo": "month",
    "yr": "year",
    "unit": "u",
    "ui": "iu",
    "percent": "%",
}
_UNIT = (
    r"ng|nanograms?|µg|ug|mcg|microgram(?:me)?s?|mgs?|milligram(?:me)?s?|kg|kilograms?|g|gram(?:me)?s?|µl|ul|ml|cc"
    r"|millilit(?:er|re)s?|l|lit(?:er|re)s?|iu|ui|miu|mu|units?|u|cgy|gy|mmol|µmol|mol|meq|mci|mbq|gbq|ppm|cells?|cfu|pfu|vg|vp"
    r"|minutes?|mins?|hours?|hrs?|h|days?|weeks?|wks?|months?|years?|yrs?|tablets?|capsules?|doses?|sessions?|cycles?"
    r"|percent|%"
)
_PER = r"(?:\s?(?:/|per)\s?(kg|m2|m²|m\^2|ml|l|day|d|week|hour|h|min|minute|dose|mm3|ul|µl))?"
_AMOUNT = re.compile(
    rf"(?<![\w.,^])(\d[\d.,]*\d|\d)(?:\^(\d{{1,2}}))?(?:\s?[-–]?\s?({_UNIT})(?![\w]){_PER})?",
    re.I,
)
_RANGE = re.compile(r"\s?(?:-|–|to|or|and|/|,|;)\s?\Z", re.I)
_TIMES_TEN = re.compile(r"(?<=\d)\s?[x×]\s?(?=10\^)")
_OFTEN: Mapping[str, str] = {
    "qd": "daily",
    "od": "daily",
    "once": "once",
    "daily": "daily",
    "bid": "twice daily",
    "tid": "thrice daily",
    "qid": "4×daily",
    "twice": "twice",
    "thrice": "thrice",
    "weekly": "weekly",
    "biweekly": "biweekly",
    "fortnightly": "biweekly",
    "monthly": "monthly",
    "hourly": "hourly",
    "yearly": "yearly",
    "quarterly": "quarterly",
    "qw": "weekly",
    "qod": "alternate",
}
_EACH = re.compile(r"\b(?:a|per|each|every)\s+(hour|day|week|month|year)\b", re.I)
_OFTEN_EACH = {"hour": "hourly", "day": "daily", "week": "weekly", "month": "monthly", "year": "yearly"}
_EVERY = re.compile(r"\bq(\d+)([dwhm])\b", re.I)
_EVERY_UNITS = {"d": "day", "w": "week", "h": "hour", "m": "month"}
_WORDS: Mapping[str, str] = {
    name: str(value)
    for value, name in enumerate(
        ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"), 2
    )
}
_WORD = re.compile(r"[a-z]+", re.I)
_SPELT_NUMBER = re.compile(rf"\b({'|'.join(_WORDS)})\b", re.I)


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit.

    Attributes:
        value: The number in the base unit.
        unit: Base unit with what it is per, or an empty text: `g/kg`.
        shown: As the text has it: `12 mg/kg`.
    """

    value: Decimal
    unit: str
    shown: str

    @property
    def key(self) -> tuple[Decimal, str]:
        """What makes two amounts the same."""
        return self.value, self.unit


@dataclass(frozen=True, slots=True)
class AmountChange:
    """What became of the amounts between two texts.

    Attributes:
        is_other: Whether another amount or another frequency is named.
        is_respelt: Whether the same amounts are given in another unit or spelling.
        was: The one amount that went or was respelt, as shown, when it is exactly one; else empty.
        now: What came in its place.
    """

    is_other: bool
    is_respelt: bool
    was: str = ""
    now: str = ""


def amount_change(old: str, new: str) -> AmountChange:
    """Compare the amounts of two texts.

    An amount said once more or once less is no other amount, and a text that is not there names none.
    """
    if not (old and new):
        return AmountChange(is_other=False, is_respelt=False)
    before, after = amounts(old), amounts(new)
    gone = {key: one for key, one in before.items() if key not in after}
    came = {key: one for key, one in after.items() if key not in before}
    often = _frequencies(old), _frequencies(new)
    if not gone and not came and often[0] == often[1]:
        respelt = [(one.shown, after[key].shown) for key, one in before.items() if one.shown != after[key].shown]
        was, now = respelt[0] if len(respelt) == 1 else ("", "")
        return AmountChange(is_other=False, is_respelt=bool(respelt), was=was, now=now)
    if len(gone) == len(came) == 1:
        return AmountChange(
            is_other=True, is_respelt=False, was=next(iter(gone.values())).shown, now=next(iter(came.values())).shown
        )
    return AmountChange(is_other=True, is_respelt=False)


def amounts(text: str) -> dict[tuple[Decimal, str], Amount]:
    """Return the amounts in a text by value and base unit, each once, in reading order."""
    plain = _TIMES_TEN.sub(" ", text[:_LONGEST].replace("μ", "µ").replace("\\", ""))
    plain = _SPELT_NUMBER.sub(lambda match: _WORDS[match[1].lower()], plain)
    plain = _EVERY.sub(lambda match: f"{match[1]} {_EVERY_UNITS[match[2].lower()]}", _ORDINAL.sub(" ", plain))
    matches = list(_AMOUNT.finditer(plain))
    found: dict[tuple[Decimal, str], Amount] = {}
    unit, per = "", ""
    for at in range(len(matches) - 1, -1, -1):  # from the end: in `10 or 20 mg` both are milligrams
        match = matches[at]
        if match[3]:
            unit, per = match[3], match[4] or ""
        elif at + 1 == len(matches) or not _RANGE.fullmatch(plain[match.end() : matches[at + 1].start()]):
            unit, per = "", ""
        value = _number(match[1], match[2])
        if value is not None:
            one = _amount(value, f"{match[1]}^{match[2]}" if match[2] else match[1], unit, per)
            found.setdefault(one.key, one)
    return dict(reversed(found.items()))


def doses(text: str) -> frozenset[tuple[Decimal, str]]:
    """Return the amounts of a text that have a unit."""
    return frozenset(key for key in amounts(text) if key[1])


def without_amounts(text: str) -> str:
    """Return a text without its amounts that have a unit; bare numbers are names and stay."""
    return _AMOUNT.sub(lambda match: " " if match[3] else match[0], text[:_LONGEST].replace("μ", "µ"))


def _amount(value: Decimal, spelt: str, unit: str, per: str) -> Amount:
    name = _singular(unit)
    base, factor = _SCALES.get(name, (name, Decimal(1)))
    below = {"m²": "m2", "m^2": "m2", "d": "day", "h": "hour", "min": "minute"}.get(per.lower(), per.lower())
    shown = f"{spelt}{'' if unit == '%' else ' ' if unit else ''}{unit}{f'/{per}' if per else ''}"
    return Amount((value * factor).normalize(), f"{base}{f'/{below}' if below else ''}", shown)


def _singular(unit: str) -> str:
    name = unit.lower()
    if name in _SPELT or name in _SCALES:
        return _SPELT.get(name, name)
    name = name.removesuffix("s")
    return _SPELT.get(name, name)


def _number(spelt: str, power: str | None) -> Decimal | None:
    """Read a number in either way of writing: `1,000`, `0,5`, `1.0`, `10^6`; None for what is none."""
    plain = re.sub(r",(?=\d{3}(?:\D|\Z))", "", spelt).replace(",", ".").rstrip(".")
    if len(plain) > _LONGEST_NUMBER:
        return None
    try:
        return Decimal(plain) ** int(power or 1)
    except InvalidOperation:
        return None


def _frequencies(text: str) -> frozenset[str]:
    """Return the words that say how often; `once daily` and `daily` are the same."""
    plain = _EACH.sub(lambda match: _OFTEN_EACH[match[1].lower()], text[:_LONGEST])
    found = {part for word in map(str.lower, _WORD.findall(plain)) for part in _OFTEN.get(word, "").split()}
    return frozenset(found - {"once"} if found - {"once"} else found)
