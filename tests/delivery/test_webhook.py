"""Signed webhooks, checked as a receiver would by https://www.standardwebhooks.com."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest

from tests.delivery.helpers import NOW, Steps, message, poster
from tests.support.webhook_sink import ReceivedPost, WebhookSink
from watcher.delivery.webhook import WebhookChannel, read_keys
from watcher.errors import DeliveryError
from watcher.rendering.message import Message

KEY, OTHER = bytes(range(32)), bytes(range(64))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
TRIAL = {"schema": 1, "nct_id": "NCT99000001", "changes": [], "title": "Weiß & <b>"}


async def post(sink: WebhookSink, what: Message, secret: str = SECRET, later: timedelta = timedelta()) -> ReceivedPost:
    channel = WebhookChannel(poster(), secret, utc_now=lambda: NOW + later)
    async with channel.open() as session:
        await session.deliver(what, sink.url, Steps())
    return sink.posts[-1]


def is_genuine(received: ReceivedPost, key: bytes) -> bool:
    head = received.headers
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + received.body
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return wanted in head["webhook-signature"].split(" ")


async def test_trial_is_posted_as_the_comparison_and_signed():
    with WebhookSink() as sink:
        received = await post(sink, message(data=TRIAL))
    assert json.loads(received.body) == {"type": "trial.changed", "timestamp": "2026-03-13T07:30:00Z", "data": TRIAL}
    assert received.headers["content-type"] == "application/json"
    assert received.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert is_genuine(received, KEY)
    assert not is_genuine(received, OTHER)


async def test_words_are_posted_where_there_are_no_data():
    with WebhookSink() as sink:
        received = await post(
            sink, message(data=None, kind="notice", subject="Failing: registry", text="Since noon.\n")
        )
    said = json.loads(received.body)
    assert said["type"] == "watcher.notice"
    assert said["data"] == {"subject": "Failing: registry", "text": "Since noon.\n"}


async def test_repeat_has_the_same_id_and_body_and_a_signature_of_its_own_time():
    with WebhookSink() as sink:
        first = await post(sink, message(data=TRIAL))
        again = await post(sink, message(data=TRIAL), later=timedelta(hours=2))
        other = await post(sink, message(data=TRIAL, message_id="<other@watcher.invalid>"))
    assert first.headers["webhook-id"] == again.headers["webhook-id"] != other.headers["webhook-id"]
    assert first.body == again.body
    assert first.headers["webhook-timestamp"] != again.headers["webhook-timestamp"]
    assert is_genuine(again, KEY)
    assert "." not in first.headers["webhook-id"]


async def test_two_secrets_sign_both_while_one_takes_the_place_of_the_other():
    both = f"{SECRET} whsec_{base64.b64encode(OTHER).decode()}"
    with WebhookSink() as sink:
        received = await post(sink, message(data=TRIAL), both)
    assert is_genuine(received, KEY)
    assert is_genuine(received, OTHER)


async def test_any_success_is_one():
    with WebhookSink() as sink:
        sink.arm("204 ")
        assert (await post(sink, message(data=TRIAL))).status == 204


@pytest.mark.parametrize("length", [24, 64])
def test_secret_of_legal_length_is_read_with_and_without_prefix(length):
    key = bytes(length)
    text = base64.b64encode(key).decode()
    assert read_keys(text) == read_keys(f"whsec_{text}") == (key,)


@pytest.mark.parametrize(
    "secret", ["", "whsec_", "whsec_!!!!", f"{SECRET} short", base64.b64encode(bytes(65)).decode()]
)
def test_secret_of_another_form_is_refused_without_repeating_it(secret):
    with pytest.raises(DeliveryError, match="24 to 64 octets") as caught:
        read_keys(secret)
    assert not secret or secret not in str(caught.value).replace("whsec_", "", 1) or secret == "whsec_"
