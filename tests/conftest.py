"""For all rooms: property tests try the same examples on every machine, so that a landing never depends on luck.

Hunting with new examples: `HYPOTHESIS_PROFILE=hunt make test`.
"""

import os

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("hunt", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))
