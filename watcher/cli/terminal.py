"""What a person sees on a terminal: tables, trials, stories, progress. The only user of rich.

Prints finished values; decides nothing. Registry text is foreign: it is printed as text, never as markup, and without
control characters. Colours only say again what words say; `NO_COLOR` is honoured (by rich).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from typing import Any, Literal

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from watcher.changes.model import Comparison, Mark, MarkKind, Phrase, Record, Severity, Story, Verb
from watcher.changes.story import tell
from watcher.changes.wording.card import card_of
from watcher.changes.wording.reverted import phrase_of
from watcher.changes.wording.values import enum
from watcher.cli.terminal_times import slot_time, when
from watcher.pipeline.pending_changes import base_level
from watcher.rendering.change_view import beside_label
from watcher.rendering.plain_text import columns, fit
from watcher.text import lines

_STYLES = {"critical": "bold red", "major": "bold yellow", "minor": "", "noise": "dim"}
_SIGNS = {"critical": "!!", "major": "!", "minor": "·", "noise": " "}
_MARKS = {MarkKind.ADDED: "green underline", MarkKind.REMOVED: "red strike", MarkKind.SAME: "", MarkKind.GAP: "dim"}
_BRACKETS = {MarkKind.ADDED: "+", MarkKind.REMOVED: "−"}
_VERBS = {Verb.ADDED: "+", Verb.REMOVED: "−"}
_VERDICTS = {"ok": "green", "problem": "bold red", "skipped": "dim"}
_LIVES = {
    "new": "not read yet",
    "quarantined": "last answer not believed",
    "absent": "missing, to be confirmed",
    "gone": "gone from the registry",
    "unknown": "unknown to the registry; check the id",
}
_UNSAID_NOISE = ("admin.", "registry.")
_MOST_NOISE = 5
_LABEL_COLUMNS = 18
_PIPED_COLUMNS = 100


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """Return `1 trial`, `2 trials`."""
    return f"{number:,} {noun if number == 1 else nouns or noun + 's'}"


class _Screen(Console):
    """A console that leaves a pipe closed by its reader to the door of the program: that is no failure."""

    def on_broken_pipe(self) -> None:
        """Describe so, as any writer would."""
        raise BrokenPipeError


def console() -> Console:
    """Return the console on standard output: as wide as the terminal or `$COLUMNS`, else a fixed width."""
    is_known = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return _Screen(highlight=False, width=None if is_known else _PIPED_COLUMNS)


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Show on standard error that something over a second is under way; nothing when that is no terminal."""
    screen = Console(stderr=True)
    with screen.status(f"{what} …"):
        yield


def print_comparison(comparison: Comparison, record: Record) -> None:
    """Print what changed between two records: the story, then noise: a few sentences and the count."""
    screen = console()
    story = tell(comparison, record=record, short_name=None, level_of=base_level, least=Severity.MINOR)
    noise = sum(change.severity is Severity.NOISE for change in comparison.changes)
    if story is not None:
        print_story(screen, story)
    elif comparison.edits:
        screen.print(Text(f"Nothing of note changed in {comparison.nct_id}."))
    else:
        screen.print(Text(f"Nothing changed in {comparison.nct_id}."))
    quiet = [one for one in comparison.changes if one.severity is Severity.NOISE]
    unsaid = [one for one in quiet if not one.kind.startswith(_UNSAID_NOISE) and "told_with" not in one.facts]
    for change in unsaid[:_MOST_NOISE]:
        screen.print(Text(f"    {lines(phrase_of(change).sentence)}", style="dim"))
    if noise:
        what = f"{counted(noise, 'change')} of no interest to readers (noise); --json lists them."
        screen.print(Text(f"And {what}" if story is not None else what.capitalize(), style="dim"))


def print_story(screen: Console, story: Story) -> None:
    """Print one trial's story: was → now beside labels, lists under their headings."""
    screen.print(Text(lines(story.headline), style=_STYLES[story.severity.value] or "bold"))
    screen.print(Text(lines(" · ".join((story.nct_id, story.title, *story.context)))))
    screen.print(Text(lines(story.when), style="dim"))
    screen.print()
    heading: str | None = None
    for phrase in story.lines:
        if phrase.heading and phrase.heading != heading:
            screen.print(Text(f"    {lines(phrase.heading)}", style="bold"))
        heading = phrase.heading
        screen.print(_row(phrase, heading))
    for phrase in story.minor:
        table = _grid(2)
        table.add_row(_sign(phrase), Text(lines(phrase.sentence)))
        screen.print(table)
    screen.print()


