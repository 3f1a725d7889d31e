"""Every further channel as a new user sets it up, against a sink, by the real commands."""

import base64
import hashlib
import hmac
import json
import re
from pathlib import Path

import pytest

from tests.cli.desk import ANA
from tests.support.smtp_sink import SmtpSink
from tests.support.webhook_sink import WebhookSink

CHANNELS = Path(__file__).parent.parent.parent / "docs" / "channels.md"
KEY = bytes(range(32))


def live(desk, registry):
    """Go from the first sight to the newest data version; give what the last run printed."""
    desk.ok("run", "--once")
    while registry.next():
        pass
    return desk.ok("run", "--once")


def test_slack_bot_posts_to_its_channel(desk, registry):
    with WebhookSink(path="/api/chat.postMessage", usual=lambda n: f'200 {{"ok":true,"ts":"17.{n}"}}') as slack:
        api = slack.url.removesuffix("/chat.postMessage")
        room = (
            '[[recipient]]\nname = "room"\nsend = "immediate"\nwelcome = false\n'
            f'slack = {{ token = {{ file = "token" }}, channel = "C0123456789", api = "{api}" }}\n'
        )
        (desk.folder / "token").write_text("xoxb-not-a-secret\n")
        desk.set_up(registry.base_url, room)
        assert "Slack channel C0123456789" in desk.ok("check-config").out
        live(desk, registry)
        body = json.loads(slack.posts[-1].body)
        assert body["channel"] == "C0123456789"
        assert body["blocks"]
        assert slack.posts[-1].headers["authorization"] == "Bearer xoxb-not-a-secret"
        assert "accepted: 200 ok 17." in desk.ok("send-test", "room").out


def test_signed_webhook_gets_a_comparison_per_changed_trial(desk, registry):
    with WebhookSink() as hook:
        program = (
            '[[recipient]]\nname = "program"\nwebhook = { url = { file = "url" }, secret = { file = "secret" } }\n'
        )
        (desk.folder / "url").write_text(hook.url)
        (desk.folder / "secret").write_text("whsec_" + base64.b64encode(KEY).decode())
        desk.set_up(registry.base_url, program + 'send = "immediate"\n')
        live(desk, registry)
        welcome, *trials = [json.loads(post.body) for post in hook.posts]
        assert welcome["type"] == "watcher.welcome"
        assert {one["type"] for one in trials} == {"trial.changed"}
        assert all({"schema", "nct_id", "story", "from", "to", "changes"} <= one["data"].keys() for one in trials)
        head, body = hook.posts[-1].headers, hook.posts[-1].body
        signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + body
        mark = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
        assert head["webhook-signature"] == f"v1,{mark}"


def test_standard_output_gets_the_digest_as_text(desk, registry):
    desk.set_up(registry.base_url, '[[recipient]]\nname = "cron"\nstdout = true\nsend = "immediate"\n')
    out = live(desk, registry).out
    assert "Terminated" in out.splitlines()[0]
    assert "Source: ClinicalTrials.gov" in out


def test_mail_goes_out_with_a_token_in_a_conversation(desk, registry):
    with (
        WebhookSink(path="/token", usual=lambda _n: '200 {"access_token":"t0ken","expires_in":3599}') as tokens,
        SmtpSink(tokens={"w@example.org": "t0ken"}) as relay,
    ):
        (desk.folder / "client").write_text("not-a-secret")
        desk.set_up(registry.base_url, ANA, relay=relay)
        desk.change(
            'from = "w@example.org"',
            'from = "w@example.org"\nthread = "trial"\n'
            f'oauth = {{ token_url = "{tokens.url}", client_id = "c", user = "w@example.org", '
            'client_secret = { file = "client" } }',
        )
        live(desk, registry)
        assert {mail.username for mail in relay.mails} == {"w@example.org"}
        assert b"\r\nIn-Reply-To: <" in relay.mails[-1].body
        assert b"\r\nSubject: NCT99" in relay.mails[-1].body


