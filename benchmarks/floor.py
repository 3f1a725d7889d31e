"""The least any program could do in Python: fetch, unpack, split, hash; a process of its own.

Keeps nothing, compares nothing, believes everything.

    python -m benchmarks.floor BASE_URL [IDS_FILE [SEARCH]]
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


class _Identification(msgspec.Struct):
    nctId: str  # noqa: N815 — the registry's own spelling


class _Protocol(msgspec.Struct):
    identificationModule: _Identification  # noqa: N815 — the registry's own spelling


class _Study(msgspec.Struct):
    protocolSection: _Protocol  # noqa: N815 — the registry's own spelling


class _Ids(msgspec.Struct):
    studies: list[_Study]
    nextPageToken: str | None = None  # noqa: N815 — the registry's own spelling


_PAGE = msgspec.json.Decoder(_Ids)


def main(base_url: str, ids_file: str | None = None, search: str | None = None) -> None:
    """Ask for the data version, the pages of a search, and the records of a file of ids in batches of 100."""
    parts = urlsplit(base_url)
    connection = http.client.HTTPConnection(parts.netloc)
    _get(connection, f"{parts.path}/version")
    if search is not None:
        _walk(connection, f"{parts.path}/studies?{search}&fields=NCTId&pageSize=1000")
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


def _walk(connection: http.client.HTTPConnection, target: str) -> None:
    page = _PAGE.decode(_get(connection, f"{target}&countTotal=true"))
    found = {one.protocolSection.identificationModule.nctId for one in page.studies}
    while page.nextPageToken:
        page = _PAGE.decode(_get(connection, f"{target}&pageToken={page.nextPageToken}"))
        found.update(one.protocolSection.identificationModule.nctId for one in page.studies)


def _get(connection: http.client.HTTPConnection, target: str) -> bytes:
    connection.request("GET", target, headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        sys.exit(f"{target[:60]} was answered with {answer.status}")
    return zlib.decompress(body, wbits=31)


if __name__ == "__main__":
    main(*sys.argv[1:])
