"""What is said of a fault to the operator: while it lasts, and when it is over. Words only; decides nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from watcher.service.parts import (
    DIGEST_PART,
    ENDPOINT_PART,
    PAGE_TEMPLATE_PART,
    PAGES_PART,
    RECIPIENT_PART,
    REGISTRY_PART,
    STORED_PART,
    TEXTFILE_PART,
    WATCHLIST_PART,
)
from watcher.service.reload import CONFIG_PART
from watcher.store.telling import Fault

REPORT_IT = "please report it"
"""How the sentence of a fault ends that is a bug of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How one kind of fault is spoken of.

    Attributes:
        concerns: Which faults; matched against the beginning of `part: message`.
        during: What the part is meanwhile: `failing`, `being lost`.
        over: What is said of the part when it is over: `works again`.
        meaning: What it means for the readers.
        advice: What to do.
        after: What its end means for the readers.
    """

    concerns: str
    during: str = "failing"
    over: str = "works again"
    meaning: str
    advice: str
    after: str

    @property
    def state(self) -> str:
        """Give `during` as what the part is: `failing`, `lost`."""
        return self.during.removeprefix("being ")


_TABLE = (
    Words(
        concerns=f".*{REPORT_IT}$",
        meaning="The program tripped over this part; all others go on. What it has to do stays due and is tried again.",
        advice="Report it with the lines of the log; nothing has to be done here.",
        after="What waited for it is told now.",
    ),
    Words(
        concerns=REGISTRY_PART,
        over="answers again",
        meaning="Nothing new is read until the registry answers; what was read before stays, and nothing is told as "
        "changed. Readers get no news of their trials meanwhile, and no message about this.",
        advice="Usually it passes by itself. If it lasts, run `watcher doctor`: it says which way to the registry is "
        "open.",
        after="What changed meanwhile is told now, to each at their usual time.",
    ),
    Words(
        concerns=CONFIG_PART,
        during="being refused",
        over="is accepted",
        meaning="The watcher goes on with the configuration it had; what was changed since does not count yet.",
        advice="Correct what is named (`watcher check-config` names all of it), then reload again.",
        after="What was changed counts from now on.",
    ),
    Words(
        concerns=ENDPOINT_PART,
        over="is in order again",
        meaning="Monitors get no answer; readers do not notice.",
        advice="Free the address, or name another in [health] listen and reload.",
        after="Monitors are answered where [health] listen says.",
    ),
    Words(
        concerns=TEXTFILE_PART,
        over="is in order again",
        meaning="Monitors see the state of an earlier run; readers do not notice.",
        advice="Let the user of the runs write where [health] textfile says, or name another file.",
        after="Monitors see every run where [health] textfile says.",
    ),
    Words(
        concerns=f"{WATCHLIST_PART}: nothing is watched",
        during="being empty",
        over="names trials now",
        meaning="No trial is read, so there is no news for anybody. What was read before stays, and what waits to be "
        "sent goes out.",
        advice="Add trials with `watcher add NCT…`, or name them in a [[watch]].",
        after="They are read from now on; what a trial shows at first sight is where it begins, and no news.",
    ),
    Words(
        concerns=WATCHLIST_PART,
        over="is in order again",
        meaning="The lines named are not watched; all other trials are. While a whole file cannot be read, nobody is "
        "told anything, so that no change of a trial in it is passed over.",
        advice="Correct the lines, or put the file back; the next poll reads it again.",
        after="Every trial it names is watched.",
    ),
    Words(
        concerns="record ",
        during="being in doubt",
        over="is believed again",
        meaning="This trial's new state is kept aside and told to nobody until the registry shows the same in its next "
        "data version, or something sound again.",
        advice="Nothing, unless it lasts; look at the trial on ClinicalTrials.gov.",
        after="What changed in it is told like any other change.",
    ),
    Words(
        concerns=STORED_PART,
        during="being damaged",
        over="can be read again",
        meaning="This trial cannot be compared with its last version, so its changes are told to nobody. All other "
        "trials are read and told as ever; nothing is lost.",
        advice="Run `watcher db check`: it names all that is damaged. Then stop the watcher and put a backup in the "
        "place of the store: `watcher db restore FILE`. Look at the disk: bytes do not change by themselves.",
        after="What changed in it meanwhile is told like any other change.",
    ),
    Words(
        concerns="template ",
        over="is in order again",
        meaning="The built-in template stands in; readers get their messages.",
        advice="Correct the template of yours, or remove it.",
        after="Messages are made with it again, or with the built-in one if you removed yours.",
    ),
    Words(
        concerns=DIGEST_PART,
        over="is made again",
        meaning="This reader gets nothing until it is mended; nothing is lost.",
        advice="See the log; report it if it stays.",
        after="It tells everything since the last one.",
    ),
    Words(
        concerns=RECIPIENT_PART,
        during="being in question",
        over="is settled",
        meaning="Until it is settled this reader is a new one: told of what changes from now on, not of what the old "
        "name missed.",
        advice="Rename it in the store as said, before this reader gets news. If it is somebody else, do nothing.",
        after="It goes on from where the old name stood, or as a reader of its own; nothing is left to do.",
    ),
    Words(
        concerns="message ",
        during="being lost",
        over="is settled",
        meaning="This one message will not be sent again by itself.",
        advice="See it with `watcher outbox list`; send it again with `watcher outbox retry`, or let it go with "
        "`watcher outbox drop`.",
        after="It was taken up again, or let go.",
    ),
    Words(
        concerns=PAGE_TEMPLATE_PART,
        over="is in order again",
        meaning="The built-in template stands in; the pages and feeds are written and whole.",
        advice="Correct the template of yours in templates_dir, or remove it; `watcher templates check` tries it, and "
        "the next poll takes it up.",
        after="The pages are made with it again, or with the built-in one if you removed yours.",
    ),
    Words(
        concerns=PAGES_PART,
        over="are written again",
        meaning="Readers of the pages and feeds see the state before; messages are not touched.",
        advice="Look at the folder of [pages] dir: its disk, its permissions, and whether other files lie in it.",
        after="The pages show the present state.",
    ),
    Words(
        concerns="",
        meaning="Messages by this way wait and are not lost; other recipients are not touched.",
        advice="Mend the address, the log-in or the relay; a changed setting is tried at once, or use "
        "`watcher outbox retry`.",
        after="What waited is on its way.",
    ),
)
"""The first that fits counts; the last, of channels and addresses, always does."""


def words_of(fault: Fault) -> Words:
    """Give how a fault is spoken of."""
    said = f"{fault.part}: {fault.message}"
    return next(words for words in _TABLE if re.match(words.concerns, said))


def title(fault: Fault, *, is_over: bool) -> str:
    """Give the beginning of a notice's subject; `since` and a time follow it."""
    words = words_of(fault)
    if is_over:
        return f"{_capital(fault.part)} {words.over}, after {words.during}"
    return f"{words.state.capitalize()}: {fault.part}"


def sentence(fault: Fault, *, is_over: bool) -> str:
    """Give what happens, or happened, as a sentence of its own."""
    end = "" if fault.message.endswith((".", "!", "?")) else "."
    if is_over:
        return f"{_capital(fault.part)} {words_of(fault).over}. What it was: {fault.message}{end}"
    return f"{_capital(fault.message)}{end}"


def _capital(text: str) -> str:
    """Begin with a capital, unless the first word is a name: of a file, a key, a line."""
    first = text.partition(" ")[0]
    return text[:1].upper() + text[1:] if first.isalpha() else text
