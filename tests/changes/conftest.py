"""Properties are the same at every run, and slow machines do not fail them."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("changes", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("changes")
