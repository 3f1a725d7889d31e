"""Posting over HTTP: steps, doubt, and an address that never shows."""

import http.server
import socket
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest

from tests.delivery.helpers import CERTIFICATE, NOW, Steps, everything_said, poster, server_context
from tests.support.webhook_sink import WebhookSink, WebhookStage
from watcher.delivery.contract import DeliveryStep
from watcher.delivery.http_post import HttpReply, Target, read_address, refusal
from watcher.errors import DeliveryError, DeliveryReason

SECRET = "/services/T0SECRET/B0SECRET/s3cr3t-t0k3n"
JSON = {"Content-Type": "application/json"}


async def post(url: str, steps: Steps | None = None, timeout: float = 10) -> HttpReply:
    return await poster(timeout).post(read_address(url), b'{"text": "hi"}', JSON, steps or Steps())


async def failing(url: str, steps: Steps | None = None, timeout: float = 10) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await post(url, steps, timeout)
    assert SECRET not in everything_said(caught.value)
    return caught.value


@contextmanager
def tls_hook():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"ok")

        def log_message(self, *args):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = server_context().wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever, args=(0.05,))
        serving.start()
        try:
            yield f"https://127.0.0.1:{server.server_port}{SECRET}"
        finally:
            server.shutdown()
            serving.join()


async def test_post_arrives_whole_and_steps_are_told():
    steps = Steps()
    with WebhookSink(path=SECRET) as sink:
        answer = await post(sink.url, steps)
        (taken,) = sink.accepted
    assert answer == HttpReply(status=200, text="ok", retry_after=None)
    assert taken.body == b'{"text": "hi"}'
    assert taken.headers["content-type"] == "application/json"
    assert taken.headers["user-agent"].startswith("trial-watcher/")
    assert taken.headers["connection"] == "close"
    assert steps.seen == [DeliveryStep.CONNECTED, DeliveryStep.BODY_HANDED_OVER]


async def test_body_waits_for_its_step():
    class StopError(Exception):
        pass

    def stop(step: DeliveryStep) -> None:
        if step is DeliveryStep.BODY_HANDED_OVER:
            raise StopError

    with WebhookSink(path=SECRET) as sink, pytest.raises(StopError):
        await poster().post(read_address(sink.url), b"x", JSON, stop)
    assert sink.posts == ()


async def test_https_hook_with_a_trusted_certificate_is_taken(monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATE))
    with tls_hook() as url:
        assert (await post(url)).text == "ok"


async def test_https_hook_with_an_unknown_authority_is_a_fault_of_the_channel():
    with tls_hook() as url:
        error = await failing(url)
    assert (error.is_permanent, error.is_channel_fault, error.in_doubt) == (True, True, False)
    assert "SSL_CERT_FILE" in str(error)


async def test_plain_http_server_at_an_https_address_is_transient():
    with WebhookSink(path=SECRET) as sink:
        error = await failing(sink.url.replace("http://", "https://"))
    assert (error.is_permanent, error.in_doubt) == (False, False)


@pytest.mark.parametrize("stage", list(WebhookStage))
async def test_answer_lost_after_the_request_is_in_doubt(stage):
    with WebhookSink(path=SECRET) as sink:
        sink.arm(stage=stage, drop=True)
        error = await failing(sink.url)
    assert (error.in_doubt, error.is_permanent, error.reason) == (True, False, DeliveryReason.CONNECTION)


async def test_answer_that_does_not_come_in_time_is_in_doubt():
    steps = Steps()
    with WebhookSink(path=SECRET) as sink:
        sink.arm(delay=30)
        error = await failing(sink.url, steps, timeout=0.2)
    assert (error.in_doubt, error.reason) == (True, DeliveryReason.TIMEOUT)
    assert steps.seen[-1] is DeliveryStep.BODY_HANDED_OVER


async def test_answer_that_drips_for_ever_is_ended_by_the_whole_deadline():
    with socket.create_server(("127.0.0.1", 0)) as server:
        done = threading.Event()

        def drip():
            line, _ = server.accept()
            with line:
                line.recv(65_536)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
                while not done.wait(0.05):
                    try:
                        line.sendall(b"o")
                    except OSError:
                        return

        dripping = threading.Thread(target=drip)
        dripping.start()
        error = await failing(f"http://127.0.0.1:{server.getsockname()[1]}{SECRET}", timeout=0.2)
        done.set()
        dripping.join()
    assert (error.in_doubt, error.reason) == (True, DeliveryReason.TIMEOUT)


async def test_refused_connection_is_transient_and_not_in_doubt():
    steps = Steps()
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        error = await failing(f"http://127.0.0.1:{closed.getsockname()[1]}{SECRET}", steps)
    assert (error.in_doubt, error.is_permanent, error.reason) == (False, False, DeliveryReason.CONNECTION)
    assert steps.seen == []


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_name_that_does_not_resolve_is_transient(scheme):
    error = await failing(f"{scheme}://hook.invalid{SECRET}")
    assert (error.in_doubt, error.is_permanent, error.reason) == (False, False, DeliveryReason.CONNECTION)
    assert "cannot be resolved" in str(error)


