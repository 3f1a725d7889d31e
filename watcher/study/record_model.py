"""A record's modules as typed values: each field has the registry's name in snake case.

What is not there, or not of the documented shape, is an empty text, an empty tuple or None, never an error.
Source: https://clinicaltrials.gov/data-api/about-api/study-data-structure
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Protocol, TypeVar

from watcher.study.read import Record, at
from watcher.study.shapes import shaped


class _Module(Protocol):
    """A class that says where its module lies in a record."""

    path: ClassVar[tuple[str, str]]


M = TypeVar("M", bound=_Module)
_PROTOCOL, _DERIVED = "protocolSection", "derivedSection"


@dataclass(frozen=True, slots=True)
class Date:
    """A day, month or year as the registry spells it, and whether it is `ACTUAL` or `ESTIMATED`."""

    date: str
    type: str = ""


@dataclass(frozen=True, slots=True)
class Organisation:
    """A sponsor or collaborator."""

    name: str
    class_: str


@dataclass(frozen=True, slots=True)
class OtherId:
    """A number of the trial elsewhere."""

    id: str
    type: str
    domain: str


@dataclass(frozen=True, slots=True)
class Identification:
    """Titles and numbers."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "identificationModule")
    brief_title: str
    official_title: str
    org_study_id_info: OtherId
    secondary_id_infos: tuple[OtherId, ...]
    nct_id_aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """Recruitment and dates."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "statusModule")
    overall_status: str
    last_known_status: str
    why_stopped: str
    status_verified_date: str
    start_date_struct: Date
    primary_completion_date_struct: Date
    completion_date_struct: Date
    study_first_post_date_struct: Date
    last_update_post_date_struct: Date
    results_first_submit_date: str
    results_first_post_date_struct: Date
    disp_first_post_date_struct: Date


@dataclass(frozen=True, slots=True)
class Description:
    """The texts about the trial, with their markup."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "descriptionModule")
    brief_summary: str
    detailed_description: str


@dataclass(frozen=True, slots=True)
class Conditions:
    """What is studied, in the sponsor's words."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "conditionsModule")
    conditions: tuple[str, ...]
    keywords: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Masking:
    """Who does not know which arm a participant is in."""

    masking: str
    who_masked: tuple[str, ...]
    masking_description: str


@dataclass(frozen=True, slots=True)
class DesignInfo:
    """The coded questions of the design."""

    allocation: str
    intervention_model: str
    intervention_model_description: str
    observational_model: str
    time_perspective: str
    primary_purpose: str
    masking_info: Masking


@dataclass(frozen=True, slots=True)
class Participants:
    """How many participants, and whether they are counted (`ACTUAL`) or planned (`ESTIMATED`)."""

    count: int | None
    type: str


@dataclass(frozen=True, slots=True)
class Design:
    """Type, phases, size and design of the trial."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "designModule")
    study_type: str
    phases: tuple[str, ...]
    design_info: DesignInfo
    enrollment_info: Participants
    patient_registry: bool | None
    target_duration: str


@dataclass(frozen=True, slots=True)
class ArmGroup:
    """One arm or cohort."""

    label: str
    type: str
    description: str
    intervention_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tested:
    """One thing given or done."""

    name: str
    type: str
    description: str
    other_names: tuple[str, ...]
    arm_group_labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Arms:
    """Arms and interventions."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "armsInterventionsModule")
    arm_groups: tuple[ArmGroup, ...]
    interventions: tuple[Tested, ...]


@dataclass(frozen=True, slots=True)
class Measure:
    """One outcome measure."""

    measure: str
    time_frame: str
    description: str


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Outcome measures by rank."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "outcomesModule")
    primary_outcomes: tuple[Measure, ...]
    secondary_outcomes: tuple[Measure, ...]
    other_outcomes: tuple[Measure, ...]


@dataclass(frozen=True, slots=True)
class Eligibility:
    """Who may take part."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "eligibilityModule")
    eligibility_criteria: str
    minimum_age: str
    maximum_age: str
    sex: str
    gender_description: str
    healthy_volunteers: bool | None
    study_population: str
    sampling_method: str


@dataclass(frozen=True, slots=True)
class Person:
    """A contact or official."""

    name: str
    role: str
    phone: str
    phone_ext: str
    email: str
    affiliation: str


@dataclass(frozen=True, slots=True)
class Location:
    """One site."""

    facility: str
    city: str
    state: str
    zip: str
    country: str
    status: str
    contacts: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Locations:
    """Sites and contacts."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "contactsLocationsModule")
    central_contacts: tuple[Person, ...]
    overall_officials: tuple[Person, ...]
    locations: tuple[Location, ...]


@dataclass(frozen=True, slots=True)
class Party:
    """The responsible party; the old fields are those of records before 2011."""

    type: str
    investigator_full_name: str
    investigator_title: str
    investigator_affiliation: str
    old_name_title: str
    old_organization: str


@dataclass(frozen=True, slots=True)
class Sponsors:
    """Who runs the trial."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "sponsorCollaboratorsModule")
    lead_sponsor: Organisation
    collaborators: tuple[Organisation, ...]
    responsible_party: Party


@dataclass(frozen=True, slots=True)
class Retraction:
    """A notice on a publication."""

    type: str
    source: str


@dataclass(frozen=True, slots=True)
class Citation:
    """One publication."""

    pmid: str
    type: str
    citation: str
    retractions: tuple[Retraction, ...]


@dataclass(frozen=True, slots=True)
class SeeAlso:
    """One link."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Publications:
    """Publications and links."""

    path: ClassVar[tuple[str, str]] = (_PROTOCOL, "referencesModule")
    references: tuple[Citation, ...]
    see_also_links: tuple[SeeAlso, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A subject heading."""

    term: str


@dataclass(frozen=True, slots=True)
class ConditionTerms:
    """Subject headings of the conditions."""

    path: ClassVar[tuple[str, str]] = (_DERIVED, "conditionBrowseModule")
    meshes: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class InterventionTerms:
    """Subject headings of the interventions."""

    path: ClassVar[tuple[str, str]] = (_DERIVED, "interventionBrowseModule")
    meshes: tuple[Term, ...]


def module_of(record: Record, module: type[M]) -> M:
    """Return a module of a record, one of the classes here that have a `path`."""
    return shaped(module, at(record, *module.path), _key)


@cache
def _key(name: str) -> str:
    first, *rest = name.rstrip("_").split("_")
    return first + "".join(word.capitalize() for word in rest)
