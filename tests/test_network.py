"""The way to the other side: which proxy, what is wrong with a certificate, one TLS context a process."""

from __future__ import annotations

import os
import ssl

import pytest

from watcher.network import Proxy, certificate_sentence, http_context, is_exempt, mail_context, proxy_for

EXEMPT = [
    # host, port, NO_PROXY, whether it is asked directly
    ("registry.example", 443, "", False),
    ("registry.example", 443, "*", True),
    ("registry.example", 443, "registry.example", True),
    ("registry.example", 443, "Example", True),
    ("registry.example", 443, " other.example , .example ", True),
    ("registry.example", 443, "*.example", True),
    ("registry.example.", 443, "registry.example", True),
    ("myregistry.example", 443, "registry.example", False),
    ("registry.example", 443, "registry.example:443", True),
    ("registry.example", 443, "registry.example:80", False),
    ("127.0.0.1", 80, "localhost,127.0.0.1,::1,[::1]", True),
    ("127.0.0.1", 80, "127.0.0.0/8", True),
    ("127.0.0.1", 80, "10.0.0.0/8", False),
    ("::1", 80, "localhost,[::1]", True),
    ("::1", 80, "::1", True),
    ("::1", 8080, "[::1]:8080", True),
    ("::1", 80, "[::1]:8080", False),
    ("::1", 80, "0:0:0:0:0:0:0:1", True),
    ("fe11::5", 80, "fe11::/16", True),
    ("fe12::5", 80, "fe11::/16", False),
    ("fe11::5%eth0", 80, "[fe11::]/16", True),
    ("fd07:b51a:cc66:f0::9", 80, "localhost,fd07:b51a:cc66:f0::/64", True),
    ("::ffff:127.0.0.1", 80, "127.0.0.1", True),
    ("registry.example", 443, "fe11::/16,[::1],[broken,]:,::/999,http://x", False),
    ("registry.example", 443, ",, ,.", False),
    ("10.0.0.1", 80, "0.0.1", False),
]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch):
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)


@pytest.mark.parametrize(("host", "port", "no_proxy", "expected"), EXEMPT)
def test_no_proxy_names_names_addresses_and_networks(host, port, no_proxy, expected):
    assert is_exempt(host, port, no_proxy) is expected


@pytest.mark.parametrize(
    ("environ", "url", "expected"),
    [
        ({}, "https://a.example", None),
        ({"HTTPS_PROXY": "http://p:3128"}, "https://a.example", "p:3128 (HTTPS_PROXY)"),
        ({"https_proxy": "p:3128"}, "https://a.example", "p:3128 (HTTPS_PROXY)"),
        ({"HTTPS_PROXY": "http://p:3128"}, "http://a.example", None),
        ({"ALL_PROXY": "http://user:secret@p"}, "http://a.example", "p (ALL_PROXY)"),
        ({"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "[::1]"}, "https://[::1]/api", None),
        ({"HTTPS_PROXY": "http://p:3128", "NO_PROXY": "fe11::/16"}, "https://a.example", "p:3128 (HTTPS_PROXY)"),
        ({"HTTPS_PROXY": "http://user:secret@[broken"}, "https://a.example", "of an unreadable address (HTTPS_PROXY)"),
    ],
)
def test_proxy_is_that_of_the_environment_and_shown_without_its_password(environ, url, expected, monkeypatch):
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    found = proxy_for(url)
    assert (None if found is None else str(found)) == expected
    assert "secret" not in repr(found)


def test_proxy_without_a_scheme_is_an_http_one(monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "p:3128")
    assert proxy_for("https://a.example") == Proxy("http://p:3128", "HTTPS_PROXY")


def failed(code, words="x"):
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, words
    return error


@pytest.mark.parametrize(
    ("code", "said"),
    [(10, "has expired; check the clock"), (9, "set the clock"), (62, "is for another name"), (64, "another name")],
)
def test_certificate_with_a_wrong_date_or_name_is_not_blamed_on_the_authorities(code, said):
    text = certificate_sentence(failed(code), "registry.example")
    assert said in text
    assert "SSL_CERT_FILE" not in text


@pytest.mark.parametrize("code", [18, 19, 20, 21])
def test_certificate_of_an_unknown_authority_names_where_to_put_it(code):
    text = certificate_sentence(failed(code, "unable to get local issuer certificate"), "registry.example")
    assert "unable to get local issuer certificate" in text
    assert "SSL_CERT_FILE" in text


@pytest.mark.parametrize("make", [http_context, mail_context])
def test_context_is_made_once_and_anew_when_the_authorities_change(make, monkeypatch, tmp_path):
    assert make() is make()
    before = make()
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    other = make()
    assert other is not before
    assert other is make()
    assert (other.verify_mode, other.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_relay_is_not_greeted_with_the_protocol_of_hooks():
    assert http_context() is not mail_context()