def _row(phrase: Phrase, heading: str | None) -> Table:
    """Set one change beside its label, or beside a sign below its heading; a sentence stands alone."""
    if heading:
        table = _grid(2, 1)
        table.add_row(_sign(phrase), Text(_VERBS.get(phrase.verb, "~")), _value(phrase))
    elif _stands_alone(phrase):
        table = _grid(2)
        table.add_row(_sign(phrase), _value(phrase))
    elif len(phrase.label) > _LABEL_COLUMNS and not (phrase.was and phrase.now) and not phrase.marks:
        table = _grid(2)
        table.add_row(_sign(phrase), _sentence(phrase))
    elif len(phrase.label) > _LABEL_COLUMNS:
        table = _grid(2)
        table.add_row(_sign(phrase), Text(f"{lines(phrase.label)}: ").append_text(_value(phrase)))
    else:
        table = _grid(2, _LABEL_COLUMNS)
        table.add_row(_sign(phrase), Text(lines(phrase.label)), _value(phrase))
    return table


def _stands_alone(phrase: Phrase) -> bool:
    """Whether the sentence says what the values leave out: which site; or there are no values."""
    return phrase.kind.startswith("site.") or not (phrase.was or phrase.now or phrase.marks)


def _sign(phrase: Phrase) -> Text:
    return Text(_SIGNS[phrase.severity.value], style=_STYLES[phrase.severity.value])


def _value(phrase: Phrase) -> Text:
    note = phrase.note
    if phrase.marks:
        text = _marked(phrase.marks)
    elif phrase.heading and phrase.verb is Verb.MOVED and phrase.was and phrase.now:
        text, note = Text(lines(phrase.now)), f"moved from {phrase.was}"
    elif phrase.was and phrase.now and not _stands_alone(phrase):
        text = Text(f"{lines(phrase.was)} → {lines(phrase.now)}")
    elif phrase.heading and (phrase.now or phrase.was):
        text = Text(lines(phrase.now or phrase.was or ""))
    else:
        text = Text(lines(phrase.sentence if _stands_alone(phrase) else beside_label(phrase.sentence, phrase.label)))
    return _with_more(text, phrase, note)


def _sentence(phrase: Phrase) -> Text:
    """Return the sentence that stands for itself, with what belongs to it."""
    return _with_more(Text(lines(phrase.sentence)), phrase, phrase.note)


def _with_more(text: Text, phrase: Phrase, note: str | None) -> Text:
    """Add notes, the reason and the items that the text does not hold yet."""
    for more in (note, phrase.origin_note):
        if more and more not in text.plain:
            text.append(f" ({lines(more)})", style="dim")
    if phrase.quote and phrase.quote not in text.plain:
        text.append(f"\nSponsor's reason: “{lines(phrase.quote)}”")
    said = text.plain
    for item in phrase.items:
        if lines(item) not in said:
            text.append(f"\n· {lines(item)}")
    return text


def _marked(marks: Sequence[Mark]) -> Text:
    """Mark what went and what came in brackets; what was replaced is one pair, with the blanks outside."""
    text = Text()
    for number, mark in enumerate(marks):
        words = lines(mark.text)
        style = _MARKS[mark.kind]
        if mark.kind not in _BRACKETS:
            text.append(words, style=style)
            continue
        after = marks[number + 1].kind if number + 1 < len(marks) else None
        before = marks[number - 1].kind if number else None
        if mark.kind is MarkKind.ADDED and before is MarkKind.REMOVED:
            text.append(" → ").append(words.strip(), style=style).append("]")
        else:
            text.append(words[: len(words) - len(words.lstrip())])
            is_replaced = mark.kind is MarkKind.REMOVED and after is MarkKind.ADDED
            text.append("[" if is_replaced else f"[{_BRACKETS[mark.kind]} ").append(words.strip(), style=style)
            text.append("" if is_replaced else "]")
            if is_replaced:
                continue
        text.append(words[len(words.rstrip()) :])
    return text


