"""The least any program could do in Python: fetch, unpack, split, hash; a process of its own.

Keeps nothing, compares nothing, believes everything.

    python -m benchmarks.floor BASE_URL [IDS_FILE]
"""

from __future__ import annotations

import hashlib
import http.client
import sys
import zlib
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

_BATCH = 100


class _Studies(msgspec.Struct):
    studies: list[msgspec.Raw]


def main(base_url: str, ids_file: str | None = None) -> None:
    """Ask for the data version and, with a file of ids, for their records in batches of 100."""
    parts = urlsplit(base_url)
    connection = http.client.HTTPConnection(parts.netloc)
    _get(connection, f"{parts.path}/version")
    ids = Path(ids_file).read_text(encoding="ascii").split() if ids_file else []
    decoder = msgspec.json.Decoder(_Studies)
    seen = 0
    for start in range(0, len(ids), _BATCH):
        batch = ",".join(ids[start : start + _BATCH])
        body = _get(connection, f"{parts.path}/studies?format=json&pageSize={_BATCH}&filter.ids={batch}")
        seen += len({hashlib.sha256(raw).digest() for raw in decoder.decode(body).studies})
    connection.close()
    if seen != len(ids):
        sys.exit(f"{seen} records came for {len(ids)} ids")


def _get(connection: http.client.HTTPConnection, target: str) -> bytes:
    connection.request("GET", target, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{target[:60]} was answered with {answer.status}")
    return zlib.decompress(body, wbits=31)


if __name__ == "__main__":
    main(*sys.argv[1:])
