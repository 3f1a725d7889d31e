"""The short name of a trial: what is tested, never a placebo, a comparator or a procedure that serves the study."""

from __future__ import annotations

import re
import time

import pytest

from tests.changes.real import all_paths, load, needs_records
from watcher.study.names import interventions_tested, short_name, told_apart

EXPERIMENTAL, ACTIVE, PLACEBO = "EXPERIMENTAL", "ACTIVE_COMPARATOR", "PLACEBO_COMPARATOR"


def record(title="A Study", arms=(), interventions=(), conditions=("Back Pain",), acronym=None):
    listed = [one if isinstance(one, dict) else {"type": "DRUG", "name": one} for one in interventions]
    return {
        "protocolSection": {
            "identificationModule": {"nctId": "NCT99000001", "briefTitle": title, "acronym": acronym},
            "conditionsModule": {"conditions": list(conditions)},
            "armsInterventionsModule": {
                "armGroups": [
                    {"label": f"Arm {n}", "type": kind, "interventionNames": [f"Drug: {name}" for name in names]}
                    for n, (kind, *names) in enumerate(arms)
                ],
                "interventions": listed,
            },
        }
    }


def drug(name, *others):
    return {"type": "DRUG", "name": name, "otherNames": list(others)}


@pytest.mark.parametrize(
    ("given", "name"),
    [
        (record(acronym="PALLAS", interventions=["Palbociclib"]), "PALLAS"),
        (record(interventions=["AZD8205", "AZD8205 and AZD2936"]), "AZD8205 and AZD2936, Back Pain"),
        (record(acronym="N/A", interventions=["Palbociclib"]), "Palbociclib, Back Pain"),
        (record(acronym="An acronym that is a sentence of its own", interventions=["A1"]), "A1, Back Pain"),
        (record(interventions=["Placebo", "Veridoxan"]), "Veridoxan, Back Pain"),
        (record(interventions=["Veridoxan or placebo"]), "Veridoxan, Back Pain"),
        (record(interventions=["Veridoxan", "Dornier Sham / Placebo"]), "Veridoxan, Back Pain"),
        (record(interventions=["Sham acupuncture", "Acupuncture"]), "Acupuncture, Back Pain"),
        (record("Registry of Backs", interventions=["No intervention"]), "Registry of Backs"),
        (record("Registry of Backs", interventions=["There is no intervention in this study."]), "Registry of Backs"),
        (record("A Study of Bavex", interventions=["Axilo", "Bavex"]), "Bavex + Axilo, Back Pain"),
        (record("Bavex or Axilo", interventions=["Axilo", "Bavex"]), "Bavex + Axilo, Back Pain"),
        (record(interventions=["Biospecimen Collection", "Computed Tomography", "Foo"]), "Foo, Back Pain"),
        (record("Bone Scan in Backs", interventions=["Bone scan", "Foo"]), "Bone scan + Foo, Back Pain"),
        (
            record(interventions=["Fludarabine", "Cyclophosphamide", "CD19 CAR-T"], conditions=["Lymphoma"]),
            "CD19 CAR-T, Lymphoma",
        ),
        (
            record(interventions=["Fludarabine", "Cyclophosphamide"], conditions=["Lymphoma"]),
            "Fludarabine + Cyclophosphamide, Lymphoma",
        ),
        (
            record("Trial of I-DXd", interventions=[drug("Topotecan"), drug("Ifinatamab deruxtecan", "I-DXd")]),
            "Ifinatamab deruxtecan + Topotecan, Back Pain",
        ),
        (
            record(
                arms=[(EXPERIMENTAL, "X1"), (ACTIVE, "Docetaxel")],
                interventions=["Docetaxel", "X1"],
                title="X1 vs Docetaxel",
            ),
            "X1, Back Pain",
        ),
        (
            record(arms=[(ACTIVE, "Sildenafil"), (ACTIVE, "Tadalafil")], interventions=["Sildenafil", "Tadalafil"]),
            "Sildenafil + Tadalafil, Back Pain",
        ),
        (
            record(
                arms=[(EXPERIMENTAL, "X1", "Cisplatin"), (PLACEBO, "Placebo", "Cisplatin")],
                interventions=["Cisplatin", "X1", "Placebo"],
            ),
            "X1, Back Pain",
        ),
        (record(interventions=["Udenafil 50 mg", "Udenafil 100 mg"]), "Udenafil, Back Pain"),
        (record(interventions=["Udenafil 50 mg"]), "Udenafil 50 mg, Back Pain"),
        (record("Doses of Foo", interventions=["Dose 1", "Dose 2"]), "Doses of Foo"),
        (record("Depigoid Birch", interventions=["s.c. injection"]), "Depigoid Birch"),
        (record(interventions=["Acupuncture for back pain"]), "Acupuncture for back pain"),
        (record(interventions=["Veridoxan"], conditions=()), "Veridoxan"),
        (record(""), "NCT99000001"),
    ],
)
def test_a_trial_is_called_by_what_it_tests(given, name):
    assert short_name(given) == name


def test_a_long_name_is_cut_at_a_word():
    long = record("A Very Long Title of a Trial That Goes On and On Until Nobody Reads It", conditions=())
    assert len(short_name(long)) <= 60
    assert short_name(long).endswith("Until…")


def test_trials_of_one_name_get_their_id_beside_it():
    names = {"NCT99000001": "Omalizumab, Asthma", "NCT99000002": "omalizumab, asthma", "NCT99000003": "Udenafil"}
    assert told_apart(names) == {
        "NCT99000001": "Omalizumab, Asthma (NCT99000001)",
        "NCT99000002": "omalizumab, asthma (NCT99000002)",
        "NCT99000003": "Udenafil",
    }


def test_an_endless_name_is_read_in_time_that_grows_with_its_length():
    def seconds(count):
        endless = record(interventions=["no " + "intervention " * count, "a, " * (5 * count // 2)])
        taken = []
        for _ in range(3):
            start = time.process_time()
            assert 0 < len(short_name(endless)) <= 80
            taken.append(time.process_time() - start)
        return min(taken)

    assert seconds(20_000) < 40 * max(seconds(2000), 0.001)  # ten times the length; the square would be 100 times


@needs_records
def test_no_real_trial_is_called_by_a_placebo_or_by_nothing():
    wrong = re.compile(r"placebo|sham|no intervention|questionnaire|biospecimen|tomography \\+", re.I)
    records = [load(path) for path in all_paths() if path.parent.name == "records"]
    assert len(records) > 400
    named = [" + ".join(interventions_tested(record)) for record in records]
    assert [name for name in named if wrong.search(name)] == []
    assert sum(bool(name) for name in named) > 300
