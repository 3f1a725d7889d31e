"""The head of a phrase: what is said before the details, for where there is little room."""

from __future__ import annotations

import pytest

from watcher.changes.model import Change, Json, Severity, Verb
from watcher.changes.wording.say import phrase


@pytest.mark.parametrize(
    ("kind", "facts", "before", "after", "head"),
    [
        (
            "site.added",
            {"count": 2, "names": ["Hôpital: Nord, Lyon", "Clinique, Nice"], "country": "France"},
            None,
            None,
            "2 sites added in France",
        ),
        ("arm.modified", {"name": "A: dose", "parts": ["description"]}, "x: y", "x: z", "Arm “A: dose” edited"),
        ("text.title", {"field": "brief title"}, "Study of MT027", "The GLIOMAX Study: MT027", None),
        ("text.keywords", {"gained": ["a: b"]}, None, None, "Keywords"),
    ],
)
def test_head_ends_before_the_details_whatever_names_hold(
    kind: str, facts: dict[str, Json], before: Json, after: Json, head: str | None
) -> None:
    change = Change(
        kind=kind,
        severity=Severity.MINOR,
        rule="",
        path="",
        verb=Verb.CHANGED,
        before=before,
        after=after,
        facts=facts,
    )
    assert phrase(change).head == head
