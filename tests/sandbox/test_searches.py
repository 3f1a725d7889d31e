from typing import Any
from urllib.parse import urlencode

import pytest

from tests.sandbox.asking import FIRST, SECOND, Reply, ask
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.sandbox.server import Sandbox
from watcher.sandbox.timeline import Timeline

ONE, TWO, THREE = "NCT99000001", "NCT99000002", "NCT99000003"
PARIS, LYON = {"lat": 48.85, "lon": 2.35}, {"lat": 45.76, "lon": 4.84}


def trial(nct_id: str, status: str, phase: str, posted: str, city: str, point: dict[str, float]) -> dict[str, Any]:
    return {
        "protocolSection": {
            "identificationModule": {"nctId": nct_id, "briefTitle": f"Bright light {nct_id}"},
            "statusModule": {"overallStatus": status, "studyFirstPostDateStruct": {"date": posted}},
            "conditionsModule": {"conditions": ["Low Back Pain", "Sciatica"]},
            "designModule": {"phases": [phase]},
            "eligibilityModule": {"minimumAge": "18 Years"},
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Mayo Clinic"}},
            "armsInterventionsModule": {"interventions": [{"name": "Etanercept"}]},
            "contactsLocationsModule": {"locations": [{"city": city, "country": "France", "geoPoint": point}]},
        },
        "hasResults": False,
    }


@pytest.fixture(scope="module")
def served():
    one = trial(ONE, "RECRUITING", "PHASE2", "2026-01-10", "Paris", PARIS)
    two = trial(TWO, "NOT_YET_RECRUITING", "PHASE3", "2026-02", "Lyon", LYON)
    three = trial(THREE, "COMPLETED", "NA", "2024", "Lyon", LYON)
    with Sandbox(Timeline.of({ONE: {FIRST: one, SECOND: one}, TWO: {FIRST: two}, THREE: {FIRST: three}})) as running:
        yield running


@pytest.fixture
def sandbox(served):
    yield served
    served.reset()


def search(sandbox: Sandbox, **parameters: str) -> Reply:
    spelt = {name.replace("__", "."): value for name, value in parameters.items()}
    return ask(f"{sandbox.base_url}/studies?{urlencode({'countTotal': 'true', 'fields': 'NCTId', **spelt})}")


@pytest.mark.parametrize(
    ("parameters", "found"),
    [
        ({"query__cond": "back pain"}, {ONE, TWO, THREE}),
        ({"query__cond": '"pain back"'}, set()),
        ({"query__cond": "sciatica AND NOT AREA[OverallStatus]COMPLETED"}, {ONE, TWO}),
        ({"query__term": "AREA[OverallStatus]RECRUITING"}, {ONE}),
        ({"query__term": '(AREA[Phase](PHASE2 OR PHASE3)) AND "etanercept"'}, {ONE, TWO}),
        ({"query__titles": THREE}, {THREE}),
        ({"query__spons": "Mayo"}, {ONE, TWO, THREE}),
        ({"query__intr": "placebo"}, set()),
        ({"query__locn": "SEARCH[Location](AREA[LocationCity]Lyon)"}, {TWO, THREE}),
        ({"filter__advanced": "AREA[StudyFirstPostDate]RANGE[2026-01-10,MAX]"}, {ONE, TWO}),
        ({"filter__advanced": "AREA[MinimumAge]RANGE[12 Months,17 Years]"}, set()),
        ({"filter__overallStatus": "RECRUITING|COMPLETED"}, {ONE, THREE}),
        ({"filter__geo": "distance(48.9,2.4,10mi)"}, {ONE}),
        ({"filter__geo": "distance(48.9,2.4,600km)"}, {ONE, TWO, THREE}),
        ({"aggFilters": "status:rec not,phase:2 3"}, {ONE, TWO}),
        ({"aggFilters": "status:rec,status:com"}, {THREE}),
        ({"aggFilters": "status:recruiting"}, set()),
        ({"aggFilters": "results:without,sex:f"}, set()),
        ({"query__cond": "pain", "filter__ids": f"{ONE},{TWO}", "aggFilters": "phase:3"}, {TWO}),
    ],
)
def test_a_search_selects_the_records_that_match_and_counts_them(sandbox, parameters, found):
    reply = search(sandbox, **parameters)
    assert (set(reply.ids), reply.json["totalCount"]) == (found, len(found))


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"filter__advanced": "AREA[Nowhere]x"}, "Unknown area name: `Nowhere`"),
        ({"filter__overallStatus": "BADSTATUS"}, "Invalid value in parameter `overallStatus`: `BADSTATUS`"),
        ({"query__term": "(pain"}, "Error parsing query in Other terms: missing ')'"),
        ({"query__term": "pain AND"}, "no viable alternative at input"),
        ({"aggFilters": "status:rec,com"}, "aggFilters"),
        ({"filter__geo": "near(1,2)"}, "filter.geo"),
        ({"filter__advanced": "AREA[MinimumAge]RANGE[6 Moons,MAX]"}, "No enum constant"),
    ],
)
def test_a_search_that_cannot_be_read_is_a_400_with_the_registrys_words(sandbox, parameters, said):
    reply = search(sandbox, **parameters)
    assert reply.status == 400
    assert said in reply.text


def test_a_full_last_page_has_a_token_whose_page_is_empty(sandbox):
    first = search(sandbox, query__cond="pain", pageSize="3")
    last = search(sandbox, query__cond="pain", pageSize="3", pageToken=first.json["nextPageToken"])
    assert len(first.ids) == 3
    assert last.json == {"studies": []}


def test_a_token_is_refused_after_the_data_moved(sandbox):
    first = search(sandbox, query__cond="pain", pageSize="2")
    sandbox.next()
    assert search(sandbox, query__cond="pain", pageSize="2", pageToken=first.json["nextPageToken"]).status == 400


def test_membership_moves_by_synonyms_alone_while_records_stay(sandbox):
    record = ask(f"{sandbox.base_url}/studies/{ONE}").body
    sandbox.arm(
        RegistryFault(kind=FaultKind.UNMATCHED, times=None, ids=(ONE,)),
        RegistryFault(kind=FaultKind.MATCHED, times=None, ids=(THREE,)),
    )
    reply = search(sandbox, query__term="AREA[OverallStatus]RECRUITING")
    assert (reply.ids, reply.json["totalCount"]) == ([THREE], 1)
    assert ask(f"{sandbox.base_url}/studies/{ONE}").body == record


def test_a_count_may_disagree_with_the_pages(sandbox):
    sandbox.arm(RegistryFault(kind=FaultKind.MISCOUNTED))
    assert search(sandbox, query__cond="pain").json["totalCount"] == 4