@pytest.mark.parametrize(
    ("recipient", "problem"),
    [
        ('slack = { token = { file = "x" } }', "slack is"),
        ('slack = { webhook = { file = "x" }, token = { file = "x" }, channel = "C0123456789" }', "slack is"),
        ('slack = { token = { file = "x" }, channel = "#general" }', "is not a channel's id"),
        (
            'slack = { token = { file = "x" }, channel = "C0123456789", api = "http://x.org" }',
            "is not an https address",
        ),
        ('webhook = { url = { file = "x" } }', "secret"),
        ('webhook = { url = { file = "url" }, secret = { file = "x" } }', "24 to 64 octets"),
        ('apprise = { url = { file = "missing" } }', "Apprise address of r"),
        ("stdout = false", "has no channel"),
    ],
)
def test_channel_set_up_wrongly_is_named_by_check_config(desk, registry, recipient, problem):
    (desk.folder / "x").write_text("short")
    (desk.folder / "url").write_text("https://hook.invalid/x")
    desk.set_up(registry.base_url, f'[[recipient]]\nname = "r"\n{recipient}\n')
    found = desk.quick("check-config")
    assert found.code == 78
    assert problem in found.err + found.out


@pytest.mark.parametrize(
    ("oauth", "problem"),
    [
        ('token_url = "https://x.org/t", client_id = "c", user = "u"', "client_secret, refresh_token, or both"),
        ('token_url = "http://x.org/t", client_id = "c", user = "u", client_secret = { file = "x" }', "https address"),
    ],
)
def test_token_log_in_set_up_wrongly_is_named_by_check_config(desk, registry, relay, oauth, problem):
    (desk.folder / "x").write_text("short")
    desk.set_up(registry.base_url, ANA, relay=relay)
    desk.change('from = "w@example.org"', f'from = "w@example.org"\noauth = {{ {oauth} }}')
    found = desk.quick("check-config")
    assert found.code == 78
    assert problem in found.err + found.out


def test_password_beside_a_token_is_named(desk, registry, relay):
    (desk.folder / "x").write_text("short")
    desk.set_up(registry.base_url, ANA, relay=relay)
    oauth = 'oauth = { token_url = "https://x.org/t", client_id = "c", user = "u", client_secret = { file = "x" } }'
    desk.change('from = "w@example.org"', f'from = "w@example.org"\nusername = "u"\n{oauth}')
    assert "oauth takes the place of username and password" in desk.quick("check-config").err


def test_documented_channels_are_a_configuration_that_passes(desk, registry):
    blocks = re.findall(r"```toml\n(.*?)```", CHANNELS.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(blocks) == 5
    desk.set_up(registry.base_url, *blocks)
    for name in ("slack-webhook", "hook-url"):
        (desk.folder / name).write_text("https://hook.invalid/services/x")
    (desk.folder / "hook-secret").write_text("whsec_" + base64.b64encode(KEY).decode())
    for name in ("client-secret", "slack-token", "apprise-url"):
        (desk.folder / name).write_text("not-a-secret")
    out = desk.ok("check-config").out
    for way in ("Slack channel C0123456789", "a signed webhook", "Apprise", "files in digests", "standard output"):
        assert way in out


def test_check_config_takes_a_sender_that_mails_can_be_sent_from_and_no_other(desk, registry, relay):
    desk.set_up(registry.base_url, ANA, relay=relay)
    desk.change('from = "w@example.org"', 'from = "Trial news <w@bücher.example>"')
    assert desk.quick("check-config").code == 0
    long = ".".join(["a" * 60] * 4)  # an address as far as it goes, and too long for the id of a mail
    desk.change("w@bücher.example", f"w@{long}")
    found = desk.quick("check-config")
    assert found.code == 78
    assert "no mail can be sent from this address" in found.err
