"""How we check who we talk to."""

from __future__ import annotations

import ssl

from watcher.network import http_context, mail_context


def client_context() -> ssl.SSLContext:
    """Return the context for a mail relay; one a process, see `network.mail_context`."""
    return mail_context()


def hook_context() -> ssl.SSLContext:
    """Return the context for an HTTPS hook; one a process, see `network.http_context`."""
    return http_context()
