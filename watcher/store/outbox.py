"""Messages on their way, and the channels that hold them up.

States: pending → sending → delivered | pending | unknown | dead; unknown → sending → delivered | pending | dead.
Does not send, and does not decide when to try again or to give up: it makes such decisions durable.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from watcher.store.database import Database
from watcher.store.telling import Claim, Entry, NewMessage, Recovered, State, Step, Suspension

PUSHED_ASIDE = timedelta(minutes=30)
"""How long a message waits whose sending ended the program twice, so that the others go first."""


class Outbox:
    """The outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, messages: Collection[NewMessage], now: datetime) -> tuple[int, ...]:
        """Put in messages that follow from no cursor (a test, a notice without a fault); due at once.

        Returns:
            Their numbers, in their order.

        Raises:
            ValueError: A Message-ID exists already; nothing is stored.
        """
        raise NotImplementedError

    def due_channels(self, now: datetime) -> tuple[str, ...]:
        """Give the keys of channels with something to claim now, sorted; suspended ones are left out."""
        raise NotImplementedError

    def next_due(self) -> datetime | None:
        """Give when the next waiting message is due, or None when none waits; suspended ones do not count."""
        raise NotImplementedError

    def claim(self, channel: str, now: datetime) -> Claim | None:
        """Take the oldest due message of a channel for sending; the try is counted before it begins.

        Args:
            channel: Channel key.
            now: The time.

        Returns:
            The message, now `sending`; None when nothing is due, one is in flight, or the channel is suspended.
        """
        raise NotImplementedError

    def step(self, message: int, step: Step) -> None:
        """Write down how far the present try has come, before going further.

        Raises:
            ValueError: The message is not in sending.
        """
        raise NotImplementedError

    def delivered(self, message: int, reply: str, now: datetime) -> None:
        """Note that the provider accepted a message for its recipient.

        Raises:
            ValueError: The message is not in sending.
        """
        raise NotImplementedError

    def retry_at(self, message: int, when: datetime, reply: str, *, refund: bool = False) -> None:
        """Note that the provider did not take a message and when to try again.

        Args:
            message: Its number.
            when: When to try again.
            reply: What the provider said.
            refund: The try does not count (the channel failed before this message was concerned).

        Raises:
            ValueError: The message is not in sending.
        """
        raise NotImplementedError

    def mark_unknown(self, message: int, when: datetime, reply: str, now: datetime) -> State:
        """Note that everything was handed over and no readable answer came.

        Args:
            message: Its number.
            when: When to send it once more.
            reply: What happened.
            now: The time.

        Returns:
            UNKNOWN the first time; DEAD the second.

        Raises:
            ValueError: The message is not in sending.
        """
        raise NotImplementedError

    def dead(self, message: int, reason: str, now: datetime) -> None:
        """Give up on a message in whatever state it waits or is sent.

        Raises:
            ValueError: The message is delivered or dead already, or does not exist.
        """
        raise NotImplementedError

    def recover(self, now: datetime, *, aside: timedelta = PUSHED_ASIDE) -> Recovered:
        """Settle what a run that ended in mid-send left behind; under the run lock, before anything is claimed.

        Rows whose body may have been handed over become unknown, due at once for one more try, dead the second time.
        The others are due again at once. A message during whose sending the program ended twice or more waits for
        `aside`, so that it cannot hold up the others.

        Returns:
            What became of them; empty tuples when nothing was in mid-send.
        """
        raise NotImplementedError

    def retire(self, known: Collection[tuple[str, str]], now: datetime) -> tuple[Entry, ...]:
        """Give up on waiting messages of recipients, or channels of theirs, that are no longer configured.

        Args:
            known: The configured pairs of recipient and channel key.
            now: The time.

        Returns:
            The messages now dead with the reply `not configured`, oldest first.
        """
        raise NotImplementedError

    def suspend(self, suspension: Suspension) -> None:
        """Hold a channel, or one recipient's address on it; its messages wait. Replaces an older suspension."""
        raise NotImplementedError

    def resume(self, channel: str, now: datetime, *, recipient: str | None = None) -> bool:
        """End a suspension; what waited under it is due at once.

        Returns:
            Whether there was one.
        """
        raise NotImplementedError

    def suspensions(self) -> tuple[Suspension, ...]:
        """Give what is suspended, by channel and recipient."""
        raise NotImplementedError

    def list(
        self, *, states: Collection[State] = (), recipient: str | None = None, channel: str | None = None
    ) -> tuple[Entry, ...]:
        """Give messages, oldest first.

        Args:
            states: Only these; empty for all but delivered.
            recipient: Only this one's.
            channel: Only this channel's.
        """
        raise NotImplementedError

    def payload(self, message: int) -> bytes:
        """Give the frozen bytes of a message.

        Raises:
            LookupError: There is no such message.
        """
        raise NotImplementedError

    def retry(self, messages: Collection[int] | None, now: datetime) -> tuple[Entry, ...]:
        """Try again, from the beginning: pending, unknown and dead messages are due now, their counts at zero.

        Resumes the channels they wait for.

        Args:
            messages: Their numbers; None for all.
            now: The time.

        Returns:
            The messages concerned, oldest first; numbers that do not exist, are in sending or delivered are left out.
        """
        raise NotImplementedError

    def drop(self, messages: Collection[int] | None) -> tuple[Entry, ...]:
        """Remove pending, unknown and dead messages for good.

        Args:
            messages: Their numbers; None for all.

        Returns:
            The messages removed, oldest first; numbers that do not exist, are in sending or delivered are left out.
        """
        raise NotImplementedError

    def counts(self) -> Mapping[State, int]:
        """Give how many messages are in each state; every state is there."""
        raise NotImplementedError

    def oldest_waiting(self) -> datetime | None:
        """Give when the oldest message not yet delivered or given up was queued, or None when there is none."""
        raise NotImplementedError

    def forget_delivered(self, before: datetime) -> int:
        """Remove messages delivered before a moment; give how many."""
        raise NotImplementedError
