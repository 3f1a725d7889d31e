"""The one table of the kinds of change: what each belongs to, how loud it is, and the few words it is counted with.

Every order and every list of kinds comes from here. A new kind is one row, and the code of its family that makes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from watcher.changes.model import Severity

CRITICAL, MAJOR, MINOR, NOISE = Severity.CRITICAL, Severity.MAJOR, Severity.MINOR, Severity.NOISE

Noun = tuple[str, str] | None
"""What is counted, one and many; None when a kind is told by its label and not counted."""

_LAST = 99


class Context(Enum):
    """How the context rules of the taxonomy move a kind's level."""

    NONE = "none"
    LOUDER = "louder"  # never lowered: an observational study's status matters as much as any
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of change.

    Attributes:
        name: Dotted name, e.g. `site.added`.
        level: Level before the kind's own adjustment (`docs/taxonomy.md`).
        context: How the context rules move the level.
        verb: What happened, where it is counted: `3 sites opened`; None to use the change's own verb.
        noun: What is counted; its group's when not given here.
        tag: Two to four words for a summary; its group's when not given here.
        family: The family that detects and words it; its group's.
        start: Beginning of the names of its group; its group's.
        topic: What a headline takes it for; its group's.
        urgency: Place among the leading changes of different trials, 0 first; its group's when not given here.
    """

    name: str
    level: Severity
    context: Context = Context.NONE
    verb: str | None = None
    noun: Noun = None
    tag: str = ""
    urgency: int = _LAST
    family: str = ""
    start: str = ""
    topic: str = ""

    @property
    def rank(self) -> int:
        """Place in the order of telling within a level, 0 first."""
        return _RANKS.get(self.start, len(_RANKS))


@dataclass(frozen=True, slots=True)
class _Group:
    """Kinds that are told together. Groups of one start share one rank in telling."""

    start: str
    family: str
    topic: str = ""
    urgency: int = _LAST
    noun: Noun = None
    tag: str = "Record changed"

    def of(self, *kinds: Kind) -> tuple[Kind, ...]:
        """Return the kinds with what the group says for all of them."""
        return tuple(
            replace(
                kind,
                noun=kind.noun or self.noun,
                tag=kind.tag or self.tag,
                urgency=min(kind.urgency, self.urgency),
                family=self.family,
                start=self.start,
                topic=self.topic or self.start,
            )
            for kind in kinds
        )


_BOTH, _LOUDER = Context.BOTH, Context.LOUDER
_PRIMARY = ("primary outcome", "primary outcomes")
_SECONDARY = ("secondary outcome", "secondary outcomes")
_OTHER = ("other outcome", "other outcomes")

TABLE: tuple[Kind, ...] = (
    *_Group("status", "status", topic="status", urgency=3).of(
        Kind("status.stopped", CRITICAL, _LOUDER, urgency=2),
        Kind("status.opened", MAJOR, _LOUDER),
        Kind("status.closed_to_enrollment", MAJOR, _LOUDER),
        Kind("status.completed", MAJOR, _LOUDER),
        Kind("status.resumed", CRITICAL, _LOUDER),
        Kind("status.unknown", MAJOR, _LOUDER),
        Kind("status.unknown_cleared", MAJOR, _LOUDER),
        Kind("status.expanded_access", MAJOR, _LOUDER),
        Kind("status.changed", MAJOR, _LOUDER, tag="Status changed"),
    ),
    *_Group("why_stopped", "status", topic="status").of(
        Kind("why_stopped.changed", MAJOR),
    ),
    *_Group("enrollment", "enrollment", topic="enrollment", urgency=4).of(
        Kind("enrollment.target", MINOR, _BOTH),
        Kind("enrollment.final", MINOR, _BOTH),
        Kind("enrollment.corrected", MINOR, _BOTH),
    ),
    *_Group("date.primary", "dates", topic="date", urgency=5).of(
        Kind("date.primary.slip", MINOR),
        Kind("date.primary.earlier", MINOR, _BOTH),
        Kind("date.primary.actual", MAJOR, _BOTH),
        Kind("date.primary.corrected", MINOR, _BOTH),
    ),
    *_Group("eligibility.sex", "eligibility", topic="eligibility", urgency=6).of(
        Kind("eligibility.sex", MAJOR, _BOTH),
    ),
    *_Group("eligibility.age", "eligibility", topic="eligibility", urgency=6).of(
        Kind("eligibility.age", MAJOR, _BOTH),
    ),
    *_Group("eligibility.healthy_volunteers", "eligibility", topic="eligibility", urgency=6).of(
        Kind("eligibility.healthy_volunteers", MAJOR, _BOTH),
    ),
    *_Group("eligibility", "eligibility", topic="eligibility", urgency=6).of(
        Kind("eligibility.criterion.added", MAJOR, _BOTH),
        Kind("eligibility.criterion.removed", MAJOR, _BOTH),
        Kind("eligibility.criterion.changed", MAJOR, _BOTH),
        Kind("eligibility.criterion.moved", MAJOR, _BOTH),
        Kind("eligibility.criterion.split", MINOR),
        Kind("eligibility.criterion.merged", MINOR),
        Kind("eligibility.population", MINOR, _BOTH),
        Kind("eligibility.sampling", MINOR, _BOTH),
        Kind("eligibility.text", MAJOR, _BOTH),
    ),
    *_Group("outcome", "outcomes", topic="primary outcomes", urgency=7, noun=("outcome", "outcomes")).of(
        Kind("outcome.primary.added", CRITICAL, _BOTH, "added", _PRIMARY),
        Kind("outcome.primary.removed", CRITICAL, _BOTH, "removed", _PRIMARY),
        Kind("outcome.primary.modified", MAJOR, _BOTH, "changed", _PRIMARY),
        Kind("outcome.promoted", CRITICAL, verb="made primary", noun=_SECONDARY),
        Kind("outcome.demoted", CRITICAL, verb="made secondary", noun=_PRIMARY),
        Kind("outcome.restated_with_results", MINOR, verb="restated with the results"),
    ),
    *_Group("outcome", "outcomes", topic="other outcomes", urgency=7, tag="Time frames changed").of(
        Kind("outcome.secondary.added", MINOR, verb="added", noun=_SECONDARY),
        Kind("outcome.secondary.removed", MINOR, verb="removed", noun=_SECONDARY),
        Kind("outcome.secondary.modified", MINOR, verb="changed", noun=_SECONDARY),
        Kind("outcome.secondary.moved", MINOR, noun=_SECONDARY),
        Kind("outcome.other.added", MINOR, verb="added", noun=_OTHER),
        Kind("outcome.other.removed", MINOR, verb="removed", noun=_OTHER),
        Kind("outcome.other.modified", MINOR, verb="changed", noun=_OTHER),
        Kind("outcome.other.moved", MINOR, noun=_OTHER),
        Kind("outcome.timeframes", MINOR),
    ),
    *_Group("arm", "arms", topic="arms", urgency=8, noun=("arm", "arms")).of(
        Kind("arm.added", MAJOR, _BOTH, "added"),
        Kind("arm.removed", MAJOR, _BOTH, "removed"),
        Kind("arm.renamed", MINOR, _BOTH, "renamed"),
        Kind("arm.modified", MINOR, _BOTH, "changed"),
    ),
    *_Group("intervention", "arms", topic="arms", urgency=9, noun=("intervention", "interventions")).of(
        Kind("intervention.added", MAJOR, verb="added"),
        Kind("intervention.removed", MAJOR, verb="removed"),
        Kind("intervention.renamed", MINOR, verb="renamed"),
        Kind("intervention.modified", MINOR, verb="changed"),
    ),
    *_Group("design", "design", topic="design", urgency=10, tag="Design changed").of(
        Kind("design.phase", CRITICAL, _BOTH),
        Kind("design.study_type", MAJOR, _LOUDER),
        Kind("design.allocation", MAJOR, _BOTH),
        Kind("design.masking", MAJOR, _BOTH),
        Kind("design.model", MAJOR, _BOTH),
        Kind("design.purpose", MAJOR, _BOTH),
    ),
    *_Group("country", "countries", topic="sites", urgency=11, tag="Countries changed").of(
        Kind("country.added", MAJOR),
        Kind("country.removed", MAJOR),
        Kind("country.opened", MAJOR),
        Kind("country.paused", MAJOR),
    ),
    *_Group("site", "sites", topic="sites", urgency=12, noun=("site", "sites")).of(
        Kind("site.added", MINOR, verb="added"),
        Kind("site.removed", MINOR, verb="removed"),
        Kind("site.activated", MINOR, verb="opened"),
        Kind("site.closed", MINOR, verb="closed"),
        Kind("site.withdrawn", MINOR, verb="withdrawn"),
        Kind("site.suspended", MINOR, verb="suspended"),
        Kind("site.rewritten", MINOR),
        Kind("site.renamed", NOISE, verb="renamed"),
        Kind("site.masked", NOISE),
        Kind("site.unmasked", NOISE),
        Kind("site.geocoded", NOISE),
        Kind("site.status_changed", NOISE),
    ),
    *_Group("results", "results", urgency=13, tag="Results edited").of(
        Kind("results.posted", CRITICAL, tag="Results posted"),
        Kind("results.updated", MINOR, tag="Results updated"),
        Kind("results.submitted", MINOR, tag="Results submitted"),
        Kind("results.returned", MINOR, tag="Results returned"),
        Kind("results.due_soon", MINOR, tag="Results due soon"),
        Kind("results.overdue", MAJOR, tag="Results overdue"),
        Kind("results.delay_certified", MINOR, tag="Results delay certified"),
    ),
    *_Group("date", "dates", topic="date", urgency=5).of(
        Kind("date.completion.slip", MINOR),
        Kind("date.completion.earlier", MINOR),
        Kind("date.completion.actual", MINOR),
        Kind("date.completion.corrected", MINOR),
        Kind("date.start.moved", MINOR),
        Kind("date.start.actual", MINOR),
        Kind("date.start.retroactive", MINOR),
        Kind("date.precision", NOISE),
    ),
    *_Group("expanded_access", "oversight", tag="Expanded access changed").of(
        Kind("expanded_access", MAJOR),
    ),
    *_Group("violation", "oversight", urgency=1, tag="Violation notice").of(
        Kind("violation.flagged", CRITICAL),
        Kind("violation.identified", CRITICAL),
        Kind("violation.corrected", CRITICAL),
        Kind("violation.penalty", CRITICAL),
        Kind("violation.addressed", CRITICAL),
        Kind("violation.noted", CRITICAL),
    ),
    *_Group("sponsor", "sponsors", tag="Sponsor details changed").of(
        Kind("sponsor.lead", MAJOR, tag="Lead sponsor changed"),
        Kind("sponsor.collaborator", MINOR, tag="Collaborators changed"),
        Kind("sponsor.responsible_party", MINOR),
    ),
    *_Group("oversight", "oversight", tag="Oversight changed").of(
        Kind("oversight.dmc", MINOR),
        Kind("oversight.fda_drug", MINOR),
        Kind("oversight.fda_device", MINOR),
        Kind("oversight.unapproved_device", MINOR),
        Kind("oversight.ppsd", MINOR),
        Kind("oversight.us_export", MINOR),
    ),
    *_Group("reference", "references", noun=("publication", "publications")).of(
        Kind("reference.added", MINOR, verb="added"),
        Kind("reference.changed", MAJOR),
        Kind("reference.removed", NOISE, verb="removed"),
    ),
    *_Group("link", "references", noun=("link", "links")).of(
        Kind("link.added", NOISE, verb="added"),
        Kind("link.changed", NOISE),
        Kind("link.removed", NOISE, verb="removed"),
    ),
    *_Group("document", "documents", noun=("document", "documents")).of(
        Kind("document.added", MINOR, verb="added"),
        Kind("document.changed", MINOR),
        Kind("document.removed", MINOR, verb="removed"),
    ),
    *_Group("ipd.sharing", "oversight", topic="ipd", tag="Data sharing changed").of(
        Kind("ipd.sharing", MINOR),
    ),
    *_Group("ipd", "oversight", tag="Data sharing changed").of(
        Kind("ipd.statement", MINOR),
        Kind("ipd.available", MINOR),
    ),
    *_Group("conditions", "texts", tag="Conditions changed").of(
        Kind("conditions", MINOR),
    ),
    *_Group("text", "texts", tag="Description changed").of(
        Kind("text.title", MINOR, tag="Title changed"),
        Kind("text.summary", MINOR),
        Kind("text.description", MINOR),
        Kind("text.keywords", MINOR),
        Kind("text.design", MINOR),
    ),
    *_Group("identifier", "texts", tag="Identifiers changed").of(
        Kind("identifier.organisation", MINOR),
        Kind("identifier.alias", MINOR),
        Kind("identifier.secondary", MINOR),
    ),
    *_Group("contact", "texts", tag="Contact changed").of(
        Kind("contact.central", NOISE),
        Kind("contact.official", NOISE),
        Kind("contact.site", NOISE),
    ),
    *_Group("record", "record", urgency=0).of(
        Kind("record.baseline", NOISE),
        Kind("record.merged", MAJOR, tag="Record merged"),
        Kind("record.gone", CRITICAL, tag="Record gone"),
        Kind("record.returned", MAJOR, tag="Record back"),
    ),
    *_Group("record", "record").of(
        Kind("record.part_removed", MINOR, tag="Part of record missing"),
        Kind("record.part_added", MINOR, tag="Part of record new"),
    ),
    *_Group("search", "searches").of(
        Kind("search.entered", MAJOR, tag="New in the search"),
        Kind("search.left", MINOR, tag="Left the search"),
    ),
    *_Group("field", "field").of(
        Kind("field.changed", MINOR),
        Kind("field.unclassified", MINOR),
    ),
    *_Group("registry", "record").of(
        Kind("registry.reformatted", NOISE),
    ),
    *_Group("admin", "record").of(
        Kind("admin.verified", NOISE),
        Kind("admin.touched", NOISE),
        Kind("admin.dates", NOISE),
    ),
)
"""Every kind there is, in the order of telling."""

BY_NAME: Mapping[str, Kind] = MappingProxyType({kind.name: kind for kind in TABLE})
KINDS: tuple[str, ...] = tuple(BY_NAME)
"""The names of all kinds, in the order of telling."""

_RANKS: Mapping[str, int] = {start: rank for rank, start in enumerate(dict.fromkeys(kind.start for kind in TABLE))}


def kind_of(name: str) -> Kind:
    """Return the row of a kind. A kind that an earlier version stored is read as one of its group, else as the last."""
    return BY_NAME.get(name) or _like(name)


def _like(name: str) -> Kind:
    pieces = name.split(".")
    for depth in range(len(pieces), 0, -1):
        start = ".".join(pieces[:depth])
        for kind in TABLE:
            if kind.start == start or kind.name.startswith(f"{start}."):
                return replace(kind, name=name, context=Context.NONE, verb=None)
    return replace(TABLE[-1], name=name, start="", family="field", topic=pieces[0])


def known_names() -> frozenset[str]:
    """Return what a rule may name: every kind, and every beginning of one at a dot (`site`, `outcome.primary`)."""
    return frozenset(
        ".".join(pieces[:depth])
        for kind in KINDS
        for pieces in (kind.split("."),)
        for depth in range(1, len(pieces) + 1)
    )