async def test_http_beyond_private_addresses_is_never_asked():
    error = await failing(f"http://93.184.215.14{SECRET}")
    assert (error.is_permanent, error.is_channel_fault, error.reason) == (True, True, DeliveryReason.CONFIG)
    assert "only https" in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.slack.invalid/services/x",
        "ftp://127.0.0.1/x",
        "https:///services/x",
        "https://host.invalid:99999/x",
        "https://host.invalid:0/x",
        "https://host.invalid/x\n",
        "https://host.invalid/ä",
        "https://user:pass@host.invalid/x",
        "https://[::1/x",
    ],
)
def test_address_that_cannot_be_used_is_told_without_it(url):
    with pytest.raises(DeliveryError) as caught:
        read_address(url)
    assert (caught.value.is_permanent, caught.value.is_channel_fault) == (True, True)
    assert not url or url not in everything_said(caught.value)


def test_address_does_not_show_in_a_target():
    target = read_address(f"https://hooks.example.org{SECRET}")
    assert SECRET not in f"{target} {target!r}"
    assert (target.host, target.port, target.is_encrypted) == ("hooks.example.org", 443, True)


async def test_answer_that_repeats_the_address_is_made_fit():
    with WebhookSink(path=SECRET) as sink:
        sink.arm(f"404 Cannot POST {SECRET} with token s3cr3t-t0k3n")
        answer = await post(sink.url)
    assert answer.text == "Cannot POST … with token …"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("21600", 21_600),
        ("21601", None),
        ("1795972800", None),
        ("1795972800000", None),
        ("400000", None),
        ("9" * 5000, None),
        ("1.5", None),
        (" 7 ", 7),
        ("Fri, 13 Mar 2026 13:30:01 GMT", None),
        ("Fri, 13 Mar 9999 23:59:59 -2359", None),
        ("Fri, 13 Mar 2026 07:31:30 GMT" + " " * 9000 + "x", None),
        ("Fri, 13 Mar 2026 07:31:30 GMT", 90),
        ("Fri, 13 Mar 2026 07:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
async def test_retry_after_is_read_as_seconds_or_date(value, seconds):
    with WebhookSink(path=SECRET) as sink:
        sink.arm("429 rate_limited", retry_after=value)
        answer = await post(sink.url)
    assert answer.retry_after == (None if seconds is None else timedelta(seconds=seconds))
    assert NOW.tzinfo is not None


@pytest.mark.parametrize(
    ("status", "permanent", "channels", "reason"),
    [
        (301, True, True, DeliveryReason.CONFIG),
        (400, True, False, DeliveryReason.REJECTED),
        (401, True, True, DeliveryReason.AUTH),
        (403, True, True, DeliveryReason.AUTH),
        (404, False, False, DeliveryReason.SERVER),
        (408, False, False, DeliveryReason.SERVER),
        (410, True, False, DeliveryReason.CONFIG),
        (413, True, False, DeliveryReason.REJECTED),
        (425, False, False, DeliveryReason.SERVER),
        (429, False, True, DeliveryReason.RATE_LIMITED),
        (500, False, False, DeliveryReason.SERVER),
        (503, False, False, DeliveryReason.SERVER),
    ],
)
def test_status_alone_tells_what_can_help(status, permanent, channels, reason):
    target = Target(url=f"https://h.invalid{SECRET}", host="h.invalid", port=443, is_encrypted=True)
    error = refusal(target, HttpReply(status=status, text="", retry_after=timedelta(seconds=3)))
    assert (error.is_permanent, error.is_channel_fault, error.reason) == (permanent, channels, reason)
    assert not error.in_doubt
    assert error.retry_after == (None if permanent else timedelta(seconds=3))
    assert str(status) in str(error)


async def test_redirect_is_not_followed():
    with WebhookSink(path=SECRET) as sink:
        sink.arm("302 elsewhere", headers={"Location": sink.url + "-else"})
        assert (await post(sink.url)).status == 302
        assert len(sink.posts) == 1


async def test_long_answer_is_read_at_its_beginning_only():
    with WebhookSink(path=SECRET) as sink:
        sink.arm("500 " + "word " * 20_000)
        answer = await post(sink.url)
    assert answer.text.startswith("word word")
    assert len(answer.text) == 300


async def test_environments_proxy_is_used_and_a_useless_one_is_told(monkeypatch):
    with WebhookSink(path=f"http://10.0.0.1{SECRET}") as sink:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{sink.port}")
        monkeypatch.setenv("no_proxy", "")
        assert (await post(f"http://10.0.0.1{SECRET}")).text == "ok"
    monkeypatch.setenv("http_proxy", "gopher://127.0.0.1:1")
    error = await failing(f"http://10.0.0.1{SECRET}")
    assert "proxy" in str(error)
    assert error.is_permanent


async def test_proxy_that_refuses_a_line_leaves_nothing_in_doubt(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse():
            line, _ = server.accept()
            with line:
                line.recv(65_536)
                line.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

        refusing = threading.Thread(target=refuse)
        refusing.start()
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{server.getsockname()[1]}")
        monkeypatch.setenv("no_proxy", "")
        steps = Steps()
        error = await failing(f"https://hooks.invalid{SECRET}", steps)
        refusing.join()
    assert (error.in_doubt, error.is_permanent) == (False, False)
    assert steps.seen == []


async def test_nothing_about_a_post_is_logged(caplog):
    caplog.set_level("DEBUG")
    with WebhookSink(path=SECRET) as sink:
        await post(sink.url)
        sink.arm(drop=True)
        await failing(sink.url)
    assert SECRET not in caplog.text
    assert "s3cr3t" not in caplog.text
