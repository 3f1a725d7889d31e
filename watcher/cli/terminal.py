"""What a person sees on a terminal: tables, trials, stories, progress. The only user of rich.

Prints finished values; decides nothing. Registry text is foreign: it is printed as text, never as markup, and without
control characters. Colours only say again what words say; `NO_COLOR` is honoured (by rich).
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from watcher.changes.model import Comparison, MarkKind, Phrase, Record, Severity, Story

_STYLES = {"critical": "bold red", "major": "bold yellow", "minor": "", "noise": "dim"}
_SIGNS = {"critical": "!!", "major": "!", "minor": "·", "noise": " "}
_MARKS = {MarkKind.ADDED: "green underline", MarkKind.REMOVED: "red strike", MarkKind.SAME: "", MarkKind.GAP: "dim"}
_BRACKETS = {MarkKind.ADDED: ("[", "]"), MarkKind.REMOVED: ("[-", "-]")}


def clean(text: str) -> str:
    """Give a foreign text without control characters and direction marks, so that it cannot steer a terminal."""
    return "".join(sign if sign == "\n" or unicodedata.category(sign)[0] != "C" else " " for sign in text)


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """Give `1 trial`, `2 trials`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


def console() -> Console:
    """Give the console on standard output, at least 80 columns wide when it is no terminal."""
    return _Screen(highlight=False, width=None if sys.stdout.isatty() else 100, soft_wrap=False)


class _Screen(Console):
    """A console that leaves a pipe closed by its reader to the door of the program: that is no failure."""

    def on_broken_pipe(self) -> None:
        """Say so, as any writer would."""
        raise BrokenPipeError


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show on standard error that something over a second is under way; nothing when that is no terminal."""
    screen = Console(stderr=True)
    with screen.status(f"{what} …"):
        yield


def print_comparison(comparison: Comparison, record: Record) -> None:
    """Print what changed between two records: the story, then noise by count."""
    from watcher.changes.story import tell
    from watcher.service.windows import base_level

    screen = console()
    story = tell(comparison, record=record, short_name=None, level_of=base_level, least=Severity.MINOR)
    noise = sum(change.severity is Severity.NOISE for change in comparison.changes)
    if story is not None:
        print_story(screen, story)
    elif comparison.edits:
        screen.print(Text(f"Nothing of note changed in {comparison.nct_id}."))
    else:
        screen.print(Text(f"Nothing changed in {comparison.nct_id}."))
    if noise:
        screen.print(
            Text(f"{noise} of {len(comparison.changes)} changes are noise; see them with --json.", style="dim")
        )


def print_story(screen: Console, story: Story) -> None:
    """Print one trial's story."""
    screen.print(Text(clean(story.headline), style=_STYLES[story.severity.value] or "bold"))
    screen.print(Text(clean(" · ".join((story.nct_id, story.title, *story.context)))))
    screen.print(Text(clean(story.when), style="dim"))
    screen.print()
    heading: str | None = None
    for phrase in (*story.lines, *story.minor):
        if phrase.heading != heading:
            heading = phrase.heading
            if heading:
                screen.print(Text(f"  {heading}", style="bold"))
        screen.print(Padding(_line(phrase), (0, 0, 0, 2)))
    screen.print()


def _line(phrase: Phrase) -> Text:
    text = Text(f"{_SIGNS[phrase.severity.value]:2} ", style=_STYLES[phrase.severity.value])
    if not phrase.marks:
        return text.append(clean(phrase.sentence), style="")
    text.append(f"{phrase.label}: ", style="")
    for mark in phrase.marks:
        before, after = _BRACKETS.get(mark.kind, ("", ""))
        text.append(f"{before}{clean(mark.text)}{after}", style=_MARKS[mark.kind])
        text.append(" ")
    return text


