"""Runs one command and writes down what it used; a program of its own, and a small one.

A process on Linux begins with the peak memory of whoever started it (Source: getrusage(2), `ru_maxrss`, and the `exec`
of Linux, which carries the old image's peak over). Started from here, that is a few megabytes and not the harness.

    python -IS launch.py USAGE_FILE COMMAND [ARGUMENT …]
"""

import os
import sys
import time

_USAGE_FILE, *_COMMAND = sys.argv[1:]
_BEGAN = time.perf_counter()
_PID = os.posix_spawn(_COMMAND[0], _COMMAND, os.environ)
_, _STATUS, _USED = os.wait4(_PID, 0)
_WALL = time.perf_counter() - _BEGAN
with open(_USAGE_FILE, "w", encoding="ascii") as file:
    file.write(f"{_WALL} {_USED.ru_utime + _USED.ru_stime} {_USED.ru_maxrss} {os.waitstatus_to_exitcode(_STATUS)}")
