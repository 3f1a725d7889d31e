"""What release 0.2 adds: the random id of the store.

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


def _store_id() -> None:
    """Make the random id of the store; a backup that was put back before the migration has one already."""
    note = sa.table("note", sa.column("name", sa.Text), sa.column("value", sa.Text))
    connection = op.get_bind()
    if connection.scalar(sa.select(note.c.value).where(note.c.name == "store id")) is None:
        connection.execute(sa.insert(note).values(name="store id", value=secrets.token_hex(16)))
