"""The same hostile records through every medium: mail, Slack, files, terminal, pages, feeds, tables, JSON, log."""

from __future__ import annotations

import csv
import email
import email.policy
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import html5lib
import pytest
from click.testing import CliRunner

from tests.hostile import ATTACKS, IDS, invisible, states
from tests.pipeline.house import ANA, DAYS, FILES, QUIET, ROOM, House, house
from watcher.cli import cli
from watcher.daemon.single_run import run_once

SITES = ("https://clinicaltrials.gov/", "https://pubmed.ncbi.nlm.nih.gov/")
OURS = "\u200b"
"""What we put between signs that Slack would take for markup."""


@dataclass
class Told:
    home: House
    site: Path

    def run(self, *words: str) -> str:
        options = ["--config", str(self.home.config_path), "--state-dir", str(self.home.state)]
        found = CliRunner().invoke(cli, [*options, *words], catch_exceptions=False)
        assert found.exit_code == 0, found.output
        return found.stdout


@pytest.fixture(scope="module")
def told(tmp_path_factory) -> Iterator[Told]:
    """A house that has told of every hostile record, by every channel, and shown it on a site."""
    import asyncio

    days = (DAYS[0], DAYS[1])
    trials = {IDS[name]: states(name, days) for name in ATTACKS}
    folder = tmp_path_factory.mktemp("hostile")
    people = ANA + QUIET + ROOM + QUIET + FILES + QUIET

    async def live(home: House) -> None:
        for is_next in (False, True):
            if is_next:
                assert home.registry.next()
            with home.open() as context:
                from watcher.app import watchlist_reader

                report = await run_once(context, watchlist_reader(context.loaded))
                assert report.poll is not None
                assert report.poll.troubled == ()
                assert not report.has_bugs

    with house(
        folder, trials, settings=people, watched=[f"{nct_id}  # {name}" for name, nct_id in IDS.items()]
    ) as home:
        asyncio.run(live(home))
        found = Told(home, folder / "site")
        found.run("export", "site", str(found.site))
        yield found


def parsed(page: str) -> ET.Element:
    parser: Any = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    root: ET.Element = parser.parse(page)
    return root


def assert_harmless(page: str, *, local: bool = False) -> None:
    """Nothing runs, nothing is loaded, nothing leads away from where our own links lead."""
    for node in parsed(page).iter():
        tag = str(node.tag).lower()
        assert tag not in {"script", "iframe", "object", "embed", "base"}, tag
        for name, value in node.attrib.items():
            assert not name.lower().startswith("on"), (tag, name)
            if name in {"href", "src", "action"}:
                is_local = not re.match(r"[a-z][a-z0-9+.-]*:|//", value, re.IGNORECASE)
                is_named = re.match(r"https?://(?!evil)[\w.-]+/", value)  # a link the record gives as one
                is_anchor = re.fullmatch(r"#NCT\d{8}", value)  # from the summary to the story
                assert (local and (is_local or is_named)) or is_anchor or value.startswith((*SITES, "mailto:")), value
    assert invisible(page) == set()


def test_mails_hold_text_and_only_our_headers(told):
    mails = told.home.mails_to("ana")
    assert mails
    for mail in mails:
        assert mail["Bcc"] is None
        assert str(mail["Subject"]).isprintable()
        plain = mail.get_body(("plain",)).get_content()
        assert invisible(plain.replace("\r\n", "\n")) == set()
        assert not re.search(r"(?m)^(Bcc:|!! Terminated|QUIT)", plain)
        assert "49" not in str(mail["Subject"])
        assert_harmless(mail.get_body(("html",)).get_content().replace("\r\n", "\n"))
    assert {mail["To"].addresses[0].addr_spec for mail in mails} == {"ana@example.org"}


def test_slack_is_told_text(told):
    assert told.home.hook.accepted
    for post in told.home.hook.accepted:
        for text in mrkdwn(json.loads(post.body)):
            assert not re.search(r"<[!@#]", text)
            links = re.findall(r"<([^>|]*)\|?[^>]*>", text)
            assert all(link.startswith(SITES) for link in links), links
            assert invisible(text) <= {OURS}


