"""Turns foreign text into something that may stand in a header, a log line or on a terminal.

Does not translate and does not escape for HTML.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from watcher.text import plain

LONGEST_REPLY = 300

_MAILBOX = re.compile(r"[^\s<>()\[\],;:\"']+@([^\s<>()\[\],;:\"'@]+)")
_SHORTEST_SECRET = 4
_PROMISE = re.compile("[;,] it will be tried again( when it says)?")


def one_line(text: str, *, secrets: Iterable[str] = ()) -> str:
    """Make a provider's words fit to be shown and logged.

    Args:
        text: What the provider said.
        secrets: What must not come back to us; also found in base64, the way SMTP log-ins are sent.

    Returns:
        One line of at most 300 characters, secrets shown as `…`, mailboxes as `…@domain`.
    """
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, "…").replace(base64.b64encode(secret.encode()).decode(), "…")
    line = _MAILBOX.sub(r"…@\1", plain(text))
    return line if len(line) <= LONGEST_REPLY else line[: LONGEST_REPLY - 1] + "…"


def without_promise(text: str) -> str:
    """Take out of a failure's words that it will be tried again: for a message that was given up."""
    return _PROMISE.sub("", text)
