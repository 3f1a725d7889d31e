"""Names that are proved to be one thing, and amounts that are the same in another unit."""

from __future__ import annotations

import pytest

from watcher.changes.meaning.amounts import amount_change
from watcher.changes.meaning.naming import is_one_thing


@pytest.mark.parametrize(
    ("old", "new", "others"),
    [
        ("Semaglutide", "Ozempic", ["Semaglutide"]),
        ("Nivolumab 3 mg/kg", "Nivolumab 1 mg/kg", []),
        ("Pravastatin sodium", "Pravastatin", []),
        ("Semaglutide", "Oral semaglutide", []),
        ("Levitra", "Levitra (Vardenafil, BAY38-9456)", []),
        ("Vardenafil", "Levitra (Vardenafil, BAY38-9456)", []),
        ("BMS-986165", "Deucravacitinib (BMS-986165)", []),
        ("BMS-986165", "deucravacitinib", ["BMS 986165"]),
        ("Placebo", "Placebo tablets", []),
        ("Ipilimumab and nivolumab", "Nivolumab, Ipilimumab", []),
        ("Pembrolizmab", "Pembrolizumab", []),
        ("Aciclovir", "Acyclovir", []),
        ("Exercise programme", "Exercise course", []),
    ],
)
def test_names_proved_to_be_one(old, new, others):
    assert is_one_thing(old, new, new_others=others)
    assert is_one_thing(new, old, old_others=others)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Docetaxel", "Ramucirumab"),
        ("Docetaxel (chemotherapy)", "Ramucirumab (chemotherapy)"),
        ("Omalizumab", "Placebo omalizumab"),
        ("Omalizumab", "Omalizumab (placebo)"),
        ("Nivolumab", "Nivolumab + Ipilimumab"),
        ("Nivolumab", "Nivolumab (with Ipilimumab)"),
        ("Paclitaxel", "nab-paclitaxel"),
        ("Oral semaglutide", "Subcutaneous semaglutide"),
        ("Afatinib", "Apatinib"),
        ("Prednisone", "Prednisolone"),
        ("Vinblastine", "Vincristine"),
        ("Vitamin A", "Vitamin"),
        ("Vitamin B12", "Vitamin B6"),
        ("PCV13", "PCV20"),
        ("Potassium carbonate", "Calcium carbonate"),
        ("Arm A", "Arm B"),
        ("Cohort 1", "Cohort 2"),
        ("High dose", "Low dose"),
    ],
)
def test_names_that_prove_nothing(old, new):
    assert not is_one_thing(old, new)
    assert not is_one_thing(new, old)


@pytest.mark.parametrize(
    ("old", "new", "is_other", "is_respelt"),
    [
        ("1.0 mg", "1000 µg", False, True),
        ("1.0 mg", "1000 mcg", False, True),
        ("1,000 mg", "1 g", False, True),
        ("7 days", "1 week", False, True),
        ("Q3W", "every 3 weeks", False, True),
        ("once a day", "QD", False, False),
        ("1.0 mg", "1.0 g", True, False),
        ("10 or 20 mg", "10 or 20 g", True, False),
        ("10 mg/kg", "10 mg", True, False),
        ("once daily", "twice daily", True, False),
        ("daily", "weekly", True, False),
        ("two tablets", "three tablets", True, False),
        ("5x10^6 cells", "5x10^7 cells", True, False),
        ("20 mg", "40 mg", True, False),
        ("20 mg, Part 1", "20 mg, Part 2", False, False),
        ("", "20 mg", False, False),
        ("9 mg", "9 mg 9 mg", False, False),
    ],
)
def test_amounts_are_read_with_their_units(old, new, is_other, is_respelt):
    change = amount_change(old, new)
    assert (change.is_other, change.is_respelt) == (is_other, is_respelt)


def test_a_hostile_text_of_digits_is_read_in_no_time_and_invents_nothing():
    assert not amount_change("9" * 100_000, "9" * 100_000).is_other
    assert amount_change(f"{'1,' * 50_000} mg", "2 mg").was == ""
