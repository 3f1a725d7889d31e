"""What release 0.2 adds: the store's id, watches, grades of faults, bases of messages, lagging records, probes.

Every change of the schema in this release is a function of its own here, called from `upgrade`.
"""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply every change of this release."""
    _store_id()
    _message_base()
    _membership()
    _fault_grade()
    _trials_behind()
    _merged_trials_watched()
    _probes()
    _short_names()
    _searches()


def _store_id() -> None:
    """Make the random id of the store; a backup that was put back before the migration has one already."""
    note = sa.table("note", sa.column("name", sa.Text), sa.column("value", sa.Text))
    connection = op.get_bind()
    if connection.scalar(sa.select(note.c.value).where(note.c.name == "store id")) is None:
        connection.execute(sa.insert(note).values(name="store id", value=secrets.token_hex(16)))


def _membership() -> None:
    """Remember which watch holds which trial, and when a trial left all watches.

    Trials watched so far begin as known by id alone, so that a torn watchlist at the first reading removes none.
    """
    op.create_table(
        "membership",
        sa.Column("nct_id", sa.String(length=11), nullable=False),
        sa.Column("watch", sa.Text(), nullable=False),
        sa.Column("short_name", sa.Text(), nullable=True),
        sa.Column("missing_since", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("nct_id", "watch", name="pk_membership"),
    )
    op.create_index("ix_membership_watch", "membership", ["watch"], unique=False)
    op.add_column("trial", sa.Column("left_at", sa.String(length=27), nullable=True))
    trial = sa.table("trial", *(sa.column(name) for name in ("nct_id", "watched", "left_at", "checked_at")))
    membership = sa.table("membership", sa.column("nct_id"), sa.column("watch"))
    connection = op.get_bind()
    connection.execute(sa.update(trial).where(trial.c.watched == 0).values(left_at=trial.c.checked_at))
    watched = sa.select(trial.c.nct_id, sa.literal("")).where(trial.c.watched == 1)
    connection.execute(sa.insert(membership).from_select(["nct_id", "watch"], watched))


def _fault_grade() -> None:
    """Remember how bad a fault is, so that one that becomes worse is told again."""
    op.add_column("fault", sa.Column("grade", sa.String(length=16), nullable=False, server_default="lasting"))


def _message_base() -> None:
    """Add the version each message was composed from; for what waits it is when its recipient was told before."""
    op.add_column("message", sa.Column("base_seq", sa.Integer(), nullable=True))
    message, version, reader = (
        sa.table(name, *(sa.column(column) for column in columns))
        for name, columns in (
            ("message", ("recipient", "created_at", "state", "base_seq")),
            ("version", ("seq", "seen_at")),
            ("reader", ("name", "started_at")),
        )
    )
    other = message.alias()
    is_before = (other.c.recipient == message.c.recipient) & (other.c.created_at < message.c.created_at)
    before = sa.select(sa.func.max(other.c.created_at)).where(is_before).scalar_subquery()
    started = sa.select(reader.c.started_at).where(reader.c.name == message.c.recipient).scalar_subquery()
    known = version.c.seen_at <= sa.func.coalesce(before, started)
    base = sa.select(sa.func.coalesce(sa.func.max(version.c.seq), 0)).where(known).scalar_subquery()
    waits = message.c.state.in_(["pending", "sending", "unknown"])
    op.execute(sa.update(message).where(waits).values(base_seq=base))


def _trials_behind() -> None:
    """Count the polls in which the record of a trial came from a data node behind the registry's data version."""
    op.add_column("trial", sa.Column("behind_token", sa.Text))
    op.add_column("trial", sa.Column("behind_polls", sa.Integer, nullable=False, server_default="0"))


def _merged_trials_watched() -> None:
    """Count merged trials as watched: they are asked for again now, and live on where they stood when split off."""
    op.execute("UPDATE trial SET watched = 1 WHERE life = 'merged'")


def _probes() -> None:
    """Allow a suspension be one that is probed; a channel that was suspended for good is probed at once."""
    op.add_column("suspension", sa.Column("probe_at", sa.String(length=27), nullable=True))
    op.add_column("suspension", sa.Column("failures", sa.Integer(), nullable=True))
    table = sa.table("suspension", sa.column("recipient"), sa.column("since"), sa.column("probe_at"))
    op.execute(sa.update(table).where(table.c.recipient == "").values(probe_at=table.c.since))


def _short_names() -> None:
    """Keep beside each version the short name made from its record; those of older versions are filled in when needed.

    A release that names trials by other rules empties the column.
    """
    op.add_column("version", sa.Column("short_name", sa.Text(), nullable=True))


def _searches() -> None:
    """Keep which trials are and were in which search, and count the requests of each poll."""
    op.create_table(
        "search",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("described", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=27), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=True),
        sa.Column("read_at", sa.String(length=27), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("aside_token", sa.Text(), nullable=True),
        sa.Column("aside_count", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_search"),
    )
    op.create_table(
        "search_member",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("search", sa.String(length=64), nullable=False),
        sa.Column("nct_id", sa.String(length=11), nullable=False),
        sa.Column("entered_at", sa.String(length=27), nullable=False),
        sa.Column("entered_version", sa.Text(), nullable=True),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("left_at", sa.String(length=27), nullable=True),
        sa.Column("left_version", sa.Text(), nullable=True),
        sa.Column("owed", sa.String(length=16), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["search"], ["search.key"], name="fk_search_member_search_search"),
        sa.PrimaryKeyConstraint("number", name="pk_search_member"),
    )
    op.create_index("ix_search_member_search_left_at", "search_member", ["search", "left_at"], unique=False)
    op.add_column("poll", sa.Column("requests", sa.Integer(), nullable=False, server_default="0"))
