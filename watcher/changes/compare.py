"""Compares two records: the only user of deepdiff."""

import deepdiff  # noqa: F401 — the door stands; the room behind it follows
