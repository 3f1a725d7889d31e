"""Turns foreign text into something that may stand in a header, a log line or on a terminal.

Does not translate and does not escape for HTML.
"""

from __future__ import annotations

import base64
import re
import unicodedata
from collections.abc import Iterable

LONGEST_REPLY = 300

# Embeddings, overrides and isolates turn the reading order of what follows them: Unicode Standard Annex 9, 2.1-2.5.
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
_MAILBOX = re.compile(r"[^\s<>()\[\],;:\"']+@([^\s<>()\[\],;:\"'@]+)")
_SHORTEST_SECRET = 4
_PROMISE = re.compile("[;,] it will be tried again( when it says)?")


def clean(text: str) -> str:
    """Make one line of any text.

    Args:
        text: Anything.

    Returns:
        The text with control characters, line ends and lone surrogates turned into spaces, marks that turn the
        reading order taken out, runs of spaces made one, and none at either end. Cleaning twice changes nothing.
    """
    plain = "".join(" " if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") else char for char in text)
    return re.sub(" +", " ", _TURNING.sub("", plain)).strip(" ")


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
    line = _MAILBOX.sub(r"…@\1", clean(text))
    return line if len(line) <= LONGEST_REPLY else line[: LONGEST_REPLY - 1] + "…"


def without_promise(text: str) -> str:
    """Take out of a failure's words that it will be tried again: for a message that was given up."""
    return _PROMISE.sub("", text)
