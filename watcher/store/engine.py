"""The engine over the database."""

import alembic  # noqa: F401 — the door stands; the room behind it follows
import sqlalchemy  # noqa: F401 — the door stands; the room behind it follows
