"""The jinja2 environments."""

import jinja2  # noqa: F401 — the door stands; the room behind it follows
