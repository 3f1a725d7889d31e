"""Both transports: what they send, what they take, and how every failure becomes ours."""

import asyncio
import gzip
import http.client
import inspect
import socket
import ssl
import struct
import sys
import threading
import zlib
from datetime import timedelta
from pathlib import Path
from urllib.error import URLError

import httpx
import pytest

from tests.registry.scripted import Reply, Scripted, data, served, text
from watcher import __version__
from watcher.errors import RegistryAnswerError, RegistryUnavailableError
from watcher.network import http_context
from watcher.registry import httpx_transport, urllib_transport
from watcher.registry.httpx_transport import HttpxTransport
from watcher.registry.registry_model import Failure, NoAnswerError, OverCapError
from watcher.registry.transport import HttpResponse, address, host_of, said, user_agent
from watcher.registry.urllib_transport import UrllibTransport

PEM = Path(__file__).parent.parent / "data" / "loopback.pem"
BOTH = pytest.mark.parametrize("kind", [HttpxTransport, UrllibTransport])
CAP = 1_000_000


async def fetch(kind, url, path="/version", params=None, *, cap=CAP, seconds=5.0, contact="trials@example.org"):
    door = kind(url, contact, timedelta(seconds=seconds))
    try:
        return await door.get(path, params or {}, cap)
    finally:
        await door.aclose()


async def failure(kind, url, **options):
    with pytest.raises(NoAnswerError) as caught:
        await fetch(kind, url, **options)
    assert "\n" not in str(caught.value)
    return caught.value.failure


# -- what is sent ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "library"),
    [
        (HttpxTransport, f"python-httpx/{httpx.__version__}"),
        (UrllibTransport, f"Python-urllib/{sys.version_info.major}.{sys.version_info.minor}"),
    ],
)
async def test_user_agent_names_library_program_and_contact(kind, library):
    with served([data({})]) as server:
        await fetch(kind, server.url)
    assert server.requests[0].headers["user-agent"] == f"{library} trial-watcher/{__version__} (trials@example.org)"
    assert server.requests[0].headers["accept-encoding"] == "gzip"


@pytest.mark.parametrize(
    ("contact", "comment"),
    [("", ""), ("  ", ""), ("a@b.org", " (a@b.org)"), ("José (us)\r\nX: y\\", " (Jos usX: y)"), ("é", "")],
)
def test_contact_cannot_break_the_header(contact, comment):
    assert user_agent("lib/1", contact) == f"lib/1 trial-watcher/{__version__}{comment}"


@BOTH
async def test_path_and_parameters_arrive_as_given(kind):
    with served([data({})]) as server:
        await fetch(kind, server.url + "/", "/studies", {"a": "1 2&3", "filter.ids": "NCT1,NCT2"})
    assert server.requests[0].target == "/api/v2/studies?a=1+2%263&filter.ids=NCT1,NCT2"


def test_addresses_need_no_path():
    assert address("http://127.0.0.1:1", "/version", {}) == "http://127.0.0.1:1/version"


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://user:secret@example.org:8443/api", "example.org:8443"),
        ("https://example.org", "example.org"),
        ("nonsense", "the registry"),
        ("http://[::1", "the registry"),
        ("http://h:99999", "the registry"),
    ],
)
def test_messages_name_the_host_without_secrets(url, host):
    assert host_of(url) == host


@BOTH
async def test_redirects_are_answers(kind):
    with served([text(301, "moved", Location="/api/v2/studies/NCT99000002"), data({})]) as server:
        answer = await fetch(kind, server.url)
    assert (answer.status, answer.headers["location"]) == (301, "/api/v2/studies/NCT99000002")
    assert len(server.requests) == 1


@BOTH
@pytest.mark.parametrize("status", [400, 403, 404, 429, 500, 503])
async def test_status_errors_are_answers(kind, status):
    with served([text(status, "NCT number NCT99999999 not found")]) as server:
        answer = await fetch(kind, server.url)
    assert answer.status == status
    assert said(answer) == "NCT number NCT99999999 not found"
    assert len(server.requests) == 1


# -- what is taken -----------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
async def test_gzip_is_decoded(kind, encoding):
    body = bytes(range(256)) * 1000
    with served([Reply(body=gzip.compress(body), headers={"Content-Encoding": encoding})]) as server:
        assert (await fetch(kind, server.url)).body == body


@BOTH
async def test_chunked_bodies_are_joined(kind):
    with served([Reply(body=b"2\r\n{}\r\n1\r\n \r\n0\r\n\r\n", headers={"Transfer-Encoding": "chunked"})]) as server:
        assert (await fetch(kind, server.url)).body == b"{} "


