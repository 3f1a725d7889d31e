"""Checks the operator's settings: `[health]`, and retention in `[store]`. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from watcher.config.config_model import Config
from watcher.config.rules import ConfigFinding, is_loopback

SHORTEST_KEPT = timedelta(days=1)

_KEPT = ("keep_records", "keep_messages", "keep_polls")


def operator_findings(config: Config) -> Iterator[ConfigFinding]:
    """Yield everything wrong in the operator's settings."""
    for key in _KEPT:
        if getattr(config.store, key) < SHORTEST_KEPT:
            yield ConfigFinding(place=("store", key), text=f'{key} must be at least "1d"')
    if config.health.listen is not None and (said := _listen_problem(config.health.listen)):
        yield ConfigFinding(place=("health", "listen"), text=said)


def listen_address(text: str) -> tuple[str, int]:
    """Return host and port of a valid `[health] listen`; an IPv6 address is in brackets."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def _listen_problem(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        return f'listen = "{text}" is not an address and a port; write "127.0.0.1:9464"'
    if not is_loopback(host):
        return (
            f'listen = "{text}" is open to other machines; only a loopback address is allowed, such as "127.0.0.1:9464"'
        )
    return ""
