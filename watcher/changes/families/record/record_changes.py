"""Changes of a record as a whole, made from what the store knows: merged, gone, returned.

Two records cannot tell these; whoever holds the values calls here. They account for no edits.
"""

from __future__ import annotations

from watcher.changes.model import Change, Json, Origin, Severity, Verb

_PATH = "identification.nctId"


def merged_record(nct_id: str, *, into: str) -> Change:
    """Report that a watched id became an alias of another record."""
    return _change("record.merged", Severity.MAJOR, "the id is an alias now", Verb.CHANGED, before=nct_id, after=into)


def gone_record(nct_id: str, *, last_seen: str | None) -> Change:
    """Report that the registry no longer serves a record, confirmed by two data versions.

    Args:
        nct_id: The trial.
        last_seen: Data version in which it was last served, or None.
    """
    return _change(
        "record.gone",
        Severity.CRITICAL,
        "absent in two data versions",
        Verb.REMOVED,
        before=nct_id,
        last_seen=last_seen,
    )


def returned_record(nct_id: str, *, gone_since: str | None, split_from: str | None = None) -> Change:
    """Report that a record which was gone, or merged into another one, is served again.

    Args:
        nct_id: The trial.
        gone_since: Data version in which it was first absent, or None.
        split_from: The record it was merged into, or None when it was gone.
    """
    if split_from is not None:
        return _change(
            "record.returned",
            Severity.MAJOR,
            "split off after it was merged",
            Verb.ADDED,
            after=nct_id,
            split_from=split_from,
        )
    return _change(
        "record.returned",
        Severity.MAJOR,
        "served again after it was gone",
        Verb.ADDED,
        after=nct_id,
        gone_since=gone_since,
    )


def baseline(nct_id: str, *, gap_since: str | None = None) -> Change:
    """Note the first version of a trial; kept in the log, never mailed.

    Args:
        nct_id: The trial.
        gap_since: Data version of the last version kept before the trial was out of all watches for long, or None.
    """
    facts: dict[str, Json] = {} if gap_since is None else {"gap_since": gap_since}
    return _change("record.baseline", Severity.NOISE, "first version kept", Verb.ADDED, after=nct_id, **facts)


def _change(
    kind: str, level: Severity, rule: str, verb: Verb, *, before: Json = None, after: Json = None, **facts: Json
) -> Change:
    return Change(
        kind=kind,
        severity=level,
        rule=rule,
        path=_PATH,
        verb=verb,
        before=before,
        after=after,
        origin=Origin.REGISTRY,
        facts={key: value for key, value in facts.items() if value is not None},
    )
