"""Cleans a provider's words for headers, log lines and terminals, and decodes its JSON.

Does not escape for HTML.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable

from watcher.text import plain

LONGEST_REPLY = 300
"""Most characters shown of a reply."""

LOOKED_AT = 4096
"""Most characters read of a reply; no pattern or search sees more."""

_NO_MAILBOX = r"\s<>()\[\],;:\"'"
# Starts at the start of a word and never backtracks: it reads every character once.
_MAILBOX = re.compile(rf"(?<![^{_NO_MAILBOX}])(?:[^{_NO_MAILBOX}@]*+@)++([^{_NO_MAILBOX}@]+)")
_SHORTEST_SECRET = 4
_PROMISE = re.compile("[;,] it will be tried again( when it says)?")


def one_line(text: str, *, secrets: Iterable[str] = ()) -> str:
    """Return a provider's reply as one safe line.

    Args:
        text: The reply, of any length; only the first `LOOKED_AT` characters are read.
        secrets: Texts to mask, also where they appear in base64, as in SMTP log-ins.

    Returns:
        One line of at most 300 characters; secrets are shown as `…`, mailboxes as `…@domain`.
    """
    line = _MAILBOX.sub(r"…@\1", plain(_without(secrets, text)))
    return line if len(line) <= LONGEST_REPLY else line[: LONGEST_REPLY - 1] + "…"


def _without(secrets: Iterable[str], text: str) -> str:
    """Mask secrets in the start of a text, also a secret that the cut splits."""
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
    # the rest of a split secret is at the very end and shorter than the secret
    return text[: len(text) - longest] if is_cut and longest else text


def without_promise(text: str) -> str:
    """Remove the promise of a retry from an error text, for a message that was given up."""
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
