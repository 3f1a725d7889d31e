"""Work on foreign text grows with its length and no faster, whatever the text is."""

from __future__ import annotations

import time

import pytest

from watcher.changes.families import references
from watcher.digests import levels, stories
from watcher.logs import redact_text

TIMES = 16


def seconds_for(work, text):
    """Return the processor time of the fastest of three tries."""
    took = []
    for _ in range(3):
        begin = time.process_time()
        work(text)
        took.append(time.process_time() - begin)
    return min(took)


@pytest.mark.parametrize(
    ("work", "make"),
    [
        (redact_text, lambda length: "http://" * (length // 7)),
        (redact_text, lambda length: "https://hooks.example.org/" + "a" * length),
        (redact_text, lambda length: "://" + "a" * length),
        (levels._DISTRICT.search, lambda length: "a" + " " * length + "b"),
        (stories._TURN.search, lambda length: "a" + " " * length + "b"),
        (references._PARTS.match, lambda length: "A." + " " * length + "b"),
    ],
    ids=["addresses", "a hook", "a log-in", "a district", "a headline", "a reference"],
)
def test_sixteen_times_the_text_is_no_more_than_some_sixteen_times_the_work(work, make):
    short, long = make(4_000), make(4_000 * TIMES)
    # linear: 16 times the work; quadratic: 256 times
    assert seconds_for(work, long) < 5 * TIMES * max(seconds_for(work, short), 2e-5)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("POST https://hooks.slack.com/services/T0/B0/x failed", "POST *** failed"),
        ("see http://example.org/webhook/7, or not", "see *** or not"),
        ("https://clinicaltrials.gov/api/v2/version", "https://clinicaltrials.gov/api/v2/version"),
        ("http://user:word@proxy.example.org:3128", "http://***@proxy.example.org:3128"),
    ],
)
def test_addresses_with_secrets_are_masked_and_no_others(text, shown):
    assert redact_text(text) == shown