def print_status(found: Mapping[str, Any], zones: Mapping[str, tzinfo]) -> None:
    """Print what `status_of` gave, the slots in the time of each recipient."""
    screen = console()
    poll = found["poll"]
    watched = counted(poll["watched"], "trial")
    if poll["last"] is None:
        screen.print(Text(f"No poll yet; {watched} watched. Start with `watcher run --once`"))
    else:
        table = _grid(13)
        asked = counted(found["requests"], "request")
        table.add_row("Last poll", Text(f"{when(poll['last'])}: {poll['outcome'].replace('_', ' ')}, {asked}"))
        table.add_row("Next poll", Text(f"{when(poll['next'])}, when the daemon runs"))
        table.add_row("Registry data", Text(f"{when(poll['data_version'])}; {watched} watched, {poll['due']} due"))
        for search in found["searches"]:
            members = "not read yet" if search["members"] is None else counted(search["members"], "trial")
            table.add_row("Search", Text(lines(f"{', '.join(search['watches'])}: {members}; {search['search']}")))
        screen.print(table)
    if found["faults"]:
        screen.print(Text("\nWhat fails", style="bold red"))
    for fault in found["faults"]:
        screen.print(Text(f"  {lines(fault['part'])}, since {when(fault['since'])}", style="bold"))
        screen.print(Padding(Text(lines(fault["message"])), (0, 0, 0, 4)))
    screen.print()
    if found["recipients"]:
        screen.print(_recipients(found["recipients"], zones))
        screen.print()
    for entry in found["snoozes"]:
        what = entry["nct_id"] or "everything"
        whom = f" for {lines(entry['recipient'])}" if entry["recipient"] else ""
        screen.print(Text(f"Snoozed: {what}{whom} until {when(entry['until'])}"))
    waiting = ", ".join(f"{count} {state}" for state, count in found["outbox"].items() if count)
    screen.print(Text(f"Outbox: {waiting}; see them with `watcher outbox list`" if waiting else "Outbox: empty"))


def _recipients(rows: Sequence[Mapping[str, Any]], zones: Mapping[str, tzinfo]) -> Table:
    table = _table("Recipient", "By", "Next digest")
    table.add_column("Waiting", justify="right")
    table.add_column("", style="bold red")
    for row in rows:
        slot = slot_time(row["next_slot"], zones[row["name"]]) if row["next_slot"] else "after each poll with news"
        table.add_row(
            Text(lines(row["name"])), row["channel"], slot, str(row["pending"]), "suspended" if row["suspended"] else ""
        )
    return table


def print_trials(found: Sequence[Mapping[str, Any]]) -> None:
    """Print what `trials_of` gave: a line each, names cut to the width of a terminal."""
    rows = [_trial_cells(row) for row in found]
    if len({watches for _, _, watches, _ in rows}) < 2:  # one watch: naming it on every line tells nothing
        rows = [(nct_id, status, "", name) for nct_id, status, _, name in rows]
    print_cells(("Trial", "Status", "Watches" if any(row[2] for row in rows) else "", "Name"), rows)
    console().print(Text(f"{counted(len(found), 'trial')} watched"))


def print_cells(names: tuple[str, str, str, str], rows: Sequence[tuple[str, str, str, str]]) -> None:
    """Print three narrow columns, empty ones left out, and a last one cut to the width of a terminal."""
    screen = console()
    is_cut = sys.stdout.isatty() or "COLUMNS" in os.environ
    widths = [min(max(columns(row[place]) for row in (names, *rows)), 24) for place in range(3)]
    for number, row in enumerate((names, *rows)):
        line = "".join(f"{fit(cell, width)}  " for cell, width in zip(row, widths, strict=False) if width) + row[3]
        line = fit(line, screen.width).rstrip() if is_cut else line
        screen.print(Text(line, style="" if number else "bold"), soft_wrap=True)


def _trial_cells(row: Mapping[str, Any]) -> tuple[str, str, str, str]:
    state = _state(row)
    short = row["short_name"] or ""
    whole = row["title"] if short.endswith("…") and row["title"] else short  # the line is cut below where it must be
    name = lines(whole).replace("\n", " ")
    status = _words(row["status"]) or state
    noted = f"({state}) {name}" if state and state != status else name
    return row["nct_id"], status, lines(", ".join(row["watches"])), noted


def _state(row: Mapping[str, Any]) -> str:
    if row["merged_into"]:
        return f"merged into {row['merged_into']}"
    return _LIVES.get(row["state"], "")


