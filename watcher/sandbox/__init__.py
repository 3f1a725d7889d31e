"""A registry to rehearse with, and sinks that take mail and webhooks, all on loopback.

Knows nothing of the watcher's own rooms. Imports nothing here.
"""
