"""From what is to be told to finished messages.

Deterministic: the same values in, the same bytes out. Decides nothing about what changed, for whom or how loud.
"""

from __future__ import annotations

from dataclasses import dataclass

from watcher.digests.model import Medium, Occasion
from watcher.rendering.environment import TemplateNote, Templates
from watcher.rendering.message import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """Finished messages, and what the operator should hear about their making.

    Attributes:
        messages: In the order of sending; one, but for Slack up to three.
        notes: Overridden templates that failed and were replaced by the built-in ones; usually empty.
    """

    messages: tuple[Message, ...]
    notes: tuple[TemplateNote, ...] = ()


def compose(occasion: Occasion, *, channel: str, medium: Medium, domain: str, templates: Templates) -> Composed:
    """Make the messages that tell one reader on one channel.

    Args:
        occasion: What to tell.
        channel: Identity of the channel (`email`, `slack`, `folder`, or any stable name); goes into the Message-ID.
        medium: What that channel can show.
        domain: Right side of the Message-ID: the domain of the sender's address.
        templates: The words.

    Returns:
        The messages and notes. Same arguments, same bytes.

    Raises:
        RenderError: A built-in template failed: a bug.
    """
    raise NotImplementedError
