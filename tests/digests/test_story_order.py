"""The order between trials of one level: each kind before the next, so that any two that swap places fail."""

from __future__ import annotations

from itertools import pairwise

import pytest

from watcher.changes.model import Phrase, Severity, Story, Verb
from watcher.digests.stories import in_order

ORDER = (
    "record.gone",
    "violation.flagged",
    "status.stopped",
    "status.opened",
    "enrollment.target",
    "date.primary.slip",
    "eligibility.age",
    "outcome.primary.added",
    "arm.added",
    "intervention.added",
    "design.phase",
    "country.added",
    "site.added",
    "results.posted",
    "sponsor.lead",
)


def _story(kind: str, severity: Severity = Severity.MAJOR) -> Story:
    line = Phrase(kind=kind, severity=severity, verb=Verb.CHANGED, label=kind, sentence=f"{kind}.")
    return Story(
        nct_id="NCT99000001",
        short_name=kind,
        title=kind,
        context=(),
        severity=severity,
        tag=kind,
        headline=kind,
        when="",
        lines=(line,),
        minor=(),
    )


@pytest.mark.parametrize(("first", "second"), list(pairwise(ORDER)))
def test_each_kind_stands_before_the_next(first, second):
    assert [one.tag for one in in_order([_story(second), _story(first)])] == [first, second]


def test_level_stands_before_kind():
    loud, quiet = _story("sponsor.lead", Severity.CRITICAL), _story("status.stopped")
    assert in_order([quiet, loud]) == (loud, quiet)
