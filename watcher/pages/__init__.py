"""Trial pages, timelines, feeds and tables: what the store knows, shown to readers.

Knows nothing of digests and of the store: `pipeline.publisher` passes values in. This file imports nothing.
"""
