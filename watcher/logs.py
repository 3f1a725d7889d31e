"""Structured logging: set-up and redaction.

Events, also those of libraries, go to one stream: formatted for people on a terminal, as JSON lines elsewhere. Modules
log with `structlog.get_logger()`; `changes` never logs.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Iterable, MutableMapping
from enum import StrEnum
from typing import Any, TextIO

import structlog

from watcher.text import lines, to_json

MASK = "***"

_SECRET_KEY = re.compile(r"password|secret|token$|authorization|webhook", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://[^\s\"'<>]*+", re.IGNORECASE)
_OF_HOOK = re.compile(r"hooks|webhook|/services/", re.IGNORECASE)
_URL_LOGIN = re.compile(r"(?<=://)[^/\s@]+@")
_QUIET = ("httpx", "httpcore", "aiosmtplib", "apscheduler", "alembic", "asyncio")
"""Libraries that log whole addresses or every step at INFO; only their warnings are shown."""

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""Lowest level → syslog priority; lower levels are 7, debug."""

Event = MutableMapping[str, Any]


class LogFormat(StrEnum):
    """Format of an event."""

    CONSOLE = "console"
    JSON = "json"


class _Prioritised(logging.Formatter):
    """Prefix every event with its syslog priority, which the journal reads from a service's standard error.

    Source:
        sd-daemon(3): `<4>` and so on at the beginning of a line (`SyslogLevelPrefix=`, on unless switched off).
    """

    def __init__(self, inner: logging.Formatter) -> None:
        super().__init__()
        self._inner = inner

    def format(self, record: logging.LogRecord) -> str:
        priority = next((number for least, number in _PRIORITIES if record.levelno >= least), 7)
        return "\n".join(f"<{priority}>{line}" for line in self._inner.format(record).splitlines())


def set_up_logs(
    *,
    form: LogFormat,
    level: int,
    stream: TextIO | None = None,
    secrets: Iterable[str] = (),
    color: bool = False,
    is_journal: bool = False,
) -> None:
    """Configure logging of the process to one stream.

    Args:
        form: For people or as JSON lines.
        level: Lowest level to write, as in `logging`.
        stream: The stream; None for standard error.
        secrets: Texts to mask, in addition to what `redact` recognises.
        color: Use colours in the console format.
        is_journal: Prefix each event with its level for systemd's journal.
    """
    known = tuple(secret for secret in secrets if len(secret) >= 4)

    def masked(_logger: object, _name: str, event: Event) -> Event:
        return redact(event, known)

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
        masked,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=False,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer(serializer=to_json)
        if form is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=color)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    formatter: logging.Formatter = structlog.stdlib.ProcessorFormatter(
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *([_visible] if form is LogFormat.CONSOLE else []),
            renderer,
        ],
        foreign_pre_chain=shared,
    )
    handler.setFormatter(_Prioritised(formatter) if is_journal else formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(level, logging.WARNING))


def _visible(_logger: object, _name: str, event: Event) -> Event:
    """Remove terminal control sequences from every text; the JSON format escapes them."""
    return {key: lines(value) if isinstance(value, str) else value for key, value in event.items()}


def redact(event: Event, secrets: Iterable[str] = ()) -> Event:
    """Mask secrets: values of suspicious keys, webhook addresses, log-ins in addresses, known texts."""
    for key, value in event.items():
        if _SECRET_KEY.search(key) and value not in (None, ""):
            event[key] = MASK
        elif isinstance(value, str):
            event[key] = redact_text(value, secrets)
    return event


def _masked(address: re.Match[str]) -> str:
    return MASK if _OF_HOOK.search(address[0]) else address[0]


def redact_text(text: str, secrets: Iterable[str] = ()) -> str:
    """Return a text with webhook addresses, log-ins in addresses and known secrets masked."""
    text = _URL_LOGIN.sub(f"{MASK}@", _ADDRESS.sub(_masked, text))
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text
