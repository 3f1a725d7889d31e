"""Asking a sandbox over real HTTP, and the small records the tests serve."""

import gzip
import http.client
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

FIRST, SECOND, THIRD = "2026-03-02", "2026-03-03", "2026-03-04"


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> bytes:
        return gzip.decompress(self.raw) if self.headers.get("content-encoding") == "gzip" else self.raw

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def ids(self) -> list[str]:
        return [nct_id(study) for study in self.json["studies"]]


def ask(url: str, method: str = "GET", body: Any = None, **headers: str) -> Reply:
    """One request on a connection of its own; redirects are not followed."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    try:
        connection.request(
            method,
            parts.path + (f"?{parts.query}" if parts.query else ""),
            body=None if body is None else json.dumps(body),
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        answer = connection.getresponse()
        raw = answer.read()
        return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, raw)
    finally:
        connection.close()


def record(number: int, **status: str) -> dict[str, Any]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT9900000{number}", "briefTitle": f"Trial {number}"},
            "statusModule": {"overallStatus": "RECRUITING", **status},
            "designModule": {"enrollmentInfo": {"count": number}},
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": "2001-01-01"}},
        "hasResults": False,
    }


def nct_id(study: Any) -> str:
    return str(study["protocolSection"]["identificationModule"]["nctId"])


def holder(study: Any) -> str:
    return str(study["derivedSection"]["miscInfoModule"]["versionHolder"])
