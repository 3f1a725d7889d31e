"""The one HTTP door to the registry."""

import httpx  # noqa: F401 — the door stands; the room behind it follows
