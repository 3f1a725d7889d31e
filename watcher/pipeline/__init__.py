"""One run, step by step: poll, ingest, compose, send."""
