"""The kinds of fault that come from the registry."""

from __future__ import annotations

from watcher.context import DATA_PART, ID_PART, MISSING_PART, POLL_PART, RECORD_PART, REGISTRY_PART, UNASKED_PART
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
        meaning="The registry shows an older state than the one that was read before. Nothing of it is stored or told; "
        "what is known stays. News of the trials waits until the registry is back.",
        advice="Usually it passes by itself within a day. If base_url in [registry] names a copy of the registry, look "
        "at the copy.",
        after="What changed meanwhile is told like any other change.",
    ),
    FaultKind(
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
    FaultKind(
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
        meaning="There is nothing to read under this id. Its recipients are told that the registry does not have it.",
        advice="Check the id for a typing error and correct or remove it. A trial that is not public yet is read as "
        "soon as the registry shows it.",
        after="It is read from now on, or is no longer watched.",
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
        meaning="This trial cannot be asked for; all others are.",
        advice="Check the id; if it is right, look at the trial on ClinicalTrials.gov.",
        after="It is read from now on, or is no longer watched.",
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
        meaning="The registry's record of this trial cannot be decoded. The trial stays as it was read last and is "
        "asked for again at every poll; all others are read.",
        advice="Nothing, unless it lasts; look at the trial on ClinicalTrials.gov.",
        after="What changed in it meanwhile is told like any other change.",
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
        meaning="This trial's new state is kept aside and told to nobody until the registry shows the same in its next "
        "data version, or something sound again.",
        advice="Nothing, unless it lasts; look at the trial on ClinicalTrials.gov.",
        after="What changed in it is told like any other change.",
    ),
)
