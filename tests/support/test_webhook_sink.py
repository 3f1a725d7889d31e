"""The rehearsal webhook: it keeps what was posted and misbehaves exactly where told."""

import http.client
import threading

import pytest

from tests.support.webhook_sink import WebhookSink, WebhookStage


def post(
    sink: WebhookSink, body: bytes = b"hi", path: str = "", timeout: float = 10
) -> tuple[int, str, http.client.HTTPMessage]:
    line = http.client.HTTPConnection("127.0.0.1", sink.port, timeout=timeout)
    try:
        line.request("POST", path or sink.path, body, {"Content-Type": "application/json"})
        answer = line.getresponse()
        return answer.status, answer.read().decode(), answer.headers
    finally:
        line.close()


def test_posts_are_kept_in_order_with_headers_and_answered_ok():
    with WebhookSink() as sink:
        assert post(sink, b"one")[:2] == (200, "ok")
        assert post(sink, b"two")[:2] == (200, "ok")
        first, second = sink.wait_for(2)
        assert (first.body, second.body) == (b"one", b"two")
        assert first.path == sink.path
        assert first.headers["content-type"] == "application/json"
        assert sink.url == f"http://127.0.0.1:{sink.port}{sink.path}"
        assert sink.accepted == (first, second)
        assert sink.connections == 2


def test_another_path_is_no_service():
    with WebhookSink() as sink:
        assert post(sink, path="/else")[:2] == (404, "no_service")
        assert sink.accepted == ()


@pytest.mark.parametrize(
    "reply",
    ["400 invalid_payload", "403 action_prohibited", "404 no_service", "410 channel_is_archived", "500 rollup_error"],
)
def test_armed_answer_comes_as_often_as_armed(reply):
    with WebhookSink() as sink:
        sink.arm(reply, times=2)
        for _ in range(2):
            status, text, _ = post(sink)
            assert f"{status} {text}" == reply
        assert post(sink)[:2] == (200, "ok")
        assert len(sink.posts) == 3
        assert len(sink.accepted) == 1


def test_rate_limit_carries_retry_after():
    with WebhookSink() as sink:
        sink.arm("429 rate_limited", retry_after="7")
        status, _, headers = post(sink)
        assert (status, headers["Retry-After"]) == (429, "7")


def test_dropped_before_reading_keeps_nothing():
    with WebhookSink() as sink:
        sink.arm(stage=WebhookStage.REQUEST, drop=True)
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            post(sink)
        assert sink.posts == ()


def test_dropped_after_reading_was_taken():
    with WebhookSink() as sink:
        sink.arm(drop=True)
        with pytest.raises(http.client.RemoteDisconnected):
            post(sink)
        assert len(sink.accepted) == 1


def test_slow_answer_outlasts_an_impatient_client():
    with WebhookSink() as sink:
        sink.arm(delay=30)
        with pytest.raises(TimeoutError):
            post(sink, timeout=0.05)


def test_held_answer_waits_for_its_release():
    with WebhookSink() as sink:
        hold = sink.hold()
        seen = []
        posting = threading.Thread(target=lambda: seen.append(post(sink)[0]))
        posting.start()
        hold.wait_reached()
        assert len(sink.accepted) == 1
        assert not seen
        hold.release()
        posting.join(60)
        assert seen == [200]


def test_armed_for_ever_ends_when_cleared():
    with WebhookSink() as sink:
        sink.arm("500 down", times=None)
        assert [post(sink)[0] for _ in range(3)] == [500, 500, 500]
        sink.clear()
        assert post(sink)[0] == 200


def test_closing_lets_go_of_what_is_held():
    before = threading.active_count()
    with WebhookSink() as sink:
        hold = sink.hold(drop=True)
        line = http.client.HTTPConnection("127.0.0.1", sink.port, timeout=60)
        line.request("POST", sink.path, b"x")
        hold.wait_reached()
    line.close()
    assert threading.active_count() == before


def test_waiting_in_vain_raises():
    with WebhookSink() as sink, pytest.raises(TimeoutError):
        sink.wait_for(1, seconds=0.01)


def test_answer_with_only_further_headers_is_still_ok():
    with WebhookSink() as sink:
        sink.arm(headers={"X-Odd": "1"})
        status, text, headers = post(sink)
        assert (status, text, headers["X-Odd"]) == (200, "ok", "1")


def test_refusal_before_the_body_is_read_ends_the_connection():
    with WebhookSink() as sink:
        sink.arm("403 action_prohibited", stage=WebhookStage.REQUEST)
        assert post(sink)[:2] == (403, "action_prohibited")
        assert sink.posts == ()


def test_body_cut_off_is_not_taken():
    with WebhookSink() as sink:
        line = http.client.HTTPConnection("127.0.0.1", sink.port, timeout=60)
        line.putrequest("POST", sink.path)
        line.putheader("Content-Length", "100")
        line.endheaders(b"half")
        line.close()
    assert sink.posts == ()


def test_failure_of_the_sink_itself_does_not_stay_hidden():
    def rehearse() -> None:
        with WebhookSink() as sink:
            sink.arm("no status")
            with pytest.raises(http.client.RemoteDisconnected):
                post(sink)

    with pytest.raises(ExceptionGroup, match="the sink failed"):
        rehearse()
