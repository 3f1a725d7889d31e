"""The kinds of fault met while sending one message or many."""

from __future__ import annotations

from watcher.context import MESSAGE_PART, REFUSALS_PART, SENDING_PART
from watcher.pipeline.fault_kinds.kind import REFUSED, WAITS, FaultKind, Origin

DELIVERY_KINDS = (
    FaultKind(
        shown="sending",
        concerns=f"{SENDING_PART}: ",
        what="a message could not be sent, for a reason that stands nowhere else",
        origin=Origin.DELIVERY,
        code="1",
        ends="a run that sends without a failure",
        meaning="Messages to recipients wait; none is lost.",
        advice="Run `watcher outbox list` to see what waits and why.",
        after="The messages that waited are being sent.",
    ),
    FaultKind(
        shown="messages by …",
        what="a channel refused several messages for their content or their size, or several were given up",
        origin=Origin.DELIVERY,
        ends="`watcher outbox retry` or `drop` for all of them",
        concerns=REFUSALS_PART,
        over="are settled",
        meaning="Several messages of this channel have not been received by their recipients. They are kept but not "
        "tried again. Messages of other channels are sent.",
        advice="Run `watcher outbox list` to see the provider's answers. When the cause is mended, send the messages "
        "again with `watcher outbox retry`, or give them up with `watcher outbox drop`.",
        after="The messages were delivered or dropped.",
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
        meaning="One message has not been accepted yet. It is tried again automatically for four days; all other "
        "messages are sent.",
        advice="Nothing at first. If it lasts, run `watcher outbox list`; it shows the provider's answer.",
        after="The message was delivered or dropped.",
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
        meaning="The provider refuses one message for its content or size, even as plain text. Its recipient has not "
        "received it. It is kept but not tried again; all other messages are sent.",
        advice="Run `watcher outbox list` to see the provider's answer. Then send the message again with `watcher "
        "outbox retry`, or give it up with `watcher outbox drop`.",
        after="The message was delivered or dropped.",
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
        meaning="One message was given up after all its tries. Its recipient has not received it; all other messages "
        "are sent.",
        advice="Run `watcher outbox list` to see why. Then send the message again with `watcher outbox retry`, or "
        "give it up with `watcher outbox drop`.",
        after="The message was taken up again or dropped.",
    ),
)
