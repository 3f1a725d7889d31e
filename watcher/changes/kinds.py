"""The kinds of change there are, by name; for those who write rules about them.

Names only: what a kind means and how loud it is stands with the explainer that tells it.
"""

from __future__ import annotations

from collections.abc import Iterator

_SHIFTS = ("slip", "earlier", "actual", "corrected")
_EDITS = ("added", "removed", "renamed", "modified")
_OUTCOMES = ("added", "removed", "modified", "moved")

_BY_FAMILY: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "status",
        (
            "opened",
            "closed_to_enrollment",
            "completed",
            "stopped",
            "resumed",
            "unknown",
            "unknown_cleared",
            "expanded_access",
        ),
    ),
    ("why_stopped", ("changed",)),
    ("date.primary", _SHIFTS),
    ("date.completion", _SHIFTS),
    ("date.start", ("moved", "actual", "retroactive")),
    ("date", ("precision",)),
    ("enrollment", ("target", "final", "corrected")),
    ("eligibility.criterion", ("added", "removed", "changed", "moved", "split", "merged")),
    ("eligibility", ("age", "sex", "healthy_volunteers", "population", "sampling", "text")),
    ("outcome.primary", _OUTCOMES[:3]),  # one that moves to or from the primary ones is promoted or demoted
    ("outcome.secondary", _OUTCOMES),
    ("outcome.other", _OUTCOMES),
    ("outcome", ("promoted", "demoted", "timeframes", "restated_with_results")),
    ("arm", _EDITS),
    ("intervention", _EDITS),
    ("design", ("phase", "study_type", "allocation", "masking", "model", "purpose")),
    ("country", ("added", "opened", "paused", "removed")),
    (
        "site",
        (
            "added",
            "activated",
            "closed",
            "withdrawn",
            "suspended",
            "removed",
            "renamed",
            "masked",
            "unmasked",
            "rewritten",
            "geocoded",
            "status_changed",
        ),
    ),
    (
        "results",
        ("posted", "updated", "submitted", "returned", "due_soon", "overdue", "delay_certified"),
    ),
    ("reference", ("added", "changed", "removed")),
    ("link", ("added", "changed", "removed")),
    ("document", ("added", "changed", "removed")),
    ("sponsor", ("lead", "collaborator", "responsible_party")),
    ("oversight", ("dmc", "fda_drug", "fda_device", "unapproved_device", "ppsd", "us_export")),
    ("violation", ("flagged", "identified", "corrected", "penalty", "addressed", "noted")),
    ("ipd", ("sharing", "statement", "available")),
    ("", ("expanded_access", "conditions")),
    ("identifier", ("organisation", "alias", "secondary")),
    ("text", ("title", "summary", "description", "keywords", "design")),
    ("contact", ("central", "official", "site")),
    ("trial", ("new", "left_search")),
    ("record", ("baseline", "merged", "gone", "returned", "part_removed")),
    ("admin", ("verified", "touched", "dates")),
    ("registry", ("reformatted",)),
    ("field", ("changed", "unclassified")),
)


def _all() -> Iterator[str]:
    for family, kinds in _BY_FAMILY:
        for kind in kinds:
            yield f"{family}.{kind}" if family else kind


KINDS: tuple[str, ...] = tuple(_all())
"""Every kind a change can have, family by family."""


def known_names() -> frozenset[str]:
    """Return what a rule may name: every kind, and every beginning of one at a dot (`site`, `outcome.primary`)."""
    return frozenset(
        ".".join(pieces[:depth])
        for kind in KINDS
        for pieces in (kind.split("."),)
        for depth in range(1, len(pieces) + 1)
    )
