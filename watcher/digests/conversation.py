"""Which conversation of a mail program a digest belongs to.

A digest of several trials belongs to the conversation of the one it leads with, and to no other: programs that read
a chain of references would take two conversations for one. The first message of a conversation is never sent; every
digest answers to its id. Gmail keeps only messages of one subject together, so the subject stays the same, too.

Source: RFC 5322, section 3.6.4, https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
"""

from __future__ import annotations

from dataclasses import dataclass

from watcher.config.config_model import Thread
from watcher.digests.model import Digest, Notification
from watcher.digests.stories import in_order, without_id
from watcher.rendering.escape import cut, plain

_MOST_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """A conversation.

    Attributes:
        key: What it is about, for the id of its first message.
        topic: Its subject.
    """

    key: str
    topic: str


def conversation_of(notification: Notification, thread: Thread) -> Conversation | None:
    """Return the conversation; None when there is none: everything but a digest stands alone."""
    if thread is Thread.NONE or not isinstance(notification, Digest):
        return None
    lead = in_order(notification.stories)[0]
    if thread is Thread.TRIAL:
        name = cut(without_id(plain(lead.short_name), lead.nct_id), _MOST_NAME)  # the same when a namesake comes
        return Conversation(key=f"trial {lead.nct_id}", topic=f"{lead.nct_id} {name}")
    watches = notification.watches.get(lead.nct_id, ()) or notification.reader.watches
    if not watches:
        return Conversation(key="trials", topic="Changes in your trials")
    return Conversation(key=f"watch {watches[0]}", topic=f"Changes in “{cut(plain(watches[0]), _MOST_NAME)}”")
