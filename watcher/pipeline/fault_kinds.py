"""The one table of the kinds of fault: what each is called, means and leads to, while it lasts and when it is over.

Decides nothing about a single fault. `docs/operating.md` shows the same table; a test holds both together.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from watcher.context import (
    CONFIG_PART,
    DATA_PART,
    DIGEST_PART,
    ENDPOINT_PART,
    ID_PART,
    JOB_PART,
    MESSAGE_PART,
    MISSING_PART,
    PAGE_TEMPLATE_PART,
    PAGES_PART,
    POLL_PART,
    RECIPIENT_PART,
    RECORD_PART,
    REGISTRY_PART,
    REMOVED_PART,
    RUN_PART,
    SENDING_PART,
    STORED_PART,
    TEXTFILE_PART,
    WATCHLIST_PART,
)
from watcher.store.delivery_model import Fault

WAITS = "waiting for another try:"
"""How the sentence of a message begins that is tried again by itself."""
REFUSED = "refused for its content:"
"""How the sentence of a message begins that its provider refused for good."""
REPORT_IT = "please report it"
"""How the sentence of a fault ends that is a bug of ours."""


class Origin(StrEnum):
    """Where a kind of fault comes from."""

    REGISTRY = "registry"
    DELIVERY = "delivery"
    HERE = "here"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One kind of fault.

    Attributes:
        shown: What its part is called in `status`, for the documentation; `…` stands for a name.
        concerns: Which faults; matched against the beginning of `part: message`.
        what: What has happened, a few words for the documentation.
        origin: Where it comes from.
        is_single: Whether it concerns one trial, message or recipient only; else the watcher is not ready.
        code: What `run --once` ends with when it finds this fault; while any fault stands, with 1 at least.
        ends: What ends it, for the documentation.
        told: Who is told, for the documentation.
        during: What the part is meanwhile: `failing`, `being lost`.
        over: What is said of the part when it is over: `works again`.
        meaning: What it means for the readers.
        advice: What to do.
        after: What its end means for the readers.
    """

    shown: str
    concerns: str
    what: str
    origin: Origin = Origin.HERE
    is_single: bool = False
    code: str = "1"
    ends: str
    told: str = "the operator"
    during: str = "failing"
    over: str = "works again"
    meaning: str
    advice: str
    after: str

    @property
    def state(self) -> str:
        """Return `during` as what the part is: `failing`, `lost`."""
        return self.during.removeprefix("being ")


