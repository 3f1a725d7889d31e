"""Alembic's environment; `migrate` passes it a connection inside our transaction."""

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
