"""Trial pages, timelines, feeds and tables: what the store knows, shown to readers.

Knows nothing of digests and of the store: `service.publishing` passes values in. This file imports nothing.
"""