TABLE = (
    Words(
        shown="any of them",
        concerns=f".*{REPORT_IT}$",
        what="the program tripped over it: a bug",
        code="70",
        ends="the same work done without tripping",
        meaning="The program tripped over this part; all others go on. What it has to do stays due and is tried again.",
        advice="Report it with the lines of the log; nothing has to be done here.",
        after="What waited for it is told now.",
    ),
    Words(
        shown="registry data",
        concerns=DATA_PART,
        what="all that the registry sends is older than what was read before",
        origin=Origin.REGISTRY,
        code="69",
        ends="an answer that is up to date",
        during="being out of date",
        over="is up to date again",
        meaning="The registry shows an older state than the one that was read before. Nothing of it is stored or told; "
        "what is known stays. News of the trials waits until the registry is back.",
        advice="Usually it passes by itself within a day. If base_url in [registry] names a copy of the registry, look "
        "at the copy.",
        after="What changed meanwhile is told like any other change.",
    ),
    Words(
        shown="registry",
        concerns=REGISTRY_PART,
        what="the registry does not answer, refuses us, or answers what cannot be believed",
        origin=Origin.REGISTRY,
        code="69; 1 when some of it was read",
        ends="a poll that is answered",
        over="answers again",
        meaning="Nothing new is read until the registry answers; what was read before stays, and nothing is told as "
        "changed. Readers get no news of their trials meanwhile, and no message about this.",
        advice="Usually it passes by itself. If it lasts, run `watcher doctor`: it says which way to the registry is "
        "open.",
        after="What changed meanwhile is told now, to each at their usual time.",
    ),
    Words(
        shown="poll",
        concerns=f"{POLL_PART}: ",
        what="a poll did not read everything it asked for",
        origin=Origin.REGISTRY,
        code="1",
        ends="a poll that reads everything",
        during="being incomplete",
        over="is complete again",
        meaning="What was read counts. The trials that were not read keep their last state and are asked for again at "
        "the next poll; nothing of theirs is told as changed.",
        advice="Usually it passes by itself. If it lasts, run `watcher doctor`, and look at the trials named on "
        "ClinicalTrials.gov.",
        after="What changed meanwhile is told now, to each at their usual time.",
    ),
    Words(
        shown="sending",
        concerns=f"{SENDING_PART}: ",
        what="a message could not be sent, for a reason that stands nowhere else",
        origin=Origin.DELIVERY,
        code="1",
        ends="a run that sends without a failure",
        meaning="The messages wait and are not lost.",
        advice="See them with `watcher outbox list`.",
        after="What waited is on its way.",
    ),
    Words(
        shown="job …",
        concerns=JOB_PART,
        what="a job of the daemon broke off: the store could not be written",
        code="1",
        ends="the same job done, or any run after it",
        meaning="What the job has to do stays due and is tried again; nothing is lost.",
        advice="Look at the disk of the state folder: its room, its permissions; the log says more.",
        after="What waited is done now.",
    ),
    Words(
        shown="run",
        concerns=f"{RUN_PART}: ",
        what="a run broke off",
        code="70 or 74",
        ends="a run that comes to its end",
        meaning="What the run has to do stays due and is tried again by the next one; nothing is lost.",
        advice="See the lines it left; report them if the next run breaks off too.",
        after="What waited is done now.",
    ),
    Words(
        shown="configuration",
        concerns=CONFIG_PART,
        what="a changed configuration was refused at reload",
        is_single=True,
        ends="a reload or start with one that is right",
        during="being refused",
        over="is accepted",
        meaning="The watcher goes on with the configuration it had; what was changed since does not count yet.",
        advice="Correct what is named (`watcher check-config` names all of it), then reload again.",
        after="What was changed counts from now on.",
    ),
    Words(
        shown="health endpoint",
        concerns=ENDPOINT_PART,
        what="the address of [health] listen cannot be listened at",
        ends="a reload or start that can listen",
        over="is in order again",
        meaning="Monitors get no answer; readers do not notice.",
        advice="Free the address, or name another in [health] listen and reload.",
        after="Monitors are answered where [health] listen says.",
    ),
    Words(
        shown="health textfile",
        concerns=TEXTFILE_PART,
        what="the file of [health] textfile cannot be written",
        ends="a run that writes it",
        over="is in order again",
        meaning="Monitors see the state of an earlier run; readers do not notice.",
        advice="Let the user of the runs write where [health] textfile says, or name another file.",
        after="Monitors see every run where [health] textfile says.",
    ),
    Words(
        shown="watchlist: nothing is watched",
        concerns=f"{WATCHLIST_PART}: nothing is watched",
        what="no trial is watched",
        code="78",
        ends="a trial added",
        during="being empty",
        over="names trials now",
        meaning="No trial is read, so there is no news for anybody. What was read before stays, and what waits to be "
        "sent goes out.",
        advice="Add trials with `watcher add NCT…`, or name them in a [[watch]].",
        after="They are read from now on; what a trial shows at first sight is where it begins, and no news.",
    ),
    Words(
        shown="watchlist",
        concerns=WATCHLIST_PART,
        what="a watchlist cannot be read, or has lines that name no trial",
        ends="all of it read without a bad line",
        over="is in order again",
        meaning="The lines named are not watched; all other trials are. While a whole file cannot be read, nobody is "
        "told anything, so that no change of a trial in it is passed over.",
        advice="Correct the lines, or put the file back; the next poll reads it again.",
        after="Every trial it names is watched.",
    ),
    Words(
        shown="missing trials",
        concerns=MISSING_PART,
        what="the registry left trials out of its answer",
        origin=Origin.REGISTRY,
        is_single=True,
        code="1; 69 when it left out all",
        ends="the trials read again, or the next data version",
        during="being absent",
        over="are all accounted for",
        meaning="Nothing is told of these trials yet. What is absent in a second data version is told as gone or, if "
        "it was never read, as an id that the registry does not have.",
        advice="Nothing, unless it lasts; look at one of the trials on ClinicalTrials.gov.",
        after="They were read again, or their absence is confirmed.",
    ),
    Words(
        shown="id NCT…",
        concerns=f"{ID_PART}.*has no ",
        what="the registry does not have this id in two data versions",
        origin=Origin.REGISTRY,
        is_single=True,
        ends="a record under this id, or its removal from the watchlist",
        told="the operator; recipients in the footer of their messages",
        during="being unknown",
        over="is settled",
        meaning="There is nothing to read under this id. Its recipients are told that the registry does not have it.",
        advice="Check the id for a typing error and correct or remove it. A trial that is not public yet is read as "
        "soon as the registry shows it.",
        after="It is read from now on, or is no longer watched.",
    ),
    Words(
        shown="id NCT…",
        concerns=ID_PART,
        what="the registry refuses to be asked for this id",
        origin=Origin.REGISTRY,
        is_single=True,
        ends="an answer under this id, or its removal from the watchlist",
        during="being refused",
        over="is settled",
        meaning="This trial cannot be asked for; all others are.",
        advice="Check the id; if it is right, look at the trial on ClinicalTrials.gov.",
        after="It is read from now on, or is no longer watched.",
    ),
    Words(
        shown="record NCT…",
        concerns=f"{RECORD_PART}.* is of no use",
        what="the registry's record of one trial cannot be decoded",
        origin=Origin.REGISTRY,
        is_single=True,
        code="1; 69 when nothing else was read",
        ends="a record that can be decoded",
        during="being unreadable",
        over="can be read again",
        meaning="The registry's record of this trial cannot be decoded. The trial stays as it was read last and is "
        "asked for again at every poll; all others are read.",
        advice="Nothing, unless it lasts; look at the trial on ClinicalTrials.gov.",
        after="What changed in it meanwhile is told like any other change.",
    ),
    Words(
        shown="record NCT…",
        concerns=RECORD_PART,
        what="the registry's answer for one trial is not believed",
        origin=Origin.REGISTRY,
        is_single=True,
        ends="a believable answer, or the same one in the next data version",
        during="being in doubt",
        over="is believed again",
        meaning="This trial's new state is kept aside and told to nobody until the registry shows the same in its next "
        "data version, or something sound again.",
        advice="Nothing, unless it lasts; look at the trial on ClinicalTrials.gov.",
        after="What changed in it is told like any other change.",
    ),
    Words(
        shown="stored record …",
        concerns=STORED_PART,
        what="the last kept version of one trial cannot be read back: the store is damaged",
        is_single=True,
        code="74",
        ends="a version that can be read, after `watcher db restore`",
        during="being damaged",
        over="can be read again",
        meaning="This trial cannot be compared with its last version, so its changes are told to nobody. All other "
        "trials are read and told as ever; nothing is lost.",
        advice="Run `watcher db check`: it names all that is damaged. Then stop the watcher and put a backup in the "
        "place of the store: `watcher db restore FILE`. Look at the disk: bytes do not change by themselves.",
        after="What changed in it meanwhile is told like any other change.",
    ),
    Words(
        shown="template …",
        concerns="template ",
        what="a template of the operator's own failed in a message",
        is_single=True,
        ends="a message made with it, or its removal",
        over="is in order again",
        meaning="The built-in template stands in; readers get their messages.",
        advice="Correct the template of yours, or remove it.",
        after="Messages are made with it again, or with the built-in one if you removed yours.",
    ),
    Words(
        shown="digest for …",
        concerns=DIGEST_PART,
        what="a digest could not be made",
        is_single=True,
        ends="the digest made",
        over="is made again",
        meaning="This reader gets nothing until it is mended; nothing is lost.",
        advice="See the log; report it if it stays.",
        after="It tells everything since the last one.",
    ),
    Words(
        shown="messages for …",
        concerns=REMOVED_PART,
        what="messages wait for a recipient who is no longer in the configuration",
        is_single=True,
        ends="the recipient is back, the messages are dropped, or 30 days",
        during="waiting",
        over="are settled",
        meaning="They are kept for 30 days, in case the recipient comes back; nobody else gets them.",
        advice="If the recipient has another name now, stop the watcher and run `watcher db rename-recipient`. If they "
        "are gone for good, let the messages go: `watcher outbox drop`.",
        after="They were sent, let go, or given up after 30 days.",
    ),
    Words(
        shown="recipient …",
        concerns=RECIPIENT_PART,
        what="a new recipient has the address of one who is gone",
        ends="`watcher db rename-recipient`, or the first news for the new one",
        during="being in question",
        over="is settled",
        meaning="Until it is settled this reader is a new one: told of what changes from now on, not of what the old "
        "name missed.",
        advice="Rename it in the store as said, before this reader gets news. If it is somebody else, do nothing.",
        after="It goes on from where the old name stood, or as a reader of its own; nothing is left to do.",
    ),
    Words(
        shown="message … (waits)",
        what="one message was not taken and is tried again",
        told="the operator, when it lasts an hour",
        origin=Origin.DELIVERY,
        is_single=True,
        ends="its delivery, or `watcher outbox drop`",
        concerns=f"{MESSAGE_PART}\\d+: {WAITS} ",
        during="waiting",
        over="is settled",
        meaning="This one message was not taken and is tried again by itself for four days; all others go on.",
        advice="Nothing, unless it lasts; `watcher outbox list` shows what the provider says.",
        after="It was delivered, or let go.",
    ),
    Words(
        shown="message … (refused)",
        what="one message was refused for its content or its size",
        origin=Origin.DELIVERY,
        is_single=True,
        ends="`watcher outbox retry` or `drop`",
        concerns=f"{MESSAGE_PART}\\d+: {REFUSED} ",
        during="being refused",
        over="is settled",
        meaning="The provider refuses this one message for its content, its form or its size, in its plainest form, "
        "too. It is kept and not sent again by itself; all others go on.",
        advice="See what the provider says with `watcher outbox list`. Send it again with `watcher outbox retry` when "
        "the provider would take it now, or let it go with `watcher outbox drop`.",
        after="It was delivered, or let go.",
    ),
    Words(
        shown="message …",
        concerns="message ",
        what="one message was given up",
        origin=Origin.DELIVERY,
        is_single=True,
        ends="`watcher outbox retry` or `drop`",
        during="being lost",
        over="is settled",
        meaning="This one message will not be sent again by itself.",
        advice="See it with `watcher outbox list`; send it again with `watcher outbox retry`, or let it go with "
        "`watcher outbox drop`.",
        after="It was taken up again, or let go.",
    ),
    Words(
        shown="page template …",
        concerns=PAGE_TEMPLATE_PART,
        what="a template of the operator's own failed in a page",
        is_single=True,
        ends="pages made with it, or its removal",
        over="is in order again",
        meaning="The built-in template stands in; the pages and feeds are written and whole.",
        advice="Correct the template of yours in templates_dir, or remove it; `watcher templates check` tries it, and "
        "the next poll takes it up.",
        after="The pages are made with it again, or with the built-in one if you removed yours.",
    ),
    Words(
        shown="pages",
        concerns=PAGES_PART,
        what="the pages cannot be written",
        ends="the pages written",
        over="are written again",
        meaning="Readers of the pages and feeds see the state before; messages are not touched.",
        advice="Look at the folder of [pages] dir: its disk, its permissions, and whether other files lie in it.",
        after="The pages show the present state.",
    ),
    Words(
        shown="email, slack:…, webhook:…, … to NAME",
        told="the operator, by another channel",
        concerns="",
        what="a channel, or a recipient on it, does not take messages",
        origin=Origin.DELIVERY,
        code="1; 78 when a secret is missing",
        ends="a message taken; for a suspended one also a changed address or secret, or `watcher outbox retry`",
        meaning="Messages by this way wait and are not lost; all other ways go on.",
        advice="Mend what is named: the address, the log-in or the relay; a changed setting is tried at once. What "
        "passes by itself is tried again by itself; `watcher outbox retry` tries at once.",
        after="What waited is on its way.",
    ),
)
"""The first that fits counts; the last, of channels and addresses, always does."""


def kind_of(part: str) -> Words:
    """Return the kind of fault a part has, also when the present one is a bug."""
    return next(words for words in TABLE[1:] if re.match(words.concerns, f"{part}: "))


def words_of(fault: Fault) -> Words:
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