@BOTH
async def test_a_body_without_length_ends_with_the_connection(kind):
    with served([Reply(body=b"{}", headers={"Content-Length": ""})]) as server:
        assert (await fetch(kind, server.url)).body == b"{}"


@BOTH
@pytest.mark.parametrize("size", [CAP - 1, CAP, CAP + 1])
@pytest.mark.parametrize("is_packed", [True, False])
async def test_the_cap_counts_decoded_bytes(kind, size, is_packed):
    body = b" " * size
    reply = Reply(body=gzip.compress(body), headers={"Content-Encoding": "gzip"}) if is_packed else Reply(body=body)
    with served([reply]) as server:
        if size <= CAP:
            assert len((await fetch(kind, server.url)).body) == size
        else:
            with pytest.raises(OverCapError):
                await fetch(kind, server.url)


@BOTH
async def test_a_bomb_is_not_inflated(kind):
    inner = zlib.compressobj(9, wbits=31)
    bomb = b"".join(inner.compress(bytes(2**20)) for _ in range(200)) + inner.flush()
    with served([Reply(body=bomb, headers={"Content-Encoding": "gzip"})]) as server, pytest.raises(OverCapError):
        await fetch(kind, server.url)


@BOTH
@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip"])
async def test_encodings_nobody_asked_for_are_not_believed(kind, encoding):
    with (
        served([Reply(body=b"{}", headers={"Content-Encoding": encoding})]) as server,
        pytest.raises(RegistryAnswerError, match="encoding"),
    ):
        await fetch(kind, server.url)


@BOTH
async def test_bytes_that_are_no_gzip_are_not_believed(kind):
    with (
        served([Reply(body=b"<html>", headers={"Content-Encoding": "gzip"})]) as server,
        pytest.raises(RegistryAnswerError, match="gzip"),
    ):
        await fetch(kind, server.url)


# -- what goes wrong ---------------------------------------------------------------------------------------------------

PACKED = gzip.compress(b'{"studies":[]}' * 100)


@BOTH
@pytest.mark.parametrize(
    "reply",
    [
        Reply(drop=True),
        Reply(body=b'{"studies":', length=5000),
        Reply(body=b"5\r\n{}", headers={"Transfer-Encoding": "chunked"}),
        Reply(body=PACKED[:-9], headers={"Content-Encoding": "gzip"}),
        Reply(body=PACKED[:-9], headers={"Content-Encoding": "gzip", "Content-Length": ""}),
    ],
    ids=["nothing said", "short of its length", "short chunk", "unended gzip", "unended gzip without length"],
)
async def test_a_cut_answer_is_a_dropped_connection(kind, reply):
    with served([reply]) as server:
        assert await failure(kind, server.url) is Failure.DROPPED


@BOTH
async def test_a_refused_connection_is_a_dropped_one(kind):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert await failure(kind, f"http://127.0.0.1:{port}") is Failure.DROPPED


@BOTH
async def test_an_unknown_host_is_a_dropped_connection(kind):
    assert await failure(kind, "http://registry.invalid") is Failure.DROPPED


@BOTH
async def test_silence_is_a_timeout(kind):
    with served([Reply(hold=True)]) as server:
        assert await failure(kind, server.url, seconds=0.1) is Failure.TIMEOUT


@BOTH
async def test_a_body_that_drips_for_ever_is_a_timeout(kind):
    stop = threading.Event()

    def drip(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            while not stop.wait(0.02):
                try:
                    connection.sendall(b" ")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip, args=(listener,))
        thread.start()
        try:
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            assert await failure(kind, url, seconds=0.05) is Failure.TIMEOUT  # ten times that for the entire answer
        finally:
            stop.set()
            thread.join()


@BOTH
@pytest.mark.parametrize(
    "url",
    [
        "file:///etc", "ftp://127.0.0.1", "registry", "", "http://", "http://h:x", "http://h:99999", "http://h:-1",
        "http://h:0", "http://[::1", "http:h", "//h", "http://a b", "http://h/\n", "\x00", "http://h?x=1", "http://h#x",
        "http://user:secret@127.0.0.1",
    ],
)  # fmt: skip
async def test_an_address_that_is_none_cannot_be_asked(kind, url):
    assert await failure(kind, url) is Failure.UNUSABLE


@BOTH
@pytest.mark.parametrize("host", ["xn--a.invalid", "a..invalid", ".invalid", "a" * 70 + ".invalid", "é.invalid", "*"])
async def test_a_strange_host_is_no_answer_and_no_crash(kind, host):
    assert await failure(kind, f"http://{host}:1") in {Failure.DROPPED, Failure.UNUSABLE}


