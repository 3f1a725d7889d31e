"""What the operator reads of every kind of fault: at its beginning, daily while it lasts, and at its end."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.pipeline.house import ANA, DAYS, ONE, OPS, OPS_ON, QUIET, trial
from watcher import context as context_module
from watcher.cli.exits import Exit
from watcher.daemon.single_run import NOTHING_WATCHED
from watcher.pipeline.fault_kinds import TABLE, kind_of, sentence, title, words_of
from watcher.pipeline.fault_states import Announcement, Transition, report_line
from watcher.sandbox.registry_faults import FaultKind, RegistryFault
from watcher.store.delivery_model import Fault, FaultState

SINCE = datetime(2026, 6, 2, 6, 0, tzinfo=UTC)

SPOKEN = [
    # part, message → subject at the beginning, middle of the reminder, end of the line, subject at the end
    ("registry", "503", "Failing: registry", "still failing", "answers again, after failing", "Registry answers again"),
    ("configuration", "no", "Refused: configuration", "still refused", "is accepted, after being refused",
     "Configuration is accepted"),
    ("health endpoint", "taken", "Failing: health endpoint", "still failing", "is in order again, after failing",
     "Health endpoint is in order again"),
    ("watchlist", NOTHING_WATCHED, "Empty: watchlist", "still empty", "names trials now, after being empty",
     "Watchlist names trials now"),
    ("watchlist", "list.txt:2: no id", "Failing: watchlist", "still failing", "is in order again, after failing",
     "Watchlist is in order again"),
    (f"record {ONE}", "hollow", f"In doubt: record {ONE}", "still in doubt", "is believed again, after being in doubt",
     f"Record {ONE} is believed again"),
    (f"record {ONE}", "the program tripped over this record (KeyError); please report it", f"Failing: record {ONE}",
     "still failing", "works again, after failing", f"Record {ONE} works again"),
    (f"stored record {ONE}", "damaged", f"Damaged: stored record {ONE}", "still damaged",
     "can be read again, after being damaged", f"Stored record {ONE} can be read again"),
    (f"record {ONE}", f"the registry's record of {ONE} cannot be read: NaN", f"Unreadable: record {ONE}",
     "still unreadable", "can be read again, after being unreadable", f"Record {ONE} can be read again"),
    (f"record {ONE}", f"the registry's record of {ONE} is out of date: old", f"Out of date: record {ONE}",
     "still out of date", "is up to date again, after being out of date", f"Record {ONE} is up to date again"),
    ("unasked records", "2 records", "Sent: unasked records", "still sent", "are no longer sent, after being sent",
     "Unasked records are no longer sent"),
    (f"id {ONE}", f"the registry has no {ONE}; check the id", f"Unknown: id {ONE}", "still unknown",
     "is settled, after being unknown", f"Id {ONE} is settled"),
    (f"id {ONE}", f"the registry refuses to be asked for {ONE}: no", f"Refused: id {ONE}", "still refused",
     "is settled, after being refused", f"Id {ONE} is settled"),
    ("missing trials", "left out", "Absent: missing trials", "still absent",
     "are all accounted for, after being absent", "Missing trials are all accounted for"),
    ("registry data", "older", "Out of date: registry data", "still out of date",
     "is up to date again, after being out of date", "Registry data is up to date again"),
    ("template a.j2", "broken", "Failing: template a.j2", "still failing", "is in order again, after failing",
     "Template a.j2 is in order again"),
    ("digest for ana", "no", "Failing: digest for ana", "still failing", "is made again, after failing",
     "Digest for ana is made again"),
    ("messages for ana", "2 messages wait", "Waiting: messages for ana", "still waiting",
     "are settled, after waiting", "Messages for ana are settled"),
    ("recipient zoe", "once ana", "In question: recipient zoe", "still in question",
     "is settled, after being in question", "Recipient zoe is settled"),
    ("message 3", "waiting for another try: message 3 to ana", "Waiting: message 3", "still waiting",
     "is settled, after waiting", "Message 3 is settled"),
    ("message 3", "refused for its content: message 3 to ana", "Refused: message 3", "still refused",
     "is settled, after being refused", "Message 3 is settled"),
    ("message 3", "is lost", "Lost: message 3", "still lost", "is settled, after being lost", "Message 3 is settled"),
    ("page template pages/a.j2", "broken", "Failing: page template pages/a.j2", "still failing",
     "is in order again, after failing", "Page template pages/a.j2 is in order again"),
    ("pages", "disk full", "Failing: pages", "still failing", "are written again, after failing",
     "Pages are written again"),
    ("email to ana", "550", "Failing: email to ana", "still failing", "works again, after failing",
     "Email to ana works again"),
    ("slack:hook", "404", "Failing: slack:hook", "still failing", "works again, after failing",
     "slack:hook works again"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "message", "begins", "reminds", "ends", "over"), SPOKEN)
def test_every_fault_is_spoken_of_as_what_it_is(part, message, begins, reminds, ends, over):
    fault = Fault(part=part, state=FaultState.NOTIFIED, since=SINCE, message=message, notified_at=SINCE)
    said = {
        announcement: report_line(Transition(fault=fault, announcement=announcement)) for announcement in Announcement
    }
    assert said[Announcement.WORSE] == said[Announcement.NEW]
    assert title(fault, is_over=False, is_worse=True) == begins.replace(":", ", worse than before:", 1)
    assert said[Announcement.NEW] == f"{part}: {message}"
    assert said[Announcement.REMINDER] == f"{part}: {reminds} since 02 Jun 2026 06:00 UTC: {message}"
    assert said[Announcement.OVER] == f"{part}: {ends} since 02 Jun 2026 06:00 UTC"
    assert title(fault, is_over=False) == begins
    assert title(fault, is_over=True).startswith(f"{over}, after ")
    assert sentence(fault, is_over=True) == f"{over}. What it was: {message}."


def test_words_are_whole_sentences_and_no_two_kinds_share_them():
    found = [
        words_of(Fault(part=part, state=FaultState.NOTIFIED, since=SINCE, message=text)) for part, text, *_ in SPOKEN
    ]
    assert len({words.concerns for words in found}) == len(SPOKEN) - 1  # two ways of one channel
    for words in found:
        for text in (words.meaning, words.advice, words.after):
            assert text[0].isupper()
            assert text.endswith(".")


def test_sentence_begins_with_a_capital_unless_a_name_comes_first():
    def said(message):
        return sentence(Fault(part="x", state=FaultState.NOTIFIED, since=SINCE, message=message), is_over=False)

    assert said("cannot listen") == "Cannot listen."
    assert said("watchlist.txt:2: no id") == "watchlist.txt:2: no id."


def mails(home):
    import email
    import email.policy

    found = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in (home.state / "ops").glob("*.eml")
    ]
    return sorted(found, key=lambda mail: mail["Date"].datetime)


async def test_notices_of_beginning_and_end_say_what_is_and_what_was(house):
    home = house({ONE: {DAYS[0]: trial(ONE)}}, settings=ANA + QUIET + OPS + OPS_ON, watched=[ONE])
    await home.run()
    home.registry.arm(RegistryFault(kind=FaultKind.UNAVAILABLE, times=None))
    await home.run()
    home.registry.reset()
    await home.run()
    begin, end = mails(home)
    assert begin["Subject"] == "Failing: registry, since Mon 1 Jun 2026 13:00"
    assert end["Subject"] == "Registry answers again, after failing since Mon 1 Jun 2026 13:00"
    first, last = (" ".join(mail.get_body(("plain",)).get_content().split()) for mail in (begin, end))
    assert "No trial is read until the registry answers" in first
    assert "You will hear again when it is over." in first
    assert last.startswith("Registry answers again. What it was: ")
    assert "From Mon 1 Jun 2026 13:00 To Mon 1 Jun 2026 14:00" in last
    assert "Changes that were made meanwhile are reported now" in last
    assert "What to do" not in last


async def test_fault_of_a_search_names_it_once_wherever_it_is_told(house):
    search = '[[watch]]\nname = "itch"\nsearch = "https://clinicaltrials.gov/search?cond=itch"\n\n'
    home = house({ONE: {DAYS[0]: trial(ONE)}}, settings=search + ANA + QUIET + OPS + OPS_ON, watched=[ONE])
    home.registry.arm(RegistryFault(kind=FaultKind.REFUSED, match="query.cond", times=None))
    assert [line for line in (await home.run()).said if "itch" in line] == [
        "search itch: the registry's firewall refuses it (403)"
    ]
    (mail,) = mails(home)
    assert mail["Subject"] == "Failing: search itch, since Mon 1 Jun 2026 12:00"
    assert mail.get_body(("plain",)).get_content().count("itch") == 1
    assert "Failing: search itch" in mail.get_body(("html",)).get_content().partition("<body")[2]


# --- the table in the documentation ----------------------------------------------------------------------------------


def documented():
    text = (Path(__file__).parents[2] / "docs" / "operating.md").read_text()
    table = text.partition("## Faults\n")[2].partition("\n## ")[0]
    return [report_line for report_line in table.splitlines() if report_line.startswith("| ")][2:]


def row_of(words):
    name = words.shown if words is TABLE[0] else f"`{words.shown}`"
    return f"| {name} | {words.what} | {words.told} | {words.code} | {words.ends} |"


def test_documentation_shows_the_table_of_faults_as_the_code_has_it():
    assert documented() == [row_of(words) for words in TABLE]


def test_every_part_the_code_names_has_a_kind_of_its_own():
    named = {name: part for name, part in vars(context_module).items() if name.endswith("_PART")}
    assert len(named) > 10
    kinds = {name: kind_of(f"{part}x" if part.endswith(" ") else part) for name, part in named.items()}
    assert len({kind.concerns for kind in kinds.values()}) == len(named)
    assert TABLE[-1] not in kinds.values()


def test_every_row_says_who_is_told_with_which_code_and_what_ends_it():
    for words in TABLE:
        assert words.what
        assert words.ends
        assert words.told.startswith("the operator")
        codes = {int(number) for number in re.findall(r"\d+", words.code)}
        assert codes
        assert codes <= {int(code) for code in Exit} - {Exit.DONE}
