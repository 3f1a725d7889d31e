"""Structured logging: set-up and redaction.

Events go to one stream: for people on a terminal, as JSON lines elsewhere; events of libraries take the same path.
Holds no state of its own and decides nothing; rooms log by `structlog.get_logger()`. `changes` never logs.
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
"""Libraries that log whole addresses or every step at INFO; only their warnings are ours to show."""

_PRIORITIES = ((logging.CRITICAL, 2), (logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6))
"""Least level → syslog priority; everything below is 7, debug."""

Event = MutableMapping[str, Any]


class LogFormat(StrEnum):
    """How an event is written."""

    CONSOLE = "console"
    JSON = "json"


class _Prioritised(logging.Formatter):
    """Begins every event with its priority, as the journal reads it from a service's standard error.

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
    """Send all events of the process to one stream.

    Args:
        form: For people or as JSON lines.
        level: Least level written, as in `logging`.
        stream: Where to; standard error when None.
        secrets: Texts masked wherever they occur, besides what `redact` knows by its look.
        color: Whether the console form may use colours.
        is_journal: Whether the stream goes to systemd's journal, which is then told the level of each event.
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
    """Take out of every text what could steer a terminal; the JSON form escapes it."""
    return {key: lines(value) if isinstance(value, str) else value for key, value in event.items()}


def redact(event: Event, secrets: Iterable[str] = ()) -> Event:
    """Mask what looks like a secret: values of telling keys, webhook addresses, log-ins in addresses, known texts."""
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
