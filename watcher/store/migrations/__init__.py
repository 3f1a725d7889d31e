"""The way to the present tables, step by step; read by Alembic alone."""
