"""Slack's webhooks."""

import json
from datetime import timedelta

import pytest

from tests.delivery.helpers import Steps, message, poster
from tests.support.webhook_sink import WebhookSink
from watcher.delivery.contract import DeliveryStep, Receipt
from watcher.delivery.slack import SlackChannel
from watcher.errors import DeliveryError, DeliveryReason
from watcher.rendering.message import Message

BLOCKS = {"text": "Terminated", "blocks": [{"type": "divider"}]}


class Clock:
    """Stands still but for the sleeps it is asked for."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.slept.append(seconds)
        self.now += seconds

    def read(self) -> float:
        """Give the time."""
        return self.now


def channel(clock: Clock | None = None) -> SlackChannel:
    clock = clock or Clock()
    return SlackChannel(poster(), sleep=clock.sleep, monotonic=clock.read)


async def send(sink: WebhookSink, what: Message, steps: Steps | None = None) -> Receipt:
    async with channel().open() as session:
        return await session.deliver(what, sink.url, steps or Steps())


async def test_ready_payload_is_posted_as_it_is():
    steps = Steps()
    with WebhookSink() as sink:
        receipt = await send(sink, message(slack=BLOCKS), steps)
        (post,) = sink.accepted
    assert receipt.reply == "200 ok"
    assert json.loads(post.body) == BLOCKS
    assert steps.seen == [DeliveryStep.CONNECTED, DeliveryStep.BODY_HANDED_OVER]


async def test_message_without_blocks_is_posted_as_plain_text_with_nothing_to_be_read_as_markup():
    with WebhookSink() as sink:
        await send(sink, message(text="<!channel> & <b>\n"))
        (post,) = sink.accepted
    payload = json.loads(post.body)
    assert payload["text"] == "&lt;!channel&gt; &amp; &lt;b&gt;\n"
    assert payload["mrkdwn"] is False


@pytest.mark.parametrize("word", ["invalid_blocks", "invalid_payload", "msg_blocks_too_long", "no_text"])
async def test_refused_form_is_sent_again_as_plain_text_once(word):
    with WebhookSink() as sink:
        sink.arm(f"400 {word}")
        receipt = await send(sink, message(slack=BLOCKS))
        assert [post.status for post in sink.posts] == [400, 200]
        assert json.loads(sink.posts[1].body)["text"] == message().text
    assert word in receipt.reply


async def test_form_refused_twice_is_permanent_for_this_message():
    with WebhookSink() as sink:
        sink.arm("400 invalid_payload", times=None)
        with pytest.raises(DeliveryError) as caught:
            await send(sink, message(slack=BLOCKS))
        assert len(sink.posts) == 2
    assert (caught.value.is_permanent, caught.value.is_channel_fault) == (True, False)


async def test_text_too_long_for_slack_says_how_much_is_missing():
    with WebhookSink() as sink:
        await send(sink, message(text="x" * 50_000))
        text = json.loads(sink.accepted[0].body)["text"]
    assert len(text) < 40_000
    assert "12000 more characters" in text


@pytest.mark.parametrize(
    ("reply", "permanent", "channels", "reason"),
    [
        ("400 user_not_found", True, True, DeliveryReason.CONFIG),
        ("400 something_new", True, False, DeliveryReason.REJECTED),
        ("403 action_prohibited", True, True, DeliveryReason.CONFIG),
        ("403 invalid_token", True, True, DeliveryReason.CONFIG),
        ("403 nobody knows", True, True, DeliveryReason.AUTH),
        ("404 no_service", True, True, DeliveryReason.CONFIG),
        ("404 no_team", True, True, DeliveryReason.CONFIG),
        ("404 channel_not_found", True, True, DeliveryReason.CONFIG),
        ("404 channel_of_a_new_kind", True, True, DeliveryReason.CONFIG),
        ("410 channel_is_archived", True, True, DeliveryReason.CONFIG),
        ("410 gone", True, False, DeliveryReason.CONFIG),
        ("500 rollup_error", False, False, DeliveryReason.SERVER),
        ("503 down", False, False, DeliveryReason.SERVER),
        ("200 <html>Please log in</html>", False, True, DeliveryReason.SERVER),
        ("302 elsewhere", True, True, DeliveryReason.CONFIG),
    ],
)
async def test_slacks_answers_are_classed(reply, permanent, channels, reason):
    with WebhookSink() as sink:
        sink.arm(reply, times=None)
        with pytest.raises(DeliveryError) as caught:
            await send(sink, message(slack=BLOCKS))
        error = caught.value
        assert len(sink.posts) == (2 if error.is_about_content else 1)  # its plain text is tried, too
    assert (error.is_permanent, error.is_channel_fault, error.reason) == (permanent, channels, reason)
    assert not error.in_doubt


async def test_rate_limit_hands_on_how_long_to_wait():
    with WebhookSink() as sink:
        sink.arm("429 rate_limited", retry_after="30")
        with pytest.raises(DeliveryError) as caught:
            await send(sink, message(slack=BLOCKS))
    assert caught.value.reason == DeliveryReason.RATE_LIMITED
    assert caught.value.retry_after == timedelta(seconds=30)
    assert not caught.value.is_permanent


async def test_one_message_a_second_and_webhook():
    clock = Clock()
    slack = channel(clock)
    with WebhookSink() as sink, WebhookSink() as other:
        async with slack.open() as session:
            for _ in range(3):
                await session.deliver(message(slack=BLOCKS), sink.url, Steps())
            await session.deliver(message(slack=BLOCKS), other.url, Steps())
        assert clock.slept == [1.0, 1.0]
        sink.arm("400 invalid_blocks")
        clock.now += 60
        async with slack.open() as session:
            await session.deliver(message(slack=BLOCKS), sink.url, Steps())
        assert clock.slept == [1.0, 1.0, 1.0]


async def test_address_that_cannot_be_used_is_told():
    async with channel().open() as session:
        with pytest.raises(DeliveryError) as caught:
            await session.deliver(message(slack=BLOCKS), "not an address", Steps())
    assert caught.value.is_channel_fault
