"""The present tables. A test compares them with `migrations/versions`.

Integers are keys, times are data. Large bytes have tables of their own: reading rows does not read bodies, and a body
can be removed while the version, its hash and the level of its comparison stay. Retention may remove the body of a
version only if it is not the trial's newest record and not the base of any recipient's window, since the cursor, an
override or a channel's start may still need it.

`reader` and `exempt` are the tables of recipients and cursor overrides.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware time as UTC text of fixed width, so that sorting the text sorts the times. Refuses naive times."""

    impl = String(27)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text that is stored."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone was given to the store.")
        return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the time back."""
        return None if value is None else datetime.fromisoformat(value)


version = Table(
    "version",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("nct_id", String(11), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("baseline", Boolean, nullable=False),
    Column("canonical_hash", Text),
    Column("data_version", Text),
    Column("last_update_posted", Text),
    Column("title", Text, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("severity", String(16)),
    Column("short_name", Text),
    Index(None, "nct_id", "seq"),
    Index(None, "seen_at"),
    sqlite_autoincrement=True,  # a seq is never reused, even after the newest rows were removed
)

body = Table(
    "body",
    metadata,
    Column("seq", ForeignKey("version.seq"), primary_key=True),
    Column("codec", String(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

comparison = Table(
    "comparison",
    metadata,
    Column("seq", ForeignKey("version.seq"), primary_key=True),
    Column("catalogue_revision", Integer, nullable=False),
    Column("codec", String(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

trial = Table(
    "trial",
    metadata,
    Column("nct_id", String(11), primary_key=True),
    Column("life", String(16), nullable=False),
    Column("watched", Boolean, nullable=False),
    Column("starts_anew", Boolean, nullable=False),
    Column("fingerprint", Text),
    Column("canonical_hash", Text),
    Column("data_version", Text),
    Column("newest_seq", ForeignKey("version.seq")),
    Column("checked_token", Text),
    Column("checked_at", Moment),
    Column("missing_since", Text),
    Column("merged_into", String(11)),
    Column("left_at", Moment),
    Column("behind_token", Text),
    Column("behind_polls", Integer, nullable=False, server_default="0"),
    Index(None, "newest_seq"),
    Index(None, "checked_token"),
)

membership = Table(
    "membership",
    metadata,
    Column("nct_id", String(11), primary_key=True),
    Column("watch", Text, primary_key=True),  # empty for a recipient's own list
    Column("short_name", Text),
    Column("missing_since", Moment),
    Index(None, "watch"),
)

search = Table(
    "search",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("described", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("token", Text),
    Column("data_version", Text),
    Column("read_at", Moment, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("count", Integer, nullable=False),
    Column("aside_token", Text),
    Column("aside_count", Integer),
)

search_member = Table(
    "search_member",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("search", ForeignKey("search.key"), nullable=False),
    Column("nct_id", String(11), nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("entered_version", Text),
    Column("is_first", Boolean, nullable=False),
    Column("left_at", Moment),  # NULL while the trial is a member
    Column("left_version", Text),
    Column("owed", String(16)),  # what is still to be reported of this stay
    Column("seq", Integer, nullable=False),
    Index(None, "search", "left_at"),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("nct_id", ForeignKey("trial.nct_id"), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("data_version", Text),
    Column("fingerprint", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("codec", String(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

poll = Table(
    "poll",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("started", Moment, nullable=False),
    Column("finished", Moment, nullable=False),
    Column("token", Text),
    Column("outcome", String(16), nullable=False),
    Column("read", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("stale", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("missing", Integer, nullable=False),
    Column("not_reached", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("requests", Integer, nullable=False, server_default="0"),
)

reader = Table(
    "reader",
    metadata,
    Column("name", Text, primary_key=True),
    Column("cursor", Integer, nullable=False),
    Column("last_slot", Text),
    Column("send", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("welcomed_at", Moment),
)

reader_channel = Table(
    "reader_channel",
    metadata,
    Column("name", ForeignKey("reader.name"), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("since_seq", Integer, nullable=False),
)

exempt = Table(
    "exempt",
    metadata,
    Column("name", ForeignKey("reader.name"), primary_key=True),
    Column("nct_id", String(11), primary_key=True),
    Column("direction", String(16), nullable=False),
    Column("base", Integer, nullable=False),
)

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("recipient", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("part", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("state", String(16), nullable=False),
    Column("step", String(24), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("unclear", Integer, nullable=False),
    Column("crashes", Integer, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("next_attempt_at", Moment),
    Column("last_reply", Text, nullable=False),
    Column("ended_at", Moment),
    Column("base_seq", Integer),  # the cursor it was composed from; NULL for a notice
    Index(None, "state", "channel"),
    sqlite_autoincrement=True,
)

payload = Table(
    "payload",
    metadata,
    Column("message", ForeignKey("message.id"), primary_key=True),
    Column("codec", String(16), nullable=False),
    Column("data", LargeBinary, nullable=False),
)

suspension = Table(
    "suspension",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("recipient", Text, primary_key=True),  # empty for the whole channel
    Column("since", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("probe_at", Moment),  # NULL: until the address or the secret changes, or the operator resumes it
    Column("failures", Integer),
)

fault = Table(
    "fault",
    metadata,
    Column("part", Text, primary_key=True),
    Column("state", String(16), nullable=False),
    Column("since", Moment, nullable=False),
    Column("message", Text, nullable=False),
    Column("told_at", Moment),
    Column("grade", String(16), nullable=False, server_default="lasting"),
)

note = Table(
    "note",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

milestone = Table(
    "milestone",
    metadata,
    Column("nct_id", String(11), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("seq", ForeignKey("version.seq"), nullable=False),
    Index(None, "due_on"),
)

snooze = Table(
    "snooze",
    metadata,
    Column("recipient", Text, primary_key=True),  # empty for everybody
    Column("nct_id", Text, primary_key=True),  # empty for every trial of the recipient
    Column("until", Moment, nullable=False),
)
