"""Who made a change, in words, where it was not the sponsor."""

from __future__ import annotations

from watcher.changes.model import Change, Origin

_REGISTRY_DID = {
    "reference.added": "linked by the registry",
    "reference.changed": "noted by the registry",
    "results.submitted": "noted by the registry",
    "results.returned": "noted by the registry",
    "violation": "posted by the registry",
}
"""What the registry did where `set` would say too much, by kind or family."""


def origin_note(change: Change) -> str | None:
    """Describe who made a change when it was not the sponsor; None otherwise.

    What the registry links or notes by itself (a publication it found, a submission of results it tracks) is not said
    to be set by it: the publication and the submission are others' doing.
    """
    if change.origin is not Origin.REGISTRY or change.kind.startswith("search."):  # its sentence says who did what
        return None
    did = _REGISTRY_DID.get(change.kind) or _REGISTRY_DID.get(change.kind.partition(".")[0], "set by the registry")
    return f"{did}, not by the sponsor"