@BOTH
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_the_message_says_what_the_system_said(kind, host):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(NoAnswerError, match=f"{host}:{port}.*(Connection refused|Connect call failed)"):
        await fetch(kind, f"http://{host}:{port}")


def test_of_several_failed_attempts_the_first_is_told():
    error = httpx.ConnectError("All connection attempts failed")
    error.__cause__ = ExceptionGroup("multiple", [ConnectionRefusedError("refused"), OSError("unreachable")])
    assert str(httpx_transport.translated(error, "example.org", 30)).endswith("refused")


@BOTH
async def test_what_is_no_http_is_a_dropped_connection(kind):
    def babble(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"220 mail.example.org ESMTP\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=babble, args=(listener,))
        thread.start()
        try:
            assert await failure(kind, f"http://127.0.0.1:{listener.getsockname()[1]}") is Failure.DROPPED
        finally:
            thread.join()


@BOTH
async def test_cancelling_lets_go(kind):
    with served([Reply(hold=True)]) as server:
        asking = asyncio.create_task(fetch(kind, server.url, seconds=0.3))
        while not server.requests:
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


HTTPX_ERRORS = [
    error for _, error in inspect.getmembers(httpx) if inspect.isclass(error) and issubclass(error, BaseException)
]


@pytest.mark.parametrize("error", HTTPX_ERRORS, ids=lambda error: error.__name__)
def test_every_error_of_httpx_has_a_meaning(error):
    ours = httpx_transport.translated(error.__new__(error), "example.org", 30)
    assert isinstance(ours, RegistryUnavailableError)
    is_passing = issubclass(error, httpx.TransportError) and not issubclass(
        error, httpx.LocalProtocolError | httpx.UnsupportedProtocol
    )
    assert (ours.failure in (Failure.TIMEOUT, Failure.DROPPED)) == is_passing
    assert (ours.failure is Failure.TIMEOUT) == issubclass(error, httpx.TimeoutException)


def test_httpx_still_has_the_errors_we_know():
    assert len(HTTPX_ERRORS) >= 27


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (TimeoutError(), Failure.TIMEOUT),
        (URLError(TimeoutError()), Failure.TIMEOUT),
        (URLError(ssl.SSLCertVerificationError()), Failure.UNTRUSTED),
        (URLError(ssl.SSLError()), Failure.DROPPED),
        (URLError(OSError(-2, "Name or service not known")), Failure.DROPPED),
        (URLError("unknown url type: x"), Failure.UNUSABLE),
        (ConnectionResetError(), Failure.DROPPED),
        (http.client.IncompleteRead(b""), Failure.DROPPED),
        (http.client.BadStatusLine("x"), Failure.DROPPED),
        (http.client.RemoteDisconnected(""), Failure.DROPPED),
        (http.client.InvalidURL(), Failure.UNUSABLE),
        (ValueError(), Failure.UNUSABLE),
        (UnicodeError(), Failure.UNUSABLE),
    ],
    ids=repr,
)
def test_errors_of_urllib_have_a_meaning(error, meaning):
    assert urllib_transport.translated(error, "example.org", 30).failure is meaning


# -- TLS and proxies ---------------------------------------------------------------------------------------------------


def served_by_tls(replies, pem=PEM):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    rest = iter(replies)
    return Scripted(lambda _: next(rest), tls=context)


@BOTH
async def test_a_certificate_nobody_vouches_for_is_untrusted(kind):
    with served_by_tls([data({})]) as server:
        assert await failure(kind, server.url) is Failure.UNTRUSTED
    assert server.requests == []


@BOTH
async def test_a_ca_from_the_environment_is_honoured(kind, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM))
    with served_by_tls([data({"a": 1})]) as server:
        assert (await fetch(kind, server.url)).body == b'{"a": 1}'


@BOTH
@pytest.mark.parametrize(
    ("pem", "said"),
    [
        ("expired.pem", "has expired; check the clock of this machine"),
        ("not_yet_valid.pem", "is not valid yet; set the clock of this machine right"),
        ("elsewhere.pem", "is for another name"),
    ],
)
async def test_a_certificate_of_a_wrong_date_or_name_names_the_clock_or_the_host(kind, pem, said, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(PEM.with_name(pem)))
    with served_by_tls([data({})], PEM.with_name(pem)) as server, pytest.raises(NoAnswerError) as caught:
        await fetch(kind, server.url)
    assert caught.value.failure is Failure.UNTRUSTED
    assert said in str(caught.value)
    assert "SSL_CERT_FILE" not in str(caught.value)


def test_tls_is_verified_as_the_standard_library_does():
    context = http_context()
    assert context.post_handshake_auth
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


