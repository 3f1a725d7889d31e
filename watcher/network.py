"""Connection settings: TLS contexts, the environment's proxy, and sentences about certificates.

Shared by registry and delivery; sends nothing.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

_EXPIRED, _NOT_YET_VALID = 10, 9
_WRONG_NAME = frozenset({62, 63, 64})
"""Verification codes of OpenSSL (Source: x509_vfy.h, `X509_V_ERR_*`)."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy named in the environment.

    Attributes:
        url: Its address; may hold a password.
        variable: The variable that names it, such as `HTTPS_PROXY`.
    """

    url: str = field(repr=False)
    variable: str

    def __str__(self) -> str:
        """Return `host:port (VARIABLE)`, without user and password."""
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        place = f"{host or 'of an unreadable address'}" + (f":{port}" if port else "")
        return f"{place} ({self.variable})"


def http_context() -> ssl.SSLContext:
    """Return the TLS context for HTTPS; checks certificate and name like the standard library's client.

    Cached, since each context holds all authorities in memory. Created again when the authorities on disk,
    `SSL_CERT_FILE` or `SSL_CERT_DIR` change.

    Source: CPython `Lib/http/client.py`, `_create_https_context`: ALPN `http/1.1`, post-handshake authentication on.
    """
    return _http_context(_authorities())


def mail_context(ca_file: str | None = None) -> ssl.SSLContext:
    """Return the context for mail relays: as for HTTPS, without its ALPN, which a relay may refuse.

    Args:
        ca_file: PEM file of the authorities to trust in place of the machine's; None for these. The file is read again
            when it changes.

    Raises:
        ValueError: The file cannot be used; the sentence says why.
    """
    if ca_file is None:
        return _mail_context(_authorities())
    try:
        found = os.stat(ca_file)
        return _own_context(ca_file, (found.st_mtime_ns, found.st_ino, found.st_size))
    except ssl.SSLError:
        raise ValueError(f"ca_file {ca_file} holds no certificate in PEM form") from None
    except OSError as error:
        raise ValueError(f"ca_file {ca_file} cannot be read: {error.strerror}") from error


@lru_cache(maxsize=1)
def _http_context(_authorities: tuple[object, ...]) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    context.post_handshake_auth = True
    return context


@lru_cache(maxsize=1)
def _mail_context(_authorities: tuple[object, ...]) -> ssl.SSLContext:
    return ssl.create_default_context()


@lru_cache(maxsize=1)
def _own_context(ca_file: str, _state: tuple[int, ...]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file)


def _authorities() -> tuple[object, ...]:
    """Return a value that changes with the trusted authorities."""
    paths = ssl.get_default_verify_paths()
    found: list[object] = [os.environ.get(paths.openssl_cafile_env), os.environ.get(paths.openssl_capath_env)]
    for path in (paths.cafile, paths.capath):
        try:
            found.append(None if path is None else (path, os.stat(path).st_mtime_ns))
        except OSError:  # unreadable: it adds no authority
            found.append(path)
    return tuple(found)


def proxy_for(url: str) -> Proxy | None:
    """Return the environment's proxy for an address, or None for a direct connection.

    Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`.
    """
    parts = urlsplit(url)
    scheme, host = parts.scheme, parts.hostname or ""
    named = urllib.request.getproxies()
    variable = next((one for one in (scheme, "all") if named.get(one)), None)
    if variable is None or _goes_directly(host, parts.port or (443 if scheme == "https" else 80), named):
        return None
    address = named[variable]
    return Proxy(address if "://" in address else f"http://{address}", f"{variable.upper()}_PROXY")


def _goes_directly(host: str, port: int, named: Mapping[str, str]) -> bool:
    return is_exempt(host, port, named.get("no", "")) or bool(urllib.request.proxy_bypass(host))


def is_exempt(host: str, port: int, no_proxy: str) -> bool:
    """Return True if a `NO_PROXY` list matches a host.

    Entries: `*`; a name, which also matches its subdomains (`example.org`, `.example.org`, `*.example.org`); an
    address, in brackets or not; a network (`10.0.0.0/8`, `fe11::/16`). Each may end with `:port`; an IPv6 address
    needs brackets then. Invalid entries match nothing.

    Args:
        host: Name or address, without brackets.
        port: The port.
        no_proxy: The list.
    """
    host = host.lower().rstrip(".")
    address = _address(host)
    for entry in no_proxy.lower().split(","):
        name, own_port = _entry(entry.strip())
        if own_port and own_port != str(port):
            continue
        if name == "*":
            return True
        if (network := _network(name)) is not None:
            if address is not None and address.version == network.version and address in network:
                return True
        elif address is None and _is_below(host, name.removeprefix("*").strip(".")):
            return True
    return False


def _is_below(host: str, name: str) -> bool:
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _entry(text: str) -> tuple[str, str]:
    """Split an entry into name, address or network, and port."""
    if text.startswith("["):
        inner, _, rest = text[1:].partition("]")
        return (inner + rest, "") if rest.startswith("/") else (inner, rest.removeprefix(":"))
    if text.count(":") == 1:
        name, _, port = text.partition(":")
        return name, port
    return text, ""


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        found = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return mapped or found


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def certificate_sentence(error: ssl.SSLCertVerificationError, host: str, ca: str = "SSL_CERT_FILE") -> str:
    """Return a sentence about an invalid certificate, with advice.

    Args:
        error: The error of the handshake.
        host: Name of the server, for the sentence.
        ca: The setting that names the authority to trust.
    """
    code = getattr(error, "verify_code", 0)  # only the handshake sets both
    words = " ".join(str(getattr(error, "verify_message", "") or error).split())[:200]
    if code == _EXPIRED:
        return (
            f"the certificate of {host} has expired; check the clock of this machine, and if it is right, wait until "
            "the certificate is renewed"
        )
    if code == _NOT_YET_VALID:
        return f"the certificate of {host} is not valid yet; set the clock of this machine right"
    if code in _WRONG_NAME:
        return f"the certificate of {host} is for another name ({words}); check the address"
    return f"the certificate of {host} cannot be verified ({words}); set {ca} to the CA to trust"
