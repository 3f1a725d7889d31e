"""Changes of the outbox: the state of messages, and suspensions.

States: pending → sending → delivered | pending | unknown | dead | rejected; unknown → sending → the same.
Makes decisions durable; does not send, and does not decide when to retry or give up.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, select

from watcher.errors import DamagedError
from watcher.store.counters import MESSAGES, count
from watcher.store.delivery_model import (
    ENDED_IN_VAIN,
    Claim,
    NewMessage,
    OutboxEntry,
    Recovered,
    State,
    Step,
    Suspension,
)
from watcher.store.outbox_reader import OutboxReader
from watcher.store.outbox_rows import (
    TABLE,
    WAITING,
    doubt,
    end,
    entries,
    in_sending,
    numbered,
    open_to_operator,
    put_messages,
    remove_messages,
    set_values,
    the_entry,
    the_payload,
)
from watcher.store.suspensions import (
    held,
    put_suspension,
    read_suspensions,
    reset_probe_times,
    resume_channel,
)
from watcher.store.takeover import RECIPIENT_REMOVED, Settled, settle

PUSHED_ASIDE = timedelta(minutes=30)
"""How long a message waits after its delivery ended the program twice, so that others go first."""

_POISON = 2
_CRASHED = "the program ended after the message was handed over and before an answer came"


class Outbox(OutboxReader):
    """The outbox: its queries, and every change of a message's state."""

    def add(self, messages: Collection[NewMessage], now: datetime) -> tuple[int, ...]:
        """Add messages that follow from no cursor (a test, a notice without a fault); due at once.

        Returns:
            Their numbers, in their order.

        Raises:
            ValueError: A Message-ID exists already; nothing is stored.
        """
        with self._database.write() as connection:
            return put_messages(connection, messages, now)

    def reset_retry_times(self, now: datetime, within: timedelta) -> int:
        """Reset retry times that lie implausibly far ahead (the clock was wrong); return how many messages."""
        far = WAITING & (TABLE.c.next_attempt_at > now + within) & (TABLE.c.last_reply != RECIPIENT_REMOVED)
        with self._database.read() as connection:
            numbers = list(connection.scalars(select(TABLE.c.id).where(far)))
            probes = [one.probe_at for one in read_suspensions(connection) if one.probe_at is not None]
        if numbers or any(probe_at > now + within for probe_at in probes):
            with self._database.write() as connection:
                reset_probe_times(connection, now, within)
                for number in numbers:
                    set_values(connection, number, next_attempt_at=now)
        return len(numbers)

    def claim(self, channel: str, now: datetime) -> Claim | None:
        """Claim a due message of a channel for sending; counts the attempt before it starts.

        Oldest first, but a message that failed before comes after those with fewer attempts, so that one bad message
        never blocks the channel. A message in doubt, which has one attempt left, keeps its place.

        Args:
            channel: Channel key.
            now: The time.

        Returns:
            The message, now `sending`; None if nothing is due, a message is in flight, or the channel is suspended
            and its probe is not due.
        """
        own = TABLE.c.channel == channel
        in_flight = select(TABLE.c.id).where(own, TABLE.c.state == State.SENDING.value).limit(1)
        due = select(TABLE.c.id).where(own, WAITING, ~held(now), TABLE.c.next_attempt_at <= now)
        is_fresh = (TABLE.c.step == Step.NONE.value) | (TABLE.c.state == State.UNKNOWN.value)
        tried = case((is_fresh, 0), else_=TABLE.c.attempts)
        with self._database.write() as connection:
            if connection.scalar(in_flight) is not None:
                return None
            oldest = connection.scalar(due.order_by(tried, TABLE.c.id).limit(1))
            if oldest is None:
                return None
            set_values(
                connection,
                oldest,
                state=State.SENDING.value,
                step=Step.NONE.value,
                attempts=TABLE.c.attempts + 1,
                next_attempt_at=None,
            )
            return _claimed(connection, oldest)

    def step(self, message: int, step: Step) -> None:
        """Record how far the present attempt has come, before the next step.

        Only BODY_HANDED_OVER waits for the disk: `recover` decides by it alone.

        Raises:
            ValueError: The message is not in sending.
        """
        with self._database.write(durable=step is Step.BODY_HANDED_OVER) as connection:
            in_sending(connection, message)
            set_values(connection, message, step=step.value)

    def delivered(self, message: int, reply: str, now: datetime) -> None:
        """Mark a message as delivered and resume its channel and address.

        Messages that waited for either are due at once.

        Raises:
            ValueError: The message is not in sending.
        """
        with self._database.write() as connection:
            entry = in_sending(connection, message)
            set_values(connection, message, state=State.DELIVERED.value, last_reply=reply, ended_at=now)
            count(connection, MESSAGES, "delivered", entry.channel)
            for recipient in ("", entry.recipient):
                resume_channel(connection, entry.channel, recipient, now)

    def retry_at(
        self,
        message: int,
        when: datetime,
        reply: str,
        *,
        refund: bool = False,
        suspension: Suspension | None = None,
    ) -> None:
        """Mark a message as failed, to be retried.

        Args:
            message: Its number.
            when: When to retry.
            reply: The provider's reply.
            refund: Do not count the attempt.
            suspension: Suspends the channel or the address in the same transaction.

        Raises:
            ValueError: The message is not in sending.
        """
        with self._database.write() as connection:
            entry = self._put_back(connection, message, when, reply, refund=refund)
            if suspension is not None:
                put_suspension(connection, suspension)
            count(connection, MESSAGES, "failed", entry.channel)

    def put_back(self, message: int, when: datetime, reply: str) -> None:
        """Return a message that was claimed but not sent to the queue; counts neither as a failure nor as an attempt.

        Args:
            message: Its number.
            when: When it is due.
            reply: Why it was not tried.

        Raises:
            ValueError: The message is not in sending.
        """
        with self._database.write() as connection:
            self._put_back(connection, message, when, reply, refund=True)

    @staticmethod
    def _put_back(connection: Connection, message: int, when: datetime, reply: str, *, refund: bool) -> OutboxEntry:
        entry = in_sending(connection, message)
        set_values(
            connection,
            message,
            state=State.PENDING.value,
            attempts=entry.attempts - 1 if refund else entry.attempts,
            next_attempt_at=when,
            last_reply=reply,
        )
        return entry

    def reject(self, message: int, reply: str, now: datetime) -> None:
        """Mark a message as rejected: the provider refused this message for good.

        Raises:
            ValueError: The message is not in sending.
        """
        with self._database.write() as connection:
            in_sending(connection, message)
            end(connection, message, reply, now, State.REJECTED)

    def mark_unknown(self, message: int, when: datetime, reply: str, now: datetime) -> State:
        """Mark a message as unknown: it was handed over and there was no readable reply.

        Args:
            message: Its number.
            when: When to send it again.
            reply: What happened.
            now: The time.

        Returns:
            UNKNOWN the first time; DEAD the second.

        Raises:
            ValueError: The message is not in sending.
        """
        with self._database.write() as connection:
            entry = in_sending(connection, message)
            return doubt(connection, entry, when, reply, now)

    def dead(self, message: int, reason: str, now: datetime) -> None:
        """Abandon a message that is waiting or being sent.

        Raises:
            ValueError: The message has ended already, or does not exist.
        """
        with self._database.write() as connection:
            if the_entry(connection, message).state in (State.DELIVERED, *ENDED_IN_VAIN):
                raise ValueError(f"Message {message} has ended already.")
            end(connection, message, reason, now)

    def recover(self, now: datetime, *, aside: timedelta = PUSHED_ASIDE, channel: str | None = None) -> Recovered:
        """Recover messages whose delivery was interrupted; call it under the run lock, before any claim.

        A message that may have been handed over becomes unknown and is due once more; the second time it is dead. The
        others are due again. A message whose delivery ended the program twice or more waits for `aside`, so that it
        cannot block the others.

        Args:
            now: The time.
            aside: How long such a message waits.
            channel: Only this channel, which must have nothing in flight; None for all.

        Returns:
            The messages by their new state.
        """
        pending, unknown, dead = list[int](), list[int](), list[int]()
        with self._database.write() as connection:
            left = TABLE.c.state == State.SENDING.value
            for entry in entries(connection, left if channel is None else left & (TABLE.c.channel == channel)):
                crashes = entry.crashes + 1
                when = now if crashes < _POISON else now + aside
                set_values(connection, entry.id, crashes=crashes)
                if entry.step is Step.BODY_HANDED_OVER:
                    state = doubt(connection, entry, when, _CRASHED, now)
                else:
                    state = State.UNKNOWN if entry.unclear else State.PENDING
                    set_values(connection, entry.id, state=state.value, next_attempt_at=when)
                {State.PENDING: pending, State.UNKNOWN: unknown, State.DEAD: dead}[state].append(entry.id)
            return Recovered(
                pending=numbered(connection, pending),
                unknown=numbered(connection, unknown),
                dead=numbered(connection, dead),
            )

    def reroute(self, channels: Mapping[tuple[str, str], str], now: datetime) -> tuple[OutboxEntry, ...]:
        """Move waiting messages to the channel that replaced theirs; due at once.

        Args:
            channels: The present channel key by recipient and kind of channel, the first word of a key.
            now: The time.

        Returns:
            The messages now on another channel, oldest first.
        """
        with self._database.write() as connection:
            waiting = entries(connection, WAITING)
            found = {entry.id: channels.get((entry.recipient, entry.channel.partition(":")[0])) for entry in waiting}
            moved = [entry.id for entry in waiting if found[entry.id] not in (None, entry.channel)]
            for number in moved:
                set_values(connection, number, channel=found[number], next_attempt_at=now)
            return numbered(connection, moved)

    def retire(self, known: Collection[tuple[str, str]], now: datetime) -> Settled:
        """Settle waiting messages of recipients or channels that were removed from the configuration.

        Args:
            known: The configured pairs of recipient and channel key.
            now: The time.
        """
        with self._database.write() as connection:
            return settle(connection, known, now)

    def suspend(self, suspension: Suspension) -> None:
        """Suspend a channel or one recipient's address on it; replaces an older suspension."""
        with self._database.write() as connection:
            put_suspension(connection, suspension)

    def resume(self, channel: str, now: datetime, *, recipient: str | None = None) -> bool:
        """End a suspension; its messages are due at once.

        Returns:
            True if there was one.
        """
        with self._database.write() as connection:
            return resume_channel(connection, channel, recipient or "", now)

    def retry(self, messages: Collection[int] | None, now: datetime) -> tuple[OutboxEntry, ...]:
        """Make undelivered messages due now, reset their counts and resume their channels.

        Args:
            messages: Their numbers; None for all.
            now: The time.

        Returns:
            The messages, oldest first; unknown numbers and messages being sent or delivered are left out.
        """
        with self._database.write() as connection:
            concerned = open_to_operator(connection, messages)
            for entry in concerned:
                set_values(
                    connection,
                    entry.id,
                    state=State.PENDING.value,
                    step=Step.NONE.value,
                    attempts=0,
                    unclear=0,
                    crashes=0,
                    queued_at=now,
                    next_attempt_at=now,
                    ended_at=None,
                    last_reply="" if entry.last_reply == RECIPIENT_REMOVED else entry.last_reply,
                )
            for channel, recipient in sorted({(e.channel, r) for e in concerned for r in ("", e.recipient)}):
                resume_channel(connection, channel, recipient, now)
            return numbered(connection, [entry.id for entry in concerned])

    def drop(self, messages: Collection[int] | None) -> tuple[OutboxEntry, ...]:
        """Remove pending, unknown, dead and rejected messages for good.

        Args:
            messages: Their numbers; None for all.

        Returns:
            The removed messages, oldest first; unknown numbers and messages being sent or delivered are left out.
        """
        with self._database.write() as connection:
            concerned = open_to_operator(connection, messages)
            remove_messages(connection, [entry.id for entry in concerned])
        return concerned

    def forget_delivered(self, before: datetime) -> int:
        """Remove messages delivered before a time; return how many."""
        old = (TABLE.c.state == State.DELIVERED.value) & (TABLE.c.ended_at < before)
        with self._database.write() as connection:
            numbers = list[int](connection.scalars(select(TABLE.c.id).where(old)))
            remove_messages(connection, numbers)
        return len(numbers)


def _claimed(connection: Connection, number: int) -> Claim:
    """Return a claimed message; damage in it must not stop the others."""
    entry = the_entry(connection, number)
    try:
        return Claim(entry=entry, payload=the_payload(connection, number))
    except (DamagedError, LookupError) as error:
        return Claim(entry=entry, payload=b"", damage=str(error))
