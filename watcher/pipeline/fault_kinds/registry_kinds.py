"""The kinds of fault that come from the registry."""

from __future__ import annotations

from watcher.context import (
    DATA_PART,
    ID_PART,
    MISSING_PART,
    POLL_PART,
    RECORD_PART,
    REGISTRY_PART,
    SEARCH_PART,
    UNASKED_PART,
    UNREADABLE_PART,
)
from watcher.pipeline.fault_kinds.kind import FaultKind, Origin

REGISTRY_KINDS = (
    FaultKind(
        shown="registry data",
        concerns=DATA_PART,
        what="all that the registry sends is older than what was read before",
        origin=Origin.REGISTRY,
        code="69",
        ends="an answer that is up to date",
        during="being out of date",
        over="is up to date again",
        meaning="The registry shows an older state than the one read before. It is not stored, and nothing of it is "
        "reported. Recipients get no news of their trials until the registry is up to date; then they get "
        "all of it.",
        advice="Nothing at first: it usually ends by itself within a day. If base_url in [registry] names a copy of "
        "the registry, check whether the copy is kept up to date.",
        after="Changes that were made meanwhile are reported like all others.",
    ),
    FaultKind(
        shown="registry records",
        concerns=UNREADABLE_PART,
        what="all records of the registry, or more than three at once, cannot be decoded",
        origin=Origin.REGISTRY,
        code="1; 69 when nothing was read",
        ends="all of them read, but for those that have a fault of their own",
        during="being unreadable",
        over="can be read again",
        meaning="Recipients get no news of these trials: what the registry sends for them cannot be decoded. They "
        "keep their last state and are requested again at every poll.",
        advice="Nothing at first: it usually ends by itself. If it lasts for hours, run `watcher doctor`, and check "
        "whether a proxy changes the answers.",
        after="Changes that were made meanwhile are reported now, to each recipient at their usual time.",
    ),
    FaultKind(
        shown="registry",
        concerns=REGISTRY_PART,
        what="the registry does not answer, refuses us, or answers what cannot be believed",
        origin=Origin.REGISTRY,
        code="69; 1 when some of it was read",
        ends="a poll that is answered",
        over="answers again",
        meaning="No trial is read until the registry answers. Recipients get no news of their trials meanwhile and "
        "are not told about this; nothing is lost.",
        advice="Nothing at first: it usually ends by itself. If it lasts for hours, run `watcher doctor`; it tries "
        "each way to the registry and names the likely cause.",
        after="Changes that were made meanwhile are reported now, to each recipient at their usual time.",
    ),
    FaultKind(
        shown="poll",
        concerns=f"{POLL_PART}: ",
        what="a poll did not read everything it asked for",
        origin=Origin.REGISTRY,
        code="1",
        ends="a poll that reads everything",
        during="being incomplete",
        over="is complete again",
        meaning="Changes of the trials that were read are reported. Those that were not read keep their last state "
        "and are requested again at the next poll; their changes are reported then.",
        advice="Nothing at first: it usually ends by itself. If it lasts, run `watcher doctor`, and look up the "
        "trials named here on ClinicalTrials.gov.",
        after="Changes that were made meanwhile are reported now, to each recipient at their usual time.",
    ),
    FaultKind(
        shown="unasked records",
        concerns=UNASKED_PART,
        what="the registry sent records that nobody asked for",
        origin=Origin.REGISTRY,
        code="1",
        ends="an answer without them",
        during="being sent",
        over="are no longer sent",
        meaning="The records that nobody asked for are dropped; those that were asked for count.",
        advice="Usually it passes by itself. If base_url in [registry] names a copy of the registry, look at the copy.",
        after="The registry answers what it is asked again.",
    ),
    FaultKind(
        shown="search …",
        concerns=SEARCH_PART,
        what="a search is refused, matches more than max_trials, or gives an answer that is not believed",
        origin=Origin.REGISTRY,
        is_single=True,
        code="1",
        ends="an answer to the search that is believed, or its removal from the watch",
        meaning="The trials the search matched before stay watched, and their changes are reported. Which trials "
        "entered or left it is not known for now. All other watches are read.",
        advice="If the registry refuses the search or it matches too many trials, change it in its [[watch]]. "
        "Otherwise nothing at first: it is asked again at the next poll.",
        after="Trials that entered or left meanwhile are reported now, to each recipient at their usual time.",
    ),
    FaultKind(
        shown="missing trials (many)",
        concerns=f"{MISSING_PART}: .* at once",
        what="the registry left out more trials at once than is believed",
        origin=Origin.REGISTRY,
        code="1; 69 when it left out all",
        ends="the trials read again, or the next data version",
        during="being absent",
        over="are all accounted for",
        meaning="Recipients hear nothing of this: it is more likely a mistake of the registry than that so many trials "
        "are gone. Trials that are still missing in the next data version are reported to them as gone.",
        advice="Look up one of the trials on ClinicalTrials.gov. If it is there, and base_url in [registry] names a "
        "copy of the registry, check the copy.",
        after="They were read again, or the registry still does not have them in its next data version: those that "
        "were read before are reported as gone, an id that was never read has a fault of its own.",
    ),
    FaultKind(
        shown="missing trials",
        concerns=MISSING_PART,
        what="the registry left trials out of its answer",
        origin=Origin.REGISTRY,
        is_single=True,
        ends="the trials read again, or the next data version",
        during="being absent",
        over="are all accounted for",
        meaning="Recipients hear nothing of this yet. A trial that is still missing in the next data version is "
        "reported to them as gone; an id that was never read, as one the registry does not have.",
        advice="Nothing at first. If it lasts, look up one of the trials on ClinicalTrials.gov.",
        after="They were read again, or the registry still does not have them in its next data version: those that "
        "were read before are reported as gone, an id that was never read has a fault of its own.",
    ),
    FaultKind(
        shown="id NCT…",
        concerns=f"{ID_PART}.*has no ",
        what="the registry does not have this id in two data versions",
        origin=Origin.REGISTRY,
        is_single=True,
        ends="a record under this id, or its removal from the watchlist",
        told="the operator; recipients in the footer of their messages",
        during="being unknown",
        over="is settled",
        meaning="There is no trial to read under this id. The messages of its recipients say so at their end.",
        advice="Check the id for a typing error, and correct or remove it in the watchlist. A trial that is not "
        "public yet will be read as soon as the registry shows it.",
        after="The trial is read from now on, or is no longer watched.",
    ),
    FaultKind(
        shown="id NCT…",
        concerns=ID_PART,
        what="the registry refuses to be asked for this id",
        origin=Origin.REGISTRY,
        is_single=True,
        ends="an answer under this id, or its removal from the watchlist",
        during="being refused",
        over="is settled",
        meaning="This trial is not read, so its recipients get no news of it. All other trials are read.",
        advice="Check the id. If it is right, look up the trial on ClinicalTrials.gov.",
        after="The trial is read from now on, or is no longer watched.",
    ),
    FaultKind(
        shown="record NCT…",
        concerns=f"{RECORD_PART}.* cannot be read: ",
        what="the registry's record of one trial cannot be decoded",
        origin=Origin.REGISTRY,
        is_single=True,
        code="1; 69 when nothing else was read",
        ends="a record that can be decoded",
        during="being unreadable",
        over="can be read again",
        meaning="Recipients get no news of this trial: its record cannot be decoded. It keeps its last state and is "
        "requested again at every poll. All other trials are read.",
        advice="Nothing at first. If it lasts, look up the trial on ClinicalTrials.gov.",
        after="Changes that were made to it meanwhile are reported like all others.",
    ),
    FaultKind(
        shown="record NCT…",
        concerns=f"{RECORD_PART}.* is out of date",
        what="the registry's record of one trial is older than the one read before, or than its data in four polls",
        told="the operator, when it lasts an hour",
        origin=Origin.REGISTRY,
        is_single=True,
        ends="a record that is up to date",
        during="being out of date",
        over="is up to date again",
        meaning="The registry shows an older state of this trial. What was read before stays; what changed since is "
        "not known yet. All others are read.",
        advice="Nothing, unless it lasts; look at the trial on ClinicalTrials.gov.",
        after="What changed in it meanwhile is told like any other change.",
    ),
    FaultKind(
        shown="record NCT…",
        concerns=RECORD_PART,
        what="the registry's answer for one trial is not believed",
        origin=Origin.REGISTRY,
        is_single=True,
        ends="a believable answer, or the same one in the next data version",
        during="being in doubt",
        over="is believed again",
        meaning="Recipients hear nothing of this trial's new state yet. It is set aside until the registry shows the "
        "same in its next data version, or a plausible record again.",
        advice="Nothing at first. If it lasts, look up the trial on ClinicalTrials.gov.",
        after="Its changes are reported like all others.",
    ),
)
