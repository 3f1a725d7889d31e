"""What Alembic runs to bring a database up; `upkeep` gives it an open connection inside a transaction of ours."""

from __future__ import annotations

from alembic import context

from watcher.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,  # SQLite rolls DDL back as long as the BEGIN is ours
)
context.run_migrations()
