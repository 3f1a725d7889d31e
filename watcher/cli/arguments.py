"""Arguments that several commands share: ids, spans, levels and names of recipients."""

from __future__ import annotations

import re
from datetime import timedelta
from difflib import get_close_matches

from watcher.config.config_model import RecipientConfig
from watcher.config.load import Loaded
from watcher.config.watchlist_line import id_text
from watcher.errors import UsageError
from watcher.nct_id import is_nct_id
from watcher.text import without_unseen

LEVELS = ("critical", "major", "minor", "noise")


def checked_id(text: str) -> str:
    """Return an id in its one spelling.

    Raises:
        UsageError: It is malformed.
    """
    text = without_unseen(text).strip().upper()
    if not is_nct_id(text):
        raise UsageError(id_text(text))
    return text


def parse_span(text: str) -> timedelta:
    """Read `12h`, `30d`, `8w`.

    Raises:
        UsageError: Any other text.
    """
    match = re.fullmatch(r"(\d{1,5})\s*([hdw])", text.strip(), re.ASCII)
    if match is None:
        raise UsageError(f'"{text}" is not a time span; write a number and h, d or w, such as 30d')
    return int(match[1]) * {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}[match[2]]


def never_read(nct_id: str) -> UsageError:
    """Return the error of a trial that no poll has read yet."""
    return UsageError(f"{nct_id} was never read; add it with `watcher add {nct_id}` and run a poll")


def known_recipient(loaded: Loaded, name: str) -> RecipientConfig:
    """Return a recipient by name.

    Raises:
        UsageError: There is none of that name; names the nearest.
    """
    for recipient in loaded.config.recipient:
        if recipient.name == name:
            return recipient
    names = [recipient.name for recipient in loaded.config.recipient]
    close = get_close_matches(name, names, n=1)
    hint = f'; did you mean "{close[0]}"?' if close else f"; there are: {', '.join(names) or 'none'}"
    raise UsageError(f'{loaded.path}: no recipient is named "{name}"{hint}')