async def greeting(kind):
    """Give what a transport says first: ciphers, extension types and ALPN of its ClientHello, without random parts."""
    heard = bytearray()

    def listen(listener):
        connection, _ = listener.accept()
        with connection:
            head = connection.recv(5, socket.MSG_WAITALL)
            heard.extend(connection.recv(struct.unpack("!H", head[3:])[0], socket.MSG_WAITALL))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=listen, args=(listener,))
        thread.start()
        await failure(kind, f"https://127.0.0.1:{listener.getsockname()[1]}")
        thread.join()
    at = 38  # type, length, version, random
    at += 1 + heard[at]
    length = int.from_bytes(heard[at : at + 2], "big")
    ciphers = bytes(heard[at + 2 : at + 2 + length])
    at += 2 + length
    at += 1 + heard[at] + 2
    extensions = {}
    while at < len(heard):
        number, length = struct.unpack("!HH", heard[at : at + 4])
        extensions[number] = bytes(heard[at + 4 : at + 4 + length])
        at += 4 + length
    return ciphers, list(extensions), extensions[16]


async def test_both_transports_greet_alike():
    by_httpx, by_urllib = await greeting(HttpxTransport), await greeting(UrllibTransport)
    assert by_httpx == by_urllib
    assert 49 in by_httpx[1]  # post_handshake_auth
    assert by_httpx[2] == b"\x00\x09\x08http/1.1"


@BOTH
async def test_a_proxy_from_the_environment_is_used(kind, monkeypatch):
    with served([data({"by": "proxy"})]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        answer = await fetch(kind, "http://registry.invalid/api")
    assert answer.body == b'{"by": "proxy"}'
    assert proxy.requests[0].target == "http://registry.invalid/api/version"


@BOTH
@pytest.mark.parametrize("exempt", ["localhost,[::1],127.0.0.1", "fe11::/16,127.0.0.0/8", "localhost,[::1]"])
async def test_no_proxy_with_addresses_of_version_6_breaks_nothing(kind, exempt, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", exempt)
    with served([data({"a": 1})]) as server:
        host = "localhost" if "127" not in exempt else "127.0.0.1"
        assert (await fetch(kind, server.url.replace("127.0.0.1", host))).body == b'{"a": 1}'


@BOTH
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_dead_proxy_is_named(kind, scheme, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv(f"{scheme.upper()}_PROXY", f"http://user:secret@127.0.0.1:{port}")
    with pytest.raises(NoAnswerError) as caught:
        await fetch(kind, f"{scheme}://registry.invalid/api")
    assert f"through the proxy 127.0.0.1:{port} ({scheme.upper()}_PROXY)" in str(caught.value)
    assert "secret" not in str(caught.value)


@BOTH
async def test_a_proxy_that_asks_for_a_log_in_is_named(kind, monkeypatch):
    with served([text(407, "who are you?")]) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
        with pytest.raises(NoAnswerError) as caught:
            await fetch(kind, "http://registry.invalid/api")
    assert f"the proxy 127.0.0.1:{proxy.port} (HTTP_PROXY) asks for a log-in (407)" in str(caught.value)
    assert caught.value.failure is Failure.UNUSABLE


def tunnelled(reply):
    """Listen as a proxy does that answers CONNECT in its own way."""

    def listen(listener):
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(reply)

    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=listen, args=(listener,), daemon=True).start()
    return listener


@BOTH
async def test_a_proxy_that_asks_for_a_log_in_before_the_tunnel_is_named(kind, monkeypatch):
    with tunnelled(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n") as listener:
        port = listener.getsockname()[1]
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        with pytest.raises(NoAnswerError) as caught:
            await fetch(kind, "https://registry.invalid/api")
    assert f"the proxy 127.0.0.1:{port} (HTTPS_PROXY) asks for a log-in (407)" in str(caught.value)


@pytest.mark.parametrize("proxy", ["gopher://user:secret@127.0.0.1", "socks5://user:secret@127.0.0.1"])
def test_an_unusable_proxy_is_said_without_its_password(proxy, monkeypatch):
    monkeypatch.setenv("ALL_PROXY", proxy)
    with pytest.raises(NoAnswerError) as caught:
        HttpxTransport("https://example.org", "", timedelta(seconds=1))
    assert caught.value.failure is Failure.UNUSABLE
    assert "secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_what_was_said_is_one_short_line_and_never_a_web_page():
    def words(body, kind="text/plain"):
        return said(HttpResponse(400, {"content-type": kind}, body))

    assert words(b"a\r\n\x1b[31m b\xff") == "a [31m b�"
    assert len(words(b"x" * 5000)) == 200
    assert words(b"<html>", "text/html") == ""
