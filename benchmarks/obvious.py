"""The obvious way: one GET a trial, `json.loads`, DeepDiff over the whole record; a process of its own.

Uses the libraries as their introductions do: an httpx client that keeps its connection, a JSON file per trial, and
`ignore_order=True` since lists come reordered. Prints how many CPU and wall seconds the loop over the trials took, so
that a sample can be projected to all of them.

    python -m benchmarks.obvious BASE_URL FOLDER [NCT_ID …]
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import httpx
from deepdiff import DeepDiff


def main(base_url: str, folder: str, *ids: str) -> None:
    """Read each trial, compare it with its snapshot where there is one, and replace the snapshot."""
    began, spent = time.perf_counter(), time.process_time()
    changed = 0
    with httpx.Client(timeout=60) as client:
        for nct_id in ids:
            record = json.loads(client.get(f"{base_url}/studies/{nct_id}").raise_for_status().content)
            snapshot = Path(folder) / f"{nct_id}.json"
            if snapshot.exists():
                before = json.loads(snapshot.read_text(encoding="utf-8"))
                changed += bool(DeepDiff(before, record, ignore_order=True))
            snapshot.write_text(json.dumps(record), encoding="utf-8")
    print(time.process_time() - spent, time.perf_counter() - began)


if __name__ == "__main__":
    main(*sys.argv[1:])
