"""What sites are called where their names alone would not tell them apart, or would not show what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from watcher.changes.families.sites.places import Site
from watcher.changes.model import Change
from watcher.study.read import as_text

_ADDRESS = ("zip", "state", "country")


def described(old: Site, new: Site) -> tuple[str, str]:
    """Return the names of one site in both records, with the part of the address that alone differs.

    Returns:
        `Spine Clinic, Graz 8010` and `Spine Clinic, Graz 8011`.
    """
    was, now = old.name(), new.name()
    if was != now:
        return was, now
    for part in _ADDRESS:
        before, after = as_text(old.row.get(part)), as_text(new.row.get(part))
        if before != after:
            between = " " if part == "zip" else ", "
            was += f"{between}{before}" if before else ""
            now += f"{between}{after}" if after else ""
    return was, now


def told_apart(changes: Sequence[Change], *lists: Sequence[Site]) -> list[Change]:
    """Add the postal code to names that several sites of one record, or of one kind of change, share.

    Args:
        changes: One for each site, with `name` and `zip` among their facts.
        lists: All sites of the older and of the newer record.

    Returns:
        The same changes; names that nothing tells apart stay equal, to be counted.
    """
    named = Counter((change.kind, change.facts.get("name")) for change in changes)
    known = [Counter(site.name() for site in sites) for sites in lists]
    result = []
    for change in changes:
        name, code = as_text(change.facts.get("name")), as_text(change.facts.get("zip"))
        is_shared = named[(change.kind, name)] > 1 or any(names[name] > 1 for names in known)
        is_unclear = is_shared and code and not name.endswith(code)
        result.append(replace(change, facts={**change.facts, "name": f"{name} {code}"}) if is_unclear else change)
    return result
