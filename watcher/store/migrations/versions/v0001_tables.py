"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "fault",
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("since", sa.String(length=27), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("told_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("part", name="pk_fault"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("part", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unclear", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.String(length=27), nullable=False),
        sa.Column("queued_at", sa.String(length=27), nullable=False),
        sa.Column("next_attempt_at", sa.String(length=27), nullable=True),
        sa.Column("last_reply", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("message_id", name="uq_message_message_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_state_channel", "message", ["state", "channel"], unique=False)
    op.create_table(
        "note",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_note"),
    )
    op.create_table(
        "poll",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("started", sa.String(length=27), nullable=False),
        sa.Column("finished", sa.String(length=27), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("not_reached", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_poll"),
    )
    op.create_table(
        "reader",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False),
        sa.Column("last_slot", sa.Text(), nullable=True),
        sa.Column("send", sa.Text(), nullable=False),
        sa.Column("started_at", sa.String(length=27), nullable=False),
        sa.Column("welcomed_at", sa.String(length=27), nullable=True),
        sa.PrimaryKeyConstraint("name", name="pk_reader"),
    )
    op.create_table(
        "snooze",
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("nct_id", sa.Text(), nullable=False),
        sa.Column("until", sa.String(length=27), nullable=False),
        sa.PrimaryKeyConstraint("recipient", "nct_id", name="pk_snooze"),
    )
    op.create_table(
        "suspension",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=27), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "recipient", name="pk_suspension"),
    )
    op.create_table(
        "version",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("nct_id", sa.String(length=11), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("canonical_hash", sa.Text(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=True),
        sa.Column("last_update_posted", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.String(length=27), nullable=False),
        sa.Column("severity", sa.String(length=16), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_version"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_version_nct_id_seq", "version", ["nct_id", "seq"], unique=False)
    op.create_index("ix_version_seen_at", "version", ["seen_at"], unique=False)
    op.create_table(
        "body",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("codec", sa.String(length=16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["version.seq"], name="fk_body_seq_version"),
        sa.PrimaryKeyConstraint("seq", name="pk_body"),
    )
    op.create_table(
        "comparison",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("catalogue_revision", sa.Integer(), nullable=False),
        sa.Column("codec", sa.String(length=16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["version.seq"], name="fk_comparison_seq_version"),
        sa.PrimaryKeyConstraint("seq", name="pk_comparison"),
    )
    op.create_table(
        "exempt",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("nct_id", sa.String(length=11), nullable=False),
        sa.Column("direction", sa.String(length=16), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["reader.name"], name="fk_exempt_name_reader"),
        sa.PrimaryKeyConstraint("name", "nct_id", name="pk_exempt"),
    )
    op.create_table(
        "milestone",
        sa.Column("nct_id", sa.String(length=11), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["version.seq"], name="fk_milestone_seq_version"),
        sa.PrimaryKeyConstraint("nct_id", "kind", "due_on", name="pk_milestone"),
    )
    op.create_index("ix_milestone_due_on", "milestone", ["due_on"], unique=False)
    op.create_table(
        "payload",
        sa.Column("message", sa.Integer(), nullable=False),
        sa.Column("codec", sa.String(length=16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message"], ["message.id"], name="fk_payload_message_message"),
        sa.PrimaryKeyConstraint("message", name="pk_payload"),
    )
    op.create_table(
        "reader_channel",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("since_seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["name"], ["reader.name"], name="fk_reader_channel_name_reader"),
        sa.PrimaryKeyConstraint("name", "channel", name="pk_reader_channel"),
    )
    op.create_table(
        "trial",
        sa.Column("nct_id", sa.String(length=11), nullable=False),
        sa.Column("life", sa.String(length=16), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("starts_anew", sa.Boolean(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("canonical_hash", sa.Text(), nullable=True),
        sa.Column("data_version", sa.Text(), nullable=True),
        sa.Column("newest_seq", sa.Integer(), nullable=True),
        sa.Column("checked_token", sa.Text(), nullable=True),
        sa.Column("checked_at", sa.String(length=27), nullable=True),
        sa.Column("missing_since", sa.Text(), nullable=True),
        sa.Column("merged_into", sa.String(length=11), nullable=True),
        sa.ForeignKeyConstraint(["newest_seq"], ["version.seq"], name="fk_trial_newest_seq_version"),
        sa.PrimaryKeyConstraint("nct_id", name="pk_trial"),
    )
    op.create_index("ix_trial_checked_token", "trial", ["checked_token"], unique=False)
    op.create_index("ix_trial_newest_seq", "trial", ["newest_seq"], unique=False)
    op.create_table(
        "quarantine",
        sa.Column("nct_id", sa.String(length=11), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=27), nullable=False),
        sa.Column("asked_at", sa.String(length=27), nullable=False),
        sa.Column("codec", sa.String(length=16), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["nct_id"], ["trial.nct_id"], name="fk_quarantine_nct_id_trial"),
        sa.PrimaryKeyConstraint("nct_id", name="pk_quarantine"),
    )
