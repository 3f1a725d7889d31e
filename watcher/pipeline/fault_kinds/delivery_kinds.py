"""The kinds of fault met while sending one message or many."""

from __future__ import annotations

from watcher.context import MESSAGE_PART, SENDING_PART
from watcher.pipeline.fault_kinds.kind import REFUSED, WAITS, FaultKind, Origin

DELIVERY_KINDS = (
    FaultKind(
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
    FaultKind(
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
    FaultKind(
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
    FaultKind(
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
)
