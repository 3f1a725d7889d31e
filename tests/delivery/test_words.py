"""A provider's words: bounded before anything is searched in them, and never a secret in what is left."""

from __future__ import annotations

import json
import time

import pytest

from watcher.delivery.http_post import Target, read_address
from watcher.delivery.reply_text import LOOKED_AT, one_line
from watcher.delivery.slack_bot import read_said

SECRET = "s3cr3t-t0k3n-0123456789"

HOSTILE = ["a", "a@", "@", "a.", "a;", " ", "a ", "\0", "[", "'", "4.7.1 ", "=", "\u202e"]


def seconds_for(work, text):
    """Give the processor time of the fastest of three tries."""
    times = []
    for _ in range(3):
        begin = time.process_time()
        work(text)
        times.append(time.process_time() - begin)
    return min(times)


@pytest.mark.parametrize("piece", HOSTILE)
@pytest.mark.parametrize(
    "work",
    [
        one_line,
        lambda text: one_line(text, secrets=[SECRET, "a" * 40]),
        Target.clean.__get__(read_address(f"https://hooks.example.org/services/{SECRET}")),
    ],
    ids=["words", "words with secrets", "answer of a hook"],
)
def test_work_does_not_grow_with_the_length_of_an_answer(work, piece):
    short, long = (piece * (length // len(piece)) for length in (16_000, 1_024_000))
    # 64 times the text: 64 times the work when it were only linear, 4,096 times when quadratic
    assert seconds_for(work, long) < 24 * max(seconds_for(work, short), 1e-4)


@pytest.mark.parametrize("before", range(LOOKED_AT - 2 * len(SECRET), LOOKED_AT + 2 * len(SECRET), 5))
def test_secret_that_the_cut_goes_through_does_not_show_a_piece(before):
    blanks = " " * before  # made one, so that what stands at the cut is shown
    for text in (blanks + SECRET, blanks + SECRET + "x" * 9000):
        assert "s3cr" not in one_line(text, secrets=[SECRET])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("to <ana@example.org>: no", "to <…@example.org>: no"),
        ("ana@example.org,bob.b+x@example.org", "…@example.org,…@example.org"),
        ("a@b@example.org", "…@example.org"),
        ("@ana@example.org", "…@example.org"),
        ("at example.org", "at example.org"),
        ("ana@ is none", "ana@ is none"),
    ],
)
def test_mailbox_shows_its_domain_only(said, shown):
    assert one_line(said) == shown


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"ok": false, "error": ' + b"[" * 100_000,
        b'{"ok": false, "error": ' + b"9" * 5000 + b"}",
        b'{"ok": "yes"}',
        b"\xff\xfe",
        json.dumps([1]).encode(),
    ],
    ids=["deep", "deep inside", "long number", "not a bool", "not text", "not an object"],
)
def test_answer_of_slack_that_no_decoder_can_read_is_none(body):
    assert read_said(body) is None