def print_trial(found: Mapping[str, Any]) -> None:
    """Print what `trial_of` gave: one trial as a card."""
    screen = console()
    screen.print(Text(lines(found["title"] or found["nct_id"]), style="bold"))
    screen.print(Text(f"https://clinicaltrials.gov/study/{found['nct_id']}", style="dim"))
    screen.print()
    table = _grid(_LABEL_COLUMNS)
    for label, value in card_of(found["record"]):
        table.add_row(Text(label), Text(lines(value)))
    if state := _state(found):
        table.add_row("State", Text(state + (f": {lines(found['reason'])}" if found["reason"] else ""), style="bold"))
    if found["short_name"]:
        table.add_row("Short name", Text(lines(found["short_name"])))
    table.add_row("Watched as", Text(lines(", ".join(found["watches"])) or "not watched now"))
    versions = counted(found["versions"], "version")
    table.add_row("Kept", Text(f"{versions} since {when(found['first_seen_at'])}; see `watcher log {found['nct_id']}`"))
    table.add_row("Registry data", Text(when(found["data_version"])))
    screen.print(table)


def print_log(found: Sequence[Mapping[str, Any]], *, is_loud: bool) -> None:
    """Print log objects; noise is counted unless a level was asked for."""
    screen = console()
    if not found:
        screen.print(Text("Nothing was seen to change."))
    for number, entry in enumerate(found):
        if number:
            screen.print()
        screen.print(Text(f"{entry['nct_id']}  {lines(entry['title'])}", style="bold"))
        screen.print(Text(_origin(entry), style="dim"))
        told = [change for change in entry["changes"] if is_loud or change["severity"] != "noise"]
        if len(entry["changes"]) == 1:
            told = entry["changes"]
        table = _grid(2)
        for change in told:
            sign = Text(_SIGNS[change["severity"]], style=_STYLES[change["severity"]])
            style: Literal["dim", ""] = "dim" if change["severity"] == "noise" else ""
            table.add_row(sign, Text(lines(change["sentence"]), style=style))
        if noise := len(entry["changes"]) - len(told):
            table.add_row("", Text(f"and {counted(noise, 'change')} of no interest to readers (noise)", style="dim"))
        _flush(screen, table)


def _origin(entry: Mapping[str, Any]) -> str:
    newer = entry["to"]
    posted = f"posted {when(newer['last_update_posted'])}, " if newer["last_update_posted"] else ""
    return f"{posted}data of {when(newer['data_version'])}, seen {when(entry['seen_at'])}"


def print_messages(found: Sequence[Mapping[str, Any]]) -> None:
    """Print the messages of the outbox, a few lines each."""
    screen = console()
    if not found:
        screen.print(Text("No message waits."))
        return
    for row in found:
        tries = counted(row["attempts"], "try", "tries")
        coming = f", next {when(row['next_attempt_at'])}" if row["next_attempt_at"] else ""
        screen.print(
            Text(f"{row['id']:>4}  ").append(row["state"], style="bold").append(f" after {tries}{coming}"),
        )
        table = _grid(8)
        table.add_row("to", Text(f"{lines(row['recipient'])} by {lines(row['channel'])}"))
        table.add_row("subject", Text(lines(row["subject"])))
        if row["last_reply"]:
            table.add_row("reply", Text(lines(row["last_reply"])))
        screen.print(Padding(table, (0, 0, 0, 6)))


def print_finding(verdict: str, part: str, said: str) -> None:
    """Print one finding of the doctor: wrapped for a person on a terminal, else one line."""
    if not sys.stdout.isatty():
        print(f"{verdict:7}  {lines(part)}: {lines(said)}", flush=True)  # noqa: T201 — one line, however long
        return
    table = _grid(7, 20)
    table.add_row(Text(verdict, style=_VERDICTS[verdict]), Text(lines(part)), Text(lines(said)))
    console().print(table)


def _grid(*widths: int) -> Table:
    """Make a table without lines: columns of fixed width, and one for all the rest, wrapped in itself."""
    table = Table.grid(padding=(0, 2, 0, 0))
    for width in widths:
        table.add_column(width=width)
    table.add_column(overflow="fold")
    return table


def _flush(screen: Console, table: Table) -> None:
    if table.row_count:
        screen.print(table)


def _table(*columns: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _words(status: str | None) -> str:
    return enum(status) if status else ""
