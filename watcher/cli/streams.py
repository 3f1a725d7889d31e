"""The three standard streams as the program needs them, whatever started it.

Opens what was closed and lets no sign end the program that an old encoding does not have; writes nothing.
"""

from __future__ import annotations

import io
import os
import sys


def settle_streams() -> None:
    """Make sure that the standard streams are there and take every text.

    One that was closed (`>&-`) is opened on nothing: else the store or the run lock would get its number, and whatever
    is printed would be written into them. ASCII, the encoding of the locale C, becomes UTF-8 as PEP 538 has it; a sign
    that another encoding does not have is written as its number.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free, which is this one
    sys.stdin = sys.stdin or open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 — for the whole life
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 — likewise
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 — likewise
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            is_ascii = stream.encoding.lower() in ("ascii", "us-ascii", "ansi_x3.4-1968", "646")
            stream.reconfigure(encoding="utf-8" if is_ascii else None, errors="backslashreplace")
