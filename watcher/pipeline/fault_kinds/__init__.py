"""The table of the kinds of fault: what each is called, means and leads to, while it lasts and when it is over.

Decides nothing about a single fault. `docs/operating.md` shows the same table; a test holds both together.
"""

from __future__ import annotations

import re

from watcher.pipeline.fault_kinds.delivery_kinds import DELIVERY_KINDS
from watcher.pipeline.fault_kinds.kind import REFUSED, REPORT_IT, WAITS, FaultKind, Origin
from watcher.pipeline.fault_kinds.own_kinds import OWN_KINDS
from watcher.pipeline.fault_kinds.registry_kinds import REGISTRY_KINDS
from watcher.store.delivery_model import Fault

__all__ = ["REFUSED", "REPORT_IT", "TABLE", "WAITS", "FaultKind", "Origin", "kind_of", "sentence", "title", "words_of"]

BUG = FaultKind(
    shown="any of them",
    concerns=f".*{REPORT_IT}$",
    what="the program tripped over it: a bug",
    code="70",
    ends="the same work done without tripping",
    meaning="A bug of the watcher stops this part; all others go on. Its work stays due and is tried again, so "
    "nothing is lost.",
    advice="Report the bug with the lines of the log. Nothing else has to be done.",
    after="Its work goes on; what waited is reported now.",
)

CHANNEL = FaultKind(
    shown="email, slack:…, webhook:…, … to NAME",
    told="the operator, by another channel",
    concerns="",
    what="a channel, or a recipient on it, does not take messages",
    origin=Origin.DELIVERY,
    code="1; 78 when a secret is missing",
    ends="a message taken; for a suspended one also a changed address or secret, or `watcher outbox retry`",
    meaning="Recipients reached this way get no messages for now; the messages wait and are not lost. All others "
    "get theirs.",
    advice="Check what is named here: the address, the log-in or the relay. The watcher keeps trying, and tries "
    "a changed setting at once; `watcher outbox retry` also tries at once.",
    after="The messages that waited are being sent.",
)

TABLE = (BUG, *REGISTRY_KINDS, *DELIVERY_KINDS, *OWN_KINDS, CHANNEL)
"""The first that fits counts; the last, of channels and addresses, always does."""


def kind_of(part: str, message: str = "") -> FaultKind:
    """Return the kind of fault a part has, also when the present one is a bug."""
    return next(words for words in TABLE[1:] if re.match(words.concerns, f"{part}: {message}"))


def words_of(fault: Fault) -> FaultKind:
    """Return how a fault is spoken of; a bug met on any part is spoken of as a bug."""
    said = f"{fault.part}: {fault.message}"
    return next(words for words in TABLE if re.match(words.concerns, said))


def title(fault: Fault, *, is_over: bool, is_worse: bool = False) -> str:
    """Return the beginning of a notice's subject; `since` and a time follow it."""
    words = words_of(fault)
    if is_over:
        return f"{_capital(fault.part)} {words.over}, after {words.during}"
    return f"{words.state.capitalize()}{', worse than before' if is_worse else ''}: {fault.part}"


def sentence(fault: Fault, *, is_over: bool) -> str:
    """Return what happens, or happened, as a sentence of its own."""
    end = "" if fault.message.endswith((".", "!", "?")) else "."
    if is_over:
        return f"{_capital(fault.part)} {words_of(fault).over}. What it was: {fault.message}{end}"
    return f"{_capital(fault.message)}{end}"


def _capital(text: str) -> str:
    """Begin with a capital, unless the first word is a name: of a file, a key, a line."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() else text
