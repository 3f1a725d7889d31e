from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.changes.model import Mark, MarkKind
from watcher.changes.word_diff import changed_tokens, diff, shorten, side, tokens

TEXTS = st.lists(st.sampled_from(["age", "≥", "18", "18.5", "years", ",", ".", " ", "  ", "\n", "(", "or", "not"])).map(
    "".join
)


def shown(marks) -> str:
    signs = {MarkKind.SAME: "{}", MarkKind.REMOVED: "[-{}-]", MarkKind.ADDED: "[+{}+]", MarkKind.GAP: "{}"}
    return "".join(signs[mark.kind].format(mark.text) for mark in marks)


@given(TEXTS, TEXTS)
def test_marks_give_back_both_texts(old, new):
    marks = diff(old, new)
    assert "".join(mark.text for mark in marks if mark.kind is not MarkKind.ADDED) == old
    assert "".join(mark.text for mark in marks if mark.kind is not MarkKind.REMOVED) == new
    assert all(one.kind is not other.kind for one, other in pairwise(marks))


@given(TEXTS)
def test_a_text_compared_with_itself_has_no_change(text):
    assert diff(text, text) == ((Mark(MarkKind.SAME, text),) if text else ())


def test_tokens_keep_numbers_and_words_whole():
    assert tokens("HbA1c ≤7.5 %, patient's") == ["HbA", "1", "c", " ", "≤", "7.5", " ", "%", ",", " ", "patient's"]


def test_phrases_replace_phrases_across_a_lone_word():
    old = "Patients diagnosed with Pancreatic adenocarcinoma"
    new = "Patients with a diagnosis of adenocarcinoma"
    assert shown(diff(old, new)) == "Patients [-diagnosed with Pancreatic-][+with a diagnosis of+] adenocarcinoma"


def test_an_insertion_is_marked_alone():
    assert shown(diff("within 12 months of start", "within 12 months or 15 months of start")) == (
        "within 12 months [+or 15 months +]of start"
    )


def test_a_short_diff_is_shown_whole():
    marks = diff("one two three", "one two four")
    assert shorten(marks) == marks


def test_a_long_diff_keeps_the_change_in_sight():
    same = "some words that did not change at all and go on for long " * 12
    marks = shorten(diff(f"{same}old {same}", f"{same}new {same}"), limit=200)
    text = shown(marks)
    assert "[-old-][+new+]" in text
    assert text.startswith("…")
    assert text.endswith("…")
    assert sum(len(mark.text) for mark in marks) <= 200


def test_very_long_changes_are_cut_and_the_total_is_bounded():
    old, new = " ".join(f"old{n}" for n in range(300)), " ".join(f"new{n}" for n in range(300))
    marks = shorten(diff(f"a {old} z", f"a {new} z"), limit=150)
    assert sum(len(mark.text) for mark in marks) <= 151
    assert {MarkKind.REMOVED, MarkKind.ADDED} <= {mark.kind for mark in marks}


def test_what_is_over_at_the_end_is_left_out_with_one_gap():
    pieces = [(f"same{n} word word. " * 5, "old thing. ", "new thing. ") for n in range(40)]
    marks = shorten(diff("".join(s + o for s, o, _ in pieces), "".join(s + n for s, _, n in pieces)), limit=200)
    assert marks[-1].kind is MarkKind.GAP
    assert marks[-2].kind is not MarkKind.GAP
    assert sum(len(mark.text) for mark in marks) <= 201


def long_texts(sentences):
    old = ". ".join(f"Sentence number {n} speaks of {n * 7 % 13} things" for n in range(sentences))
    return old, old.replace("number 200 speaks", "number 200 tells").replace("number 7 ", "number seven ")


def test_long_texts_are_compared_by_sentence_in_time_that_grows_with_their_length():
    def seconds(sentences):
        taken = []
        for _ in range(3):
            start = time.process_time()
            diff(*long_texts(sentences))
            taken.append(time.process_time() - start)
        return min(taken)

    assert seconds(2400) < 15 * seconds(400)  # six times as long; the square would be 36 times
    marks = diff(*long_texts(400))
    removed, added = changed_tokens(marks)
    assert {"speaks", "7"} <= set(removed)
    assert {"tells", "seven"} <= set(added)
    assert len(removed) < 40


def test_texts_with_nothing_in_common_are_one_replacement_whatever_their_length():
    old, new = "a. " * 2000, "b. " * 2000
    assert [mark.kind for mark in diff(f"x{old}", f"y{new}")][:2] == [MarkKind.REMOVED, MarkKind.ADDED]
    long_old, long_new = "a " * 900, "b " * 900
    assert [mark.kind for mark in diff(f"x{long_old}", f"y{long_new}")][:2] == [MarkKind.REMOVED, MarkKind.ADDED]


def test_one_side_of_marks_reads_as_a_text():
    marks = (
        Mark(MarkKind.GAP, "…"),
        Mark(MarkKind.SAME, " at "),
        Mark(MarkKind.REMOVED, "old"),
        Mark(MarkKind.ADDED, "new"),
    )
    assert side(marks, MarkKind.REMOVED) == "… at old"
    assert side(marks, MarkKind.ADDED) == "… at new"


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        (
            "at 12 mg/kg Q3W. In Part 1",
            "at 12 mg/kg once every 3 weeks (Q3W). In Part 1",
            "at 12 mg/kg [Q3W → once every 3 weeks (Q3W)]. In Part 1",
        ),
        (
            "Patients with Pancreatic ductal cancer (PDAC) by pathology have",
            "Patients with pancreatic cancer (ductal cancer or adenocarcinoma) have",
            "Patients with [Pancreatic ductal cancer (PDAC) by pathology → "
            "pancreatic cancer (ductal cancer or adenocarcinoma)] have",
        ),
        ("pain (any grade) for 3 months", "pain (any grade) for 6 months", "pain (any grade) for [3 → 6] months"),
    ],
)
def test_words_put_into_brackets_are_one_change_with_their_brackets(old, new, marked):
    pieces = {MarkKind.REMOVED: "[{} → ", MarkKind.ADDED: "{}]"}
    assert "".join(pieces.get(mark.kind, "{}").format(mark.text) for mark in diff(old, new)) == marked
