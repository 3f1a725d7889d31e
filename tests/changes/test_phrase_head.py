"""The head of a phrase: its sentence without the details, for where there is little room."""

from __future__ import annotations

import pytest

from watcher.changes.wording.build import head_of


@pytest.mark.parametrize(
    ("sentence", "head"),
    [
        ("2 sites added in France: Hôpital, Lyon; Clinique, Nice", "2 sites added in France"),
        ("arm “Cohort A: escalation” edited: description now “x: y”", "arm “Cohort A: escalation” edited"),
        ("title is now “The GLIOMAX Study: MT027”, before “Study of MT027”", None),
        ("ratio 1:2 changed to 2:1", None),
        ("", None),
    ],
)
def test_the_head_ends_at_the_first_colon_that_is_ours(sentence: str, head: str | None) -> None:
    assert head_of(sentence) == head