def print_status(found: Mapping[str, Any]) -> None:
    """Print what `status_of` gave."""
    screen = console()
    poll = found["poll"]
    if poll["last"] is None:
        screen.print(Text("No poll yet. Start with: watcher run --once"))
    else:
        screen.print(Text(f"Last poll {_when(poll['last'])}: {poll['outcome'].replace('_', ' ')}"))
        screen.print(
            Text(f"Registry data {poll['data_version'] or 'unknown'}; {poll['watched']} watched, {poll['due']} due")
        )
        screen.print(Text(f"Next poll {_when(poll['next'])}, when the daemon runs"))
    for fault in found["faults"]:
        screen.print(
            Text(f"! {clean(fault['part'])} since {_when(fault['since'])}: {clean(fault['message'])}", style="bold red")
        )
    table = _table("Recipient", "Channel", "Next digest", "Waiting", "")
    for row in found["recipients"]:
        slot = row["next_slot"] or "after each poll with news"
        table.add_row(
            Text(row["name"]),
            row["channel"],
            slot,
            str(row["pending"]),
            Text(f"suspended: {row['suspended']}" if row["suspended"] else ""),
        )
    screen.print(table)
    outbox = ", ".join(f"{count} {state}" for state, count in found["outbox"].items())
    screen.print(Text(f"Outbox: {outbox}"))


def print_trials(found: Sequence[Mapping[str, Any]]) -> None:
    """Print what `trials_of` gave."""
    table = _table("Trial", "Status", "Name", "Watches", "")
    for row in found:
        name = row["short_name"] or row["title"] or ""
        state = "" if row["state"] == "present" else row["state"]
        table.add_row(row["nct_id"], _words(row["status"]), Text(clean(name)), Text(", ".join(row["watches"])), state)
    screen = console()
    screen.print(table)
    screen.print(Text(f"{len(found)} trials watched"))


def print_trial(found: Mapping[str, Any]) -> None:
    """Print what `trial_of` gave: one trial as a card."""
    from watcher.changes.wording.card import card_of

    screen = console()
    screen.print(Text(clean(found["title"] or found["nct_id"]), style="bold"))
    screen.print(Text(f"https://clinicaltrials.gov/study/{found['nct_id']}", style="dim"))
    table = Table.grid(padding=(0, 2))
    for label, value in card_of(found["record"]):
        table.add_row(Text(label), Text(clean(value)))
    table.add_row("Watched as", Text(", ".join(found["watches"]) or "not watched now"))
    table.add_row("Versions kept", f"{found['versions']} since {_when(found['first_seen_at'])}")
    table.add_row("Registry data", found["data_version"] or "unknown")
    screen.print(table)


def print_log(found: Sequence[Mapping[str, Any]], *, is_loud: bool) -> None:
    """Print log objects; noise is counted unless a level was asked for."""
    screen = console()
    if not found:
        screen.print(Text("Nothing was seen to change."))
    for entry in found:
        screen.print(Text(f"{_when(entry['seen_at'])}  {entry['nct_id']}  {clean(entry['title'])}", style="bold"))
        told = [change for change in entry["changes"] if is_loud or change["severity"] != "noise"]
        for change in told:
            line = Text(f"{_SIGNS[change['severity']]:2} ", style=_STYLES[change["severity"]])
            screen.print(Padding(line.append(clean(change["sentence"]), style=""), (0, 0, 0, 2)))
        if noise := len(entry["changes"]) - len(told):
            screen.print(Text(f"     and {noise} without meaning for readers", style="dim"))


def print_messages(found: Sequence[Mapping[str, Any]]) -> None:
    """Print the messages of the outbox."""
    screen = console()
    if not found:
        screen.print(Text("No message waits."))
        return
    table = _table("No.", "To", "Channel", "State", "Tries", "Next try", "Subject", "Last reply")
    for row in found:
        table.add_row(
            str(row["id"]),
            Text(row["recipient"]),
            Text(row["channel"]),
            row["state"],
            str(row["attempts"]),
            _when(row["next_attempt_at"]) if row["next_attempt_at"] else "",
            Text(clean(row["subject"])),
            Text(clean(row["last_reply"])),
        )
    screen.print(table)


_VERDICTS = {"ok": "green", "problem": "bold red", "skipped": "dim"}


def print_finding(verdict: str, part: str, said: str) -> None:
    """Print one finding of the doctor: wrapped for a person on a terminal, else one line."""
    if not sys.stdout.isatty():
        print(f"{verdict:7}  {part}: {clean(said)}", flush=True)  # noqa: T201 — one line, however long
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(width=7)
    table.add_column(width=20)
    table.add_column()
    table.add_row(Text(verdict, style=_VERDICTS[verdict]), Text(clean(part)), Text(clean(said)))
    console().print(table)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _when(text: str | None) -> str:
    return text.replace("T", " ").replace("Z", " UTC") if text else "never"


def _words(status: str | None) -> str:
    from watcher.changes.wording.values import enum

    return enum(status) if status else "not read yet"
