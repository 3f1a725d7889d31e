"""What a mail has no room for goes with it as a table, and what the table has no room for into the next mail."""

import csv
import io

import pytest

from tests.digests import builders as b
from tests.digests.test_compose import composed, flat, mail
from watcher.changes.model import Severity, Verb
from watcher.delivery import mime
from watcher.digests.csv_attachment import MAX_CSV, lay_out, measure, views_of, write
from watcher.digests.model import Medium
from watcher.text import csv_cell


def rows(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline="")))


def tables_of(stories):
    sheets = lay_out([measure(story) for story in stories])
    return tuple((write(sheet, view.name), view) for sheet, view in zip(sheets, views_of(sheets), strict=True))


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


def heavy(count):
    """Stories that fill a table with about 18 of them to the MB."""
    long = tuple(b.a_phrase(f"Field {n}", was="x" * 900, now="y" * 900) for n in range(30))
    return tuple(b.a_story(number, lines=long) for number in range(1, count + 1))


def test_what_one_table_has_no_room_for_goes_into_the_next_with_a_mail_of_its_own():
    stories = heavy(150)
    first, *others = messages = composed(b.a_digest(stories), Medium.EMAIL)
    assert len(messages) == 3
    assert [(one.part, one.parts) for one in messages] == [(1, 3), (2, 3), (3, 3)]
    tables = [one.attachments[0] for one in messages]
    assert [table.name for table in tables] == ["changes.csv", "changes-2.csv", "changes-3.csv"]
    assert all(len(table.content.encode()) <= MAX_CSV for table in tables)
    assert len(tables[0].content.encode()) > MAX_CSV * 0.8
    listed = [row["Trial"] for table in tables for row in rows(table.content)]
    assert {story.nct_id for story in stories} == set(listed)
    assert len(listed) == 30 * len(stories)
    assert "are listed in the next messages" in flat(first.text)
    assert "are listed in the next messages" in flat(first.html or "")
    assert others[0].subject == f"{first.subject} (2/3)"
    assert others[0].text.startswith("This goes on from the first message. The attached changes-2.csv lists the")
    assert "listed in the next message." in flat(others[0].text)
    assert "listed in the next" not in flat(others[1].text)
    assert {one.thread for one in others} == {first.message_id}
    assert len({one.message_id for one in messages}) == len({one.boundary for one in messages}) == 3


def test_no_mail_is_larger_than_five_megabytes():
    for message in composed(b.a_digest(heavy(150)), Medium.EMAIL):
        head = mime.letterhead("Trial watcher <watcher@example.org>")
        assert len(mime.build(message, head, None)) < 5_000_000


@pytest.mark.parametrize("medium", [Medium.EMAIL, Medium.FOLDER, Medium.TEXT, Medium.SLACK, Medium.CHAT])
@pytest.mark.parametrize("count", [644, 1200])
def test_every_changed_trial_is_named_and_no_reader_is_sent_to_a_command(medium, count):
    messages = composed(b.a_digest(b.many(count)), medium)
    said = "".join(one.text + "".join(file.content for file in one.attachments) for one in messages)
    missing = [story.nct_id for story in b.many(count) if story.nct_id not in said]
    assert missing == []
    assert "watcher log" not in said
    assert not any("watcher log" in (one.html or "") for one in messages)


def test_one_story_longer_than_a_table_goes_on_in_the_next():
    giant = b.a_story(1, lines=tuple(b.a_phrase(f"Field {n}", now="x" * 2000) for n in range(4000)))
    tables = tables_of((giant, b.a_story(2)))
    assert len(tables) == 3
    assert sum(view.changes for _, view in tables) == 4000 + len(rows(tables_of((b.a_story(2),))[0][0].content))
    assert [view.trials_left for _, view in tables] == [1, 1, 0]
    assert all(len(table.content.encode()) <= MAX_CSV for table, _ in tables)
    assert tables_of(()) == ()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "＝1+1"])
def test_cell_is_never_a_formula(text):
    story = b.a_story(lines=(b.a_phrase(now=text, severity=Severity.MINOR),))
    ((made, _),) = tables_of((story,))
    (row,) = rows(made.content)
    assert row["Now"].startswith("'")
    assert row["Now"] == csv_cell(text)


def test_cells_hold_any_text_on_one_line():
    ((made, _),) = tables_of((b.a_story(lines=(b.a_phrase(was='a "quoted", thing', now="two\r\nlines; 中文"),)),))
    (row,) = rows(made.content)
    assert (row["Was"], row["Now"]) == ('a "quoted", thing', "two lines; 中文")


@pytest.mark.parametrize("medium", [Medium.SLACK, Medium.CHAT, Medium.TEXT, Medium.DATA])
def test_only_mails_have_attachments(medium):
    for message in composed(b.a_digest(b.many(100)), medium):
        assert message.attachments == ()
        assert "attached" not in message.text
