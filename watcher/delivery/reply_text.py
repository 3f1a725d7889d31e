"""Turns foreign text into something that may stand in a header, a log line or on a terminal.

Does not translate and does not escape for HTML.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable

from watcher.text import plain

LONGEST_REPLY = 300
"""Characters of a provider's words that are shown."""

LOOKED_AT = 4096
"""Characters of a provider's words that are looked at; every pattern and every search meets no more."""

_NO_MAILBOX = r"\s<>()\[\],;:\"'"
# Begins where a word begins and never gives back what it took: it reads every character once.
_MAILBOX = re.compile(rf"(?<![^{_NO_MAILBOX}])(?:[^{_NO_MAILBOX}@]*+@)++([^{_NO_MAILBOX}@]+)")
_SHORTEST_SECRET = 4
_PROMISE = re.compile("[;,] it will be tried again( when it says)?")


def one_line(text: str, *, secrets: Iterable[str] = ()) -> str:
    """Make a provider's words fit to be shown and logged.

    Args:
        text: What the provider said; of any length, the first `LOOKED_AT` characters count.
        secrets: What must not come back to us; also found in base64, the way SMTP log-ins are sent.

    Returns:
        One line of at most 300 characters, secrets shown as `…`, mailboxes as `…@domain`.
    """
    line = _MAILBOX.sub(r"…@\1", plain(_without(secrets, text)))
    return line if len(line) <= LONGEST_REPLY else line[: LONGEST_REPLY - 1] + "…"


def _without(secrets: Iterable[str], text: str) -> str:
    """Take secrets out of the beginning of a text, also one that the cut goes through."""
    spelled = [
        form
        for secret in secrets
        if len(secret) >= _SHORTEST_SECRET
        for form in (secret, base64.b64encode(secret.encode("utf-8", "surrogatepass")).decode())
    ]
    longest = max((len(form) for form in spelled), default=0)
    is_cut = len(text) > LOOKED_AT + longest
    text = text[: LOOKED_AT + longest]
    for form in spelled:
        text = text.replace(form, "…")
    # what the cut left of a secret stands at the very end and is shorter than the secret
    return text[: len(text) - longest] if is_cut and longest else text


def without_promise(text: str) -> str:
    """Take out of a failure's words that it will be tried again: for a message that was given up."""
    return _PROMISE.sub("", text)


def read_object(body: bytes) -> dict[str, object] | None:
    """Return the JSON object in a provider's answer, or None if it cannot be decoded.

    The text is foreign: nesting deeper than the interpreter allows, numbers of thousands of digits and bytes that are
    not UTF-8 cannot be decoded.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
