"""What is shipped beside the program says what the program does: manual, completion, documentation, alert rules."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest

from tests.pipeline.house import ANA, DAYS, ONE, QUIET, TWO, house, trial
from tests.test_docs import anchors_of
from watcher import app
from watcher.cli import COMMANDS, cli
from watcher.cli.exits import Exit
from watcher.config.config_model import Config
from watcher.config.load import _model_of
from watcher.ops.metrics import exposition
from watcher.ops.status_report import status_of
from watcher.ops.textfile import look_at

ROOT = Path(__file__).parent.parent
OPERATING = (ROOT / "docs" / "operating.md").read_text()
COMMAND_PAGE = (ROOT / "man" / "watcher.1").read_text()
CONFIG_PAGE = (ROOT / "man" / "watcher.toml.5").read_text()


def keys(model=Config):
    for name, info in model.model_fields.items():
        yield info.alias or name
        inner = _model_of(info.annotation)
        if inner is not None and inner.__name__ not in {"Send", "Quiet"}:
            yield from keys(inner)


def options(command=cli, context=None):
    context = context or click.Context(cli)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield from parameter.opts
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            yield from options(command.get_command(context, name), context)


def plain(page):
    return re.sub(r"\\f[BIR]", " ", page.replace(r"\-", "-").replace(r"\&", ""))


def test_manual_pages_are_those_of_the_program():
    made = runpy.run_path(str(ROOT / "man" / "make.py"))
    advice = "run: python man/make.py"
    assert made["command_page"]() == COMMAND_PAGE, advice
    assert made["config_page"]((ROOT / "config.example.toml").read_text()) == CONFIG_PAGE, advice


def test_every_command_and_option_stands_in_the_manual():
    page = plain(COMMAND_PAGE)
    assert [option for option in options() if option not in page] == []
    assert [name for name in COMMANDS if f".SS watcher {name}" not in page] == []
    assert [code for code in Exit if f" {int(code)} " not in page] == []


def test_every_key_stands_in_the_manual():
    page = plain(CONFIG_PAGE)
    assert [key for key in keys() if not re.search(rf"\b{key}\b", page)] == []


@pytest.mark.skipif(not shutil.which("groff"), reason="there is no groff here")
@pytest.mark.parametrize("page", ["watcher.1", "watcher.toml.5"])
def test_manual_is_sound_roff(page):
    found = subprocess.run(
        ["groff", "-man", "-ww", "-z", "-K", "utf-8", ROOT / "man" / page], capture_output=True, text=True, check=False
    )
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize(("shell", "name"), [("bash", "watcher.bash"), ("zsh", "_watcher"), ("fish", "watcher.fish")])
def test_completion_is_what_the_program_gives(shell, name):
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    made = kind(cli, {}, "watcher", "_WATCHER_COMPLETE").source()
    assert (ROOT / "completions" / name).read_text().strip() == made.strip()


def test_completion_knows_commands_and_options():
    words = {"COMP_WORDS": "watcher db re", "COMP_CWORD": "2", "_WATCHER_COMPLETE": "bash_complete"}
    found = subprocess.run(
        [sys.executable, "-m", "watcher"], env={**os.environ, **words}, capture_output=True, text=True, check=False
    )
    assert set(found.stdout.split()) == {"plain,rename-recipient", "plain,restore"}


async def test_every_metric_is_documented_and_every_rule_asks_for_one(tmp_path):
    states = {nct_id: {DAYS[0]: trial(nct_id)} for nct_id in (ONE, TWO)}
    with house(tmp_path, states, settings=ANA + QUIET) as home:
        await home.run()
        with home.look() as context:
            watchlist = app.watchlist_reader(context.loaded)()
            text = exposition(*look_at(context, watchlist)).decode()
            status = status_of(context, watchlist)
    shown = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    told = set(re.findall(r"`(watcher_[a-z_]+)`", OPERATING))
    assert {name.removesuffix("_total") for name in shown} <= {name.removesuffix("_total") for name in told}
    rules = (ROOT / "docs" / "alerts.yml").read_text()
    assert set(re.findall(r"\bwatcher_[a-z_]+", rules)) <= told
    for key in (*status, *status["recipients"][0], *status["outbox"], "data_version", "due", "next"):
        assert f"`{key}`" in OPERATING, key
    assert json.dumps(status)


def test_every_exit_code_is_documented():
    assert [code for code in Exit if not re.search(rf"^\|.*\b{int(code)}\b", OPERATING, re.MULTILINE)] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_links_of_the_documentation_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)]+)\)", page.read_text()):
        if not target.startswith("http"):
            path, _, anchor = target.partition("#")
            there = page.parent / path if path else page
            assert there.exists(), target
            assert not anchor or anchor in anchors_of(there), target


def test_documented_files_are_there():
    for name in re.findall(r"`((?:systemd|man|completions|docs)/[\w./@-]*\w)`", OPERATING):
        assert (ROOT / name).exists(), name
