"""The Markdown page: the mirror's page field for field, and a log that says from what to what."""

import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

from tests.changes.builders import copied, put
from tests.pages.made import SITE, START, TEMPLATES, a_trial, cast_record
from tests.support.hostile_trial import hostile_record
from watcher.changes.model import Record
from watcher.pages.mirror import mirror_of
from watcher.pages.page_model import Site, Trial

SPIN = "NCT07555496"
SEEDS = os.environ.get("TRIAL_SEEDS")
needs_seeds = pytest.mark.skipif(not SEEDS, reason="TRIAL_SEEDS names no folder of seed pages")

INTENDED = {
    "front matter": "canonical_url and last_seen_at are ours",
    "Recent Field Changes (last 30 days)": "first sight is one line, not sixteen; each line says more",
    "footer": "our own address; that changes are found by comparing",
}
"""Every section in which our page is meant to differ from the seed's, and why."""

NO_RESULTS = "- **Results:** not posted\n"
"""The one key fact that the seed does not have."""


def page_of(trial: Trial, site: Site = SITE) -> str:
    return TEMPLATES.render("pages/trial.md.j2", {"page": mirror_of(trial, site)}).text


def front_of(page: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(page.split("---\n")[1], Loader=yaml.BaseLoader)
    return found


def sections(page: str) -> dict[str, str]:
    """Cut a page into its sections, by heading."""
    _, front, rest = page.split("---\n", 2)
    body, _, footer = rest.rpartition("\n---\n")
    head, *others = re.split(r"^## ", body, flags=re.MULTILINE)
    found = {"front matter": front, "head": head, "footer": footer}
    found.update((name, text) for name, _, text in (other.partition("\n") for other in others))
    return {name: text.strip() for name, text in found.items()}


def log_of(page: str) -> list[str]:
    return re.findall(r"^- `.*", sections(page)["Recent Field Changes (last 30 days)"], re.MULTILINE)


@pytest.fixture
def seed() -> str:
    (path,) = (path for path in Path(SEEDS or "").glob("*.txt") if path.read_text("utf-8").startswith("---"))
    return path.read_text("utf-8")


def with_prose_of(seed: str, record: Record) -> dict[str, Any]:
    """Give the sandbox's record with the texts of the seed in place of our own."""
    found = copied(dict(record))
    said = sections(seed)
    protocol: Any = found["protocolSection"]
    protocol["descriptionModule"]["briefSummary"] = said["Brief Summary"]
    protocol["eligibilityModule"]["eligibilityCriteria"] = said["Eligibility"].split("```")[1].strip()
    for one, line in zip(
        protocol["armsInterventionsModule"]["interventions"], said["Interventions"].splitlines(), strict=True
    ):
        one["description"] = line.partition(" — ")[2]
    outcome = protocol["outcomesModule"]["primaryOutcomes"][0]
    outcome["description"] = said["Primary Outcomes"].partition(" — ")[2]
    return found


@needs_seeds
def test_our_page_is_the_seeds_page_section_by_section(seed):
    ours = sections(page_of(a_trial(with_prose_of(seed, cast_record(SPIN)))))
    theirs = sections(seed)
    assert ours["Key Facts"].count(NO_RESULTS) == 1
    ours["Key Facts"] = ours["Key Facts"].replace(NO_RESULTS, "")
    assert list(ours) == list(theirs)
    assert {name for name in theirs if ours[name] != theirs[name]} == set(INTENDED)


@needs_seeds
def test_our_front_matter_has_the_seeds_keys_in_its_order_and_its_values(seed):
    ours, theirs = front_of(page_of(a_trial(cast_record(SPIN)))), front_of(seed)
    assert list(ours) == list(theirs)
    assert {key for key in theirs if ours[key] != theirs[key]} == {"canonical_url", "last_seen_at"}


@needs_seeds
def test_every_path_of_the_seeds_log_is_spelt_the_same_by_ours(seed):
    """What the seed lists on one day: here each field comes alone, so that none is folded into another."""
    wanted = dict(re.findall(r"^- `(.*)` — (\w+)", sections(seed)["Recent Field Changes (last 30 days)"], re.MULTILINE))
    newer = put(cast_record(SPIN), (*STATUS, "primaryCompletionDateStruct"), {"date": "2029-01"})
    found: dict[str, str] = {}
    for without in FIELDS:
        for line in log_of(page_of(a_trial(put(newer, without, None), newer))):
            path, verb = re.findall(r"^- `(.*?)` — (\w+)", line)[0]
            found.setdefault(path, verb)
            found.setdefault(".".join(path.split(".")[:2]), verb)  # outcomes and arms: one line each, the name added
    assert {path: verb for path, verb in wanted.items() if found.get(path) != verb} == INTENDED_VERBS


INTENDED_VERBS = {"status.lastUpdatePostDate": "added"}
"""The date of a sponsor's update is always `changed`: an update is an event, and no record is without one."""


STATUS = ("protocolSection", "statusModule")
DESIGN = ("protocolSection", "designModule")
WHO = ("protocolSection", "eligibilityModule")
FIELDS: tuple[tuple[str, ...], ...] = (
    (*STATUS, "overallStatus"),
    (*STATUS, "primaryCompletionDateStruct"),
    (*STATUS, "completionDateStruct"),
    (*STATUS, "lastUpdatePostDateStruct"),
    (*DESIGN, "phases"),
    (*DESIGN, "enrollmentInfo"),
    (*WHO, "eligibilityCriteria"),
    (*WHO, "minimumAge"),
    (*WHO, "sex"),
    ("protocolSection", "outcomesModule", "primaryOutcomes"),
    ("protocolSection", "outcomesModule", "secondaryOutcomes"),
    ("protocolSection", "armsInterventionsModule", "armGroups"),
    ("protocolSection", "armsInterventionsModule", "interventions"),
    ("protocolSection", "sponsorCollaboratorsModule", "leadSponsor"),
    ("hasResults",),
    ("protocolSection", "contactsLocationsModule", "locations"),
)


def test_first_sight_is_one_line():
    assert log_of(page_of(a_trial(cast_record(SPIN)))) == [
        "- `record.baseline` — added _(2026-06-01)_: first version kept · posted 2026-04-29 · noise"
    ]


def test_a_change_says_from_what_to_what_when_seen_when_posted_and_how_loud():
    first = cast_record("NCT99000002")
    newer = put(first, (*STATUS, "overallStatus"), "SUSPENDED")
    newer = put(newer, (*STATUS, "lastUpdatePostDateStruct", "date"), "2026-06-02")
    line = log_of(page_of(a_trial(first, newer)))[0]
    assert line == (
        "- `status.overallStatus` — changed _(2026-06-02)_: RECRUITING → SUSPENDED · posted 2026-06-02 · critical"
    )


def test_the_log_ends_after_thirty_days():
    trial = a_trial(cast_record(SPIN))
    late = Site(url="", now=START + timedelta(days=31))
    assert log_of(page_of(trial, late)) == []
    assert "None." in sections(page_of(trial, late))["Recent Field Changes (last 30 days)"]


def test_same_trial_same_bytes():
    trial = a_trial(hostile_record())
    assert page_of(trial) == page_of(trial)


def test_the_address_of_the_site_is_the_canonical_one():
    page = page_of(a_trial(cast_record(SPIN)), Site(url="https://trials.example.org", now=START))
    assert front_of(page)["canonical_url"] == f"https://trials.example.org/trials/{SPIN}.md"


def test_hostile_text_makes_neither_html_nor_front_matter_of_its_own():
    page = page_of(a_trial(hostile_record()))
    front = front_of(page)
    assert len(front) == 13
    assert front["title"].startswith('<script>alert("brief title")')
    rendered = MarkdownIt("commonmark").render(page.split("---\n", 2)[2])
    assert not re.search(r"<(script|img|iframe|b|i)\b", rendered)
    assert not re.search(r"href=\"(?!https://clinicaltrials\.gov/study/NCT99000011\")", rendered)
    assert "\u202e" not in page
    assert "{{ 7" not in page.replace(front["title"].replace('"', '\\"'), "")


def test_every_kind_of_value_is_spelt():
    base = cast_record("NCT99000002")
    newer = put(base, (*DESIGN, "enrollmentInfo"), {"count": 99, "type": "ACTUAL"})
    newer = put(newer, (*STATUS, "primaryCompletionDateStruct"), {"date": "2026-05-01", "type": "ACTUAL"})
    newer = put(newer, (*DESIGN, "phases"), ["PHASE1", "PHASE2"])
    newer = put(newer, ("hasResults",), True)
    log = "\n".join(log_of(page_of(a_trial(base, newer))))
    assert "PHASE1, PHASE2" in log
    assert "2026-05-01 (ACTUAL)" in log or "→ 2026-05-01" in log
    assert "**Actual Enrollment:** 99" in page_of(a_trial(base, newer))


def test_a_record_of_nothing_still_has_a_page():
    page = page_of(a_trial({"protocolSection": {"identificationModule": {"nctId": SPIN}, "statusModule": {}}}))
    assert front_of(page)["title"] == ""
    assert "## Key Facts" in page
    assert "## Arms" not in page


def test_an_unknown_status_comes_with_the_last_known_one():
    base = put(cast_record(SPIN), (*STATUS, "overallStatus"), "UNKNOWN")
    page = page_of(a_trial(put(base, (*STATUS, "lastKnownStatus"), "RECRUITING")))
    assert "- **Status:** UNKNOWN\n- **Last Known Status:** RECRUITING\n" in page
    assert "Last Known Status" not in page_of(a_trial(cast_record(SPIN)))


def test_other_outcomes_have_a_section_after_the_secondary_ones():
    others = [{"measure": "Steps a day", "timeFrame": "1 year", "description": "By a watch"}]
    page = page_of(a_trial(put(cast_record(SPIN), ("protocolSection", "outcomesModule", "otherOutcomes"), others)))
    assert sections(page)["Other Outcomes"] == "- **Steps a day** _(time frame: 1 year)_ — By a watch"
    assert list(sections(page)).index("Other Outcomes") == list(sections(page)).index("Secondary Outcomes") + 1


@pytest.mark.parametrize(
    ("edits", "line"),
    [
        ({}, "not posted"),
        ({(*STATUS, "resultsFirstSubmitDate"): "2026-05-28"}, "not posted; submitted 2026-05-28"),
        ({(*STATUS, "dispFirstPostDateStruct"): {"date": "2025-01-02"}}, "not posted; delay certified 2025-01-02"),
        (
            {("hasResults",): True, (*STATUS, "resultsFirstPostDateStruct"): {"date": "2026-06-08"}},
            "posted 2026-06-08",
        ),
        ({("hasResults",): True}, "posted"),
    ],
)
def test_a_line_says_where_the_results_stand(edits, line):
    record = cast_record(SPIN)
    for path, value in edits.items():
        record = put(record, path, value)
    assert f"- **Results:** {line}\n" in page_of(a_trial(record))
