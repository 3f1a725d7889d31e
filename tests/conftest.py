"""For all rooms: property tests try the same examples on every machine, so that a landing never depends on luck.

Hunting with new examples: `HYPOTHESIS_PROFILE=hunt make test`.
"""

import os
import signal

from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("hunt", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))

# A shell that starts the tests in the background leaves SIGINT ignored, and every process started here would inherit
# that; the tests of Ctrl-C mean the usual case.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
