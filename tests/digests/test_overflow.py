"""What a mail has no room for goes with it as a table, and what the table has no room for is counted."""

import csv
import io

import pytest

from tests.digests import builders as b
from tests.digests.test_compose import composed, flat, mail
from watcher.changes.model import Severity, Verb
from watcher.digests.model import Medium
from watcher.digests.overflow import MAX_CSV, table_of
from watcher.text import csv_cell


def rows(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


def test_digest_that_fits_has_no_attachment():
    assert mail(b.a_digest()).attachments == ()


def test_every_trial_is_told_in_full_or_attached():
    message = mail(b.a_digest(b.many(500)))
    (table,) = message.attachments
    attached = {row["Trial"] for row in rows(table.content)}
    told = {story.nct_id for story in b.many(500) if f"{story.nct_id} · " in message.text}
    in_full = {story.nct_id for story in b.many(500)} - attached
    assert len(attached) + len(in_full) == 500
    assert in_full <= told
    assert message.text.count("History: ") == len(in_full)
    sentence = f"lists the {len(rows(table.content)):,} changes of {len(attached)} trials not told in full"
    assert sentence in flat(message.text)
    assert sentence in flat(message.html or "")


def test_changes_of_a_trial_whose_lines_were_cut_are_attached():
    story = b.a_story(lines=tuple(b.a_phrase(f"Field {number}") for number in range(40)))
    (table,) = mail(b.a_digest((b.terminated(), story))).attachments
    assert [row["What"] for row in rows(table.content)] == [f"Field {number}" for number in range(40)]
    assert {row["Trial"] for row in rows(table.content)} == {story.nct_id}


def test_changes_counted_because_many_are_alike_are_attached():
    alike = tuple(
        b.a_phrase("Sites", kind="site.added", verb=Verb.ADDED, was=None, now=None, sentence=f"Site added: Clinic {n}.")
        for n in range(12)
    )
    message = mail(b.a_digest((b.a_story(lines=alike),)))
    assert "and 6 more" in flat(message.text)
    (table,) = message.attachments
    assert [row["In words"] for row in rows(table.content)] == [f"Site added: Clinic {n}." for n in range(12)]


def test_table_stays_within_its_size_and_counts_the_rest():
    long = tuple(b.a_phrase(f"Field {n}", was="x" * 900, now="y" * 900) for n in range(30))
    stories = tuple(b.a_story(number, lines=long) for number in range(1, 21))
    made = table_of(stories)
    assert made is not None
    table, view = made
    assert MAX_CSV * 0.8 < len(table.content.encode()) <= MAX_CSV
    assert view.trials + view.trials_left == 20
    assert view.changes == len(rows(table.content)) == 30 * view.trials
    message = mail(b.a_digest(stories))
    assert "it has no room for" in flat(message.text)


def test_trial_too_long_for_the_table_keeps_no_other_out_of_it():
    giant = b.a_story(1, lines=tuple(b.a_phrase(now="x" * 2000) for _ in range(300)))
    made = table_of((giant, b.a_story(2)))
    assert made is not None
    assert (made[1].trials, made[1].trials_left) == (1, 1)
    assert table_of((giant,)) is None
    assert table_of(()) is None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1"])
def test_cell_is_never_a_formula(text):
    story = b.a_story(lines=(b.a_phrase(now=text, severity=Severity.MINOR),))
    made = table_of((story,))
    assert made is not None
    (row,) = rows(made[0].content)
    assert row["Now"].startswith("'")
    assert row["Now"] == csv_cell(text)


def test_cells_hold_any_text_on_one_line():
    made = table_of((b.a_story(lines=(b.a_phrase(was='a "quoted", thing', now="two\r\nlines; 中文"),)),))
    assert made is not None
    (row,) = rows(made[0].content)
    assert (row["Was"], row["Now"]) == ('a "quoted", thing', "two lines; 中文")


@pytest.mark.parametrize("medium", [Medium.SLACK, Medium.CHAT, Medium.TEXT, Medium.DATA])
def test_only_mails_have_attachments(medium):
    for message in composed(b.a_digest(b.many(100)), medium):
        assert message.attachments == ()
        assert "attached" not in message.text
