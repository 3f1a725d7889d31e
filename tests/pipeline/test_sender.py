"""A sender whose domain is beyond ASCII: mails, folders and hooks get their messages, as `check-config` says."""

from __future__ import annotations

import email
import email.policy

import pytest

from tests.pipeline.house import ANA, DAYS, FILES, ONE, QUIET, ROOM, trial
from watcher.config.load import load_config
from watcher.pipeline.destinations import message_domain

ANA, FILES, ROOM = (one + QUIET for one in (ANA, FILES, ROOM))
STATES = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, "TERMINATED")}}


@pytest.mark.parametrize(
    ("sender", "domain"),
    [
        ("Trial news <trials@bücher.example>", "xn--bcher-kva.example"),
        ("trials@Bücher.Example", "xn--bcher-kva.example"),
        ("Trial news <trials@xn--bcher-kva.example>", "xn--bcher-kva.example"),
        ("Prüfungen <trials@example.org>", "example.org"),
        ("trials@例え.テスト", "xn--r8jz45g.xn--zckzah"),
    ],
)
async def test_sender_beyond_ascii_reaches_every_channel(house, sender, domain):
    home = house(STATES, settings=ANA + FILES + ROOM, watched=[ONE], sender=sender)
    await home.run()
    report = await home.next()
    assert (report.sent.delivered, report.sent.failed, report.said) == (3, 0, ())
    (mail,) = home.smtp.mails
    assert mail.mail_from == f"trials@{domain}"
    assert mail.message["Message-ID"].endswith(f"@{domain}>")
    (filed,) = (home.state / "told").glob("*.eml")
    kept = email.message_from_bytes(filed.read_bytes(), policy=email.policy.default)
    assert kept["From"].addresses[0].domain == domain


def test_domain_of_message_ids_is_ascii(house):
    home = house(STATES, sender="x@bücher.example")
    assert message_domain(load_config(home.write()).config) == "xn--bcher-kva.example"
