"""Email by SMTP: the only user of aiosmtplib."""

import aiosmtplib  # noqa: F401 — the door stands; the room behind it follows
