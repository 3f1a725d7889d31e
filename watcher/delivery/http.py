"""Posts finished payloads over HTTP."""

import httpx  # noqa: F401 — the door stands; the room behind it follows
