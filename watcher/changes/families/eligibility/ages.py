"""What other age limits mean: widened or narrowed.

Claims minimum and maximum age and the age groups the registry derives from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from watcher.changes.meaning.parts import Part, merged
from watcher.changes.model import Change, Json, Severity, Verb

_AGE = re.compile(r"(\d+) (Minute|Hour|Day|Week|Month|Year)s?", re.IGNORECASE)
_DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 365.25 / 12, "year": 365.25}
_LIMITS = (("minimumAge", "eligibility.minAge"), ("maximumAge", "eligibility.maxAge"))
_GROUPS = "stdAges"


def ages(part: Part) -> Iterator[Change]:
    """Describe how the age limits changed.

    Yields:
        One change per limit that differs, which claims the age groups too; the groups alone are noise, since the
        registry derives them.

    Source: https://clinicaltrials.gov/data-api/about-api/study-data-structure (NormalizedTime, StandardAge)
    """
    changed = [(name, path) for name, path in _LIMITS if part.differs(name)]
    for name, path in changed:
        before, after = part.before(name), part.after(name)
        effect = _effect(before, after, is_minimum=name == "minimumAge")
        yield Change(
            kind="eligibility.age",
            severity=Severity.MAJOR if effect != "the same" else Severity.NOISE,
            rule=f"{name}, {effect}" if effect else name,
            path=path,
            verb=Verb.ADDED if before is None else Verb.REMOVED if after is None else Verb.CHANGED,
            before=before,
            after=after,
            edits=merged(part.differs(name), part.differs(_GROUPS)),
            facts={"limit": "minimum" if name == "minimumAge" else "maximum", "effect": effect},
        )
    if not changed and part.differs(_GROUPS):
        yield Change(
            kind="eligibility.age",
            severity=Severity.NOISE,
            rule="age groups derived by the registry, no limit moved",
            path="eligibility.stdAges",
            verb=Verb.CHANGED,
            before=part.before(_GROUPS),
            after=part.after(_GROUPS),
            edits=part.differs(_GROUPS),
            facts={"limit": "groups"},
        )


def days(value: Json) -> float | None:
    """Read an age as days; None for anything that is no age."""
    match = _AGE.fullmatch(value) if isinstance(value, str) else None
    return None if match is None else int(match[1]) * _DAYS[match[2].lower()]


def _effect(before: Json, after: Json, *, is_minimum: bool) -> str:
    """Return `widened`, `narrowed` or `the same`; empty for a limit that is no longer given.

    A limit that was not there before let everybody in.
    """
    open_end = 0.0 if is_minimum else float("inf")
    old = open_end if before is None else days(before)
    new = days(after)
    if old is None or new is None:
        return ""
    if old == new:
        return "the same" if before is not None and after is not None else ""
    return "widened" if (new < old) == is_minimum else "narrowed"
