"""Access tokens: asked for as RFC 6749 says, kept until they end, shown to the relay by XOAUTH2."""

import json
import urllib.parse

import pytest

from tests.delivery.helpers import (
    ACCESS_TOKEN,
    CLIENT_SECRET,
    REFRESH_TOKEN,
    USER,
    Steps,
    config_for,
    message,
    tokens_for,
)
from tests.support.smtp_sink import SmtpSink, SmtpStage
from tests.support.webhook_sink import WebhookSink
from watcher.delivery.email import EmailChannel
from watcher.errors import DeliveryError, DeliveryReason


def endpoint(**more: object) -> WebhookSink:
    return WebhookSink(
        path="/oauth2/v2.0/token",
        usual=lambda n: "200 " + json.dumps({"access_token": f"{ACCESS_TOKEN}-{n}", "token_type": "Bearer", **more}),
    )


def form_of(sink: WebhookSink) -> dict[str, str]:
    post = sink.posts[-1]
    assert post.headers["content-type"] == "application/x-www-form-urlencoded"
    return dict(urllib.parse.parse_qsl(post.body.decode(), strict_parsing=True))


async def test_client_credentials_are_asked_with_the_client_alone():
    with endpoint(expires_in=3599) as sink:
        scope = "https://outlook.office365.com/.default"
        assert await tokens_for(sink.url, scope=scope).token() == f"{ACCESS_TOKEN}-1"
        assert form_of(sink) == {
            "grant_type": "client_credentials",
            "client_id": "watcher",
            "client_secret": CLIENT_SECRET,
            "scope": scope,
        }


async def test_refresh_token_is_shown_where_there_is_one():
    with endpoint(expires_in=3599) as sink:
        await tokens_for(sink.url, refresh=True).token()
        assert form_of(sink) == {
            "grant_type": "refresh_token",
            "refresh_token": REFRESH_TOKEN,
            "client_id": "watcher",
            "client_secret": CLIENT_SECRET,
        }


@pytest.mark.parametrize(("life", "lasts"), [(3599, 3400), ("3599", 3400), (None, 470), ("soon", 470)])
async def test_token_is_kept_until_shortly_before_its_end(life, lasts):
    now = 0.0
    with endpoint(expires_in=life) as sink:
        tokens = tokens_for(sink.url, now=lambda: now)
        first = await tokens.token()
        now = lasts
        assert await tokens.token() == first
        now = 3600
        assert await tokens.token() != first
        assert len(sink.posts) == 2


async def test_mails_of_a_session_go_out_under_one_token():
    with endpoint(expires_in=3599) as source, SmtpSink(tokens={USER: f"{ACCESS_TOKEN}-1"}) as relay:
        channel = EmailChannel(config_for(relay), tokens=tokens_for(source.url))
        for _ in range(2):
            async with channel.open() as session:
                await session.deliver(message(), "ana@example.org", Steps())
        assert [mail.username for mail in relay.mails] == [USER, USER]
        assert len(source.posts) == 1


async def test_token_the_relay_refuses_is_not_shown_again():
    with endpoint(expires_in=3599) as source, SmtpSink(tokens={USER: f"{ACCESS_TOKEN}-2"}) as relay:
        channel = EmailChannel(config_for(relay), tokens=tokens_for(source.url))
        async with channel.open() as session:
            with pytest.raises(DeliveryError, match="535") as caught:
                await session.deliver(message(), "ana@example.org", Steps())
            assert caught.value.reason is DeliveryReason.AUTH
            await session.deliver(message(), "ana@example.org", Steps())
        assert len(relay.mails) == 1


async def test_relay_is_not_spoken_to_when_there_is_no_token():
    with endpoint() as source, SmtpSink(tokens={}) as relay:
        source.arm('400 {"error":"invalid_grant","error_description":"AADSTS70008: expired"}')
        steps = Steps()
        async with EmailChannel(config_for(relay), tokens=tokens_for(source.url)).open() as session:
            with pytest.raises(DeliveryError, match=r"invalid_grant: AADSTS70008: expired.*get a new one"):
                await session.deliver(message(), "ana@example.org", steps)
        assert relay.connections == 0
        assert steps.seen == []


async def test_relay_without_token_log_in_is_named():
    with endpoint() as source, SmtpSink(accounts={"a": "b"}) as relay:
        channel = EmailChannel(config_for(relay), tokens=tokens_for(source.url))
        with pytest.raises(DeliveryError, match=r"no log-in with a token \(XOAUTH2\).*PLAIN"):
            await channel.check()


async def test_microsoft_s_refusal_says_what_changed():
    with endpoint() as source, SmtpSink(tokens={}) as relay:
        relay.arm(SmtpStage.AUTH, reply="535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled")
        with pytest.raises(DeliveryError, match=r"set oauth in \[email\].*December 2026"):
            await EmailChannel(config_for(relay), tokens=tokens_for(source.url)).check()


@pytest.mark.parametrize("url", ["http://93.184.215.14/token", "nonsense", "https://user:pass@host.invalid/"])
async def test_secret_is_not_sent_to_an_address_that_is_none_or_in_clear(url):
    with pytest.raises(DeliveryError, match="token endpoint") as caught:
        await tokens_for(url).token()
    assert caught.value.is_permanent
