"""The log: no secret in it, and the journal told how loud an event is."""

import io
import json
import logging

import pytest
import structlog

from tests.hostile import ATTACKS, invisible
from watcher.logs import LogFormat, redact_text, set_up_logs

SECRET = "hunter2-and-more"


@pytest.fixture
def stream():
    """Give a stream all events go to, and put logging back as it was."""
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield io.StringIO()
    root.handlers[:], root.level = before[0], before[1]
    structlog.reset_defaults()


def test_known_secrets_are_masked_wherever_they_come_up(stream):
    set_up_logs(form=LogFormat.JSON, level=logging.INFO, stream=stream, secrets=[SECRET])
    log = structlog.get_logger()
    log.info("tried", reply=f"535 {SECRET} is wrong", password="abc")
    logging.getLogger("aiosmtplib").warning("said %s", SECRET)
    try:
        raise ValueError(f"no {SECRET} here")
    except ValueError:
        log.exception("tripped")
    assert SECRET not in stream.getvalue()
    assert "abc" not in stream.getvalue()
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["tried", "said ***", "tripped"]


def test_hooks_and_logins_are_known_by_their_look():
    assert redact_text("POST https://hooks.slack.com/services/T0/B0/xyz failed") == "POST *** failed"
    assert redact_text("smtp://ana:pw@relay.example.org") == "smtp://***@relay.example.org"


@pytest.mark.parametrize("form", list(LogFormat))
def test_journal_is_told_the_level_of_every_line(stream, form):
    set_up_logs(form=form, level=logging.DEBUG, stream=stream, is_journal=True)
    log = structlog.get_logger()
    for level in ("debug", "info", "warning", "error", "critical"):
        getattr(log, level)("x")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        log.exception("y")
    lines = stream.getvalue().splitlines()
    assert [line[:3] for line in lines[:6]] == ["<7>", "<6>", "<4>", "<3>", "<2>", "<3>"]
    assert all(line.startswith("<3>") for line in lines[5:])


@pytest.mark.parametrize("form", LogFormat)
def test_no_foreign_text_in_an_event_steers_a_terminal(stream, form):
    set_up_logs(form=form, level=logging.INFO, stream=stream)
    structlog.get_logger().info("answered", reply=ATTACKS["terminal"].replace(" ", ""), why=ATTACKS["right to left"])
    assert "owned" in stream.getvalue()
    assert not invisible(stream.getvalue())
