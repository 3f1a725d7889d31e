"""DeepDiff over two whole records with `ignore_order=True`; a process of its own, so that it can be given up on.

Prints the CPU seconds of each comparison alone, without start-up and reading.

    python -m benchmarks.whole PAIRS.json
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from deepdiff import DeepDiff


def main(file: str) -> None:
    """Compare each pair of the file, a list of lists of two records, once."""
    for old, new in json.loads(Path(file).read_bytes()):
        began = time.process_time()
        DeepDiff(old, new, ignore_order=True)
        print(time.process_time() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