def mrkdwn(node: Any) -> Iterator[str]:
    """Give every text that Slack reads as mrkdwn: the fallback, and what says so."""
    if isinstance(node, dict):
        if node.get("type") == "mrkdwn" or "blocks" in node:
            yield node.get("text", "")
        for value in node.values():
            yield from mrkdwn(value)
    elif isinstance(node, list):
        for value in node:
            yield from mrkdwn(value)


def test_files_are_whole_messages(told):
    folder = told.home.state / "told"
    for path in folder.glob("*.json"):
        assert json.loads(path.read_bytes())
    for path in folder.glob("*.eml"):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        assert mail["Bcc"] is None
        assert mail.defects == []
    assert all(re.fullmatch(r"[\w.@+-]+", path.name) for path in folder.iterdir())


@pytest.mark.parametrize("words", [("list",), ("status",), ("log",), ("log", "--severity", "noise")], ids=" ".join)
def test_terminal_is_not_steered(told, words):
    assert invisible(told.run(*words)) == set()


@pytest.mark.parametrize("name", ATTACKS)
def test_terminal_is_not_steered_by_one_trial(told, name):
    for words in (("show", IDS[name]), ("history", IDS[name], "--no-pager"), ("preview", "ana", "--since", "7d")):
        assert invisible(told.run(*words)) == set(), words
    _, _, page = told.run("show", IDS[name], "--format", "markdown").split("---\n", 2)  # behind the front matter
    assert invisible(page) == set()
    page = re.sub(r"(?ms)^(`{3,}|~{3,})\w*$.*?^\1$", "", page)  # a fence holds text as it is
    assert not re.search(r"(?<!\\)<(script|img)", page)
    assert not re.search(r"(?<!\\)\]\(https://evil", page)


@pytest.mark.parametrize(
    "words",
    [
        ("export", "changes"),
        ("export", "changes", "--format", "jsonl"),
        ("export", "records"),
        ("log", "--json"),
        ("list", "--json"),
        ("status", "--json"),
        ("outbox", "list", "--json"),
        ("show", IDS["terminal"], "--json"),
        ("show", IDS["right to left"], "--json"),
        ("show", IDS["terminal"], "--format", "markdown"),
    ],
    ids=" ".join,
)
def test_no_output_for_machines_steers_the_terminal_it_is_looked_at_on(told, words):
    assert invisible(told.run(*words).replace("\r\n", "\n")) == set()


def test_objects_for_machines_are_one_object_a_line(told):
    for words in (("log", "--json"), ("export", "records")):
        lines = told.run(*words).split("\n")[:-1]
        assert len(lines) >= len(ATTACKS)
        assert all(isinstance(json.loads(line), dict) for line in lines)
    assert json.loads(told.run("list", "--json"))["trials"]


def test_table_holds_no_formula(told):
    rows = list(csv.reader(io.StringIO(told.run("export", "changes", "--format", "csv"))))
    assert len(rows) > len(ATTACKS)
    assert len({len(row) for row in rows}) == 1
    assert [cell for row in rows for cell in row if re.match(r"[=+@\t\r]|-\D", cell)] == []
    parted = csv.reader(io.StringIO(told.run("export", "changes")), delimiter=";")
    assert [cell for row in parted for cell in row if re.match(r"[\s\"]*[=+@|%-]", cell)] == []


def test_pages_run_and_load_nothing(told):
    pages = list(told.site.rglob("*.html"))
    assert len(pages) > len(ATTACKS)
    for path in pages:
        assert_harmless(path.read_text(), local=True)


def test_feeds_are_sound(told):
    feeds = [path for path in told.site.rglob("*") if path.suffix in {".xml", ".atom"}]
    assert feeds
    for path in feeds:
        root = ET.fromstring(path.read_bytes())
        for link in root.iter("{http://www.w3.org/2005/Atom}link"):
            assert "evil" not in link.get("href", "")
        for node in root.iter():
            if node.get("type") == "html" and node.text:
                assert_harmless(f"<!DOCTYPE html><title>x</title>{node.text}", local=True)


def test_every_attack_was_told_as_text(told):
    """The reader sees what was written, not nothing: hiding it would be a way to hide a change."""
    text = " ".join(told.home.bodies("ana"))
    for word in ("slow accrual", "{{ 7 * 7 }}", "<script>alert(1)</script>", "Another sponsor"):
        assert word in text, word
