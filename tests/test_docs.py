"""What is written for operators is true: example configuration, README, changelog."""

import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import get_args

import pytest
from click.testing import CliRunner
from pydantic import BaseModel, BeforeValidator

import watcher
from tests.cli.desk import ONE, Desk
from watcher.cli import COMMANDS, cli
from watcher.cli.exits import Exit
from watcher.config.config_model import Config, SecretRef
from watcher.config.load import load_config
from watcher.config.watchlist import read_watchlist

ROOT = Path(__file__).parent.parent
EXAMPLE = (ROOT / "config.example.toml").read_text()
README = (ROOT / "README.md").read_text()
UPGRADING = (ROOT / "docs" / "upgrading.md").read_text()
SYSTEMD = (ROOT / "docs" / "systemd.md").read_text()
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
AREAS = {
    "cli", "config", "digest", "delivery", "store", "registry", "service", "sandbox", "changes", "pages", "systemd",
}  # fmt: skip


def models_in(annotation):
    """Give the sections an annotation leads to; a secret's place is a value, not a section."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [] if annotation is SecretRef else [annotation]
    return [model for part in get_args(annotation) for model in models_in(part)]


def keys(model=Config, section=""):
    """Give every key of the configuration with the section it stands in."""
    for name, field in model.model_fields.items():
        is_text = any(isinstance(one, BeforeValidator) for one in field.metadata)  # read from one line of text
        inner = [] if is_text else models_in(field.annotation)
        key = field.alias or name
        if not inner:
            yield section, key
        elif model is Config:
            for one in inner:
                yield from keys(one, key)
        else:
            yield section, key
            for one in inner:
                yield from ((section, f"{key}.{inner_key}") for _, inner_key in keys(one))


def sections():
    """Give the text of each section of the example, all of its tables of one name together."""
    found, name = {"": ""}, ""
    for line in EXAMPLE.splitlines():
        if header := re.fullmatch(r"\[\[?(\w+)\]\]?", line):
            name = header[1]
        found[name] = found.get(name, "") + line + "\n"
    return found


def test_the_example_loads_and_watches(tmp_path):
    shutil.copy(ROOT / "config.example.toml", tmp_path / "config.toml")
    (tmp_path / "watchlist.txt").write_text("NCT07555496  # a name\n")
    loaded = load_config(tmp_path / "config.toml")
    assert loaded.warnings == ()
    watchlist = read_watchlist(loaded)
    assert watchlist.problems == ()
    assert len(watchlist.trials) == 2


@pytest.mark.parametrize(("section", "key"), sorted(set(keys())), ids=lambda value: value or "top")
def test_every_key_of_the_configuration_is_in_the_example_with_its_meaning(section, key):
    text = sections()[section]
    outer, _, inner = key.partition(".")
    found = re.search(rf"^(?:# )?{outer} = .*$", text, re.MULTILINE)
    assert found, f"{key} is not in [{section}]"
    if inner:
        assert re.search(rf"\b{inner}\b", text), f"{key} is not in [{section}]"
    else:
        before = text[: found.start()].rstrip("\n").splitlines()
        assert any(line.startswith("#") for line in before[-8:]) or "#" in found[0] or key in ("name", "email")


def test_the_example_names_no_key_that_is_not_there():
    known = {name for _, name in keys()} | {name for name, _ in keys()}
    known |= {part for name in known for part in name.split(".")}
    commented = set(re.findall(r"^# (\w+) = ", EXAMPLE, re.MULTILINE))
    assert commented <= known
    assert set(tomllib.loads(EXAMPLE)) <= known


def test_every_default_in_the_example_that_is_commented_out_can_be_set(tmp_path):
    """Uncommented, the file is still a configuration: spelling and form of each are right."""
    text = re.sub(r"^# (\w+ = )", r"\1", EXAMPLE, flags=re.MULTILINE)
    path = tmp_path / "config.toml"
    found = Desk(tmp_path)
    path.write_text(text)
    said = found.quick("check-config")
    assert "unknown key" not in said.err
    assert "is not valid TOML" not in said.err


def test_every_command_is_in_the_readme():
    table = README.partition("## The commands")[2].partition("### Exit codes")[0]
    named = set(re.findall(r"`([a-z-]+)", table))
    assert set(COMMANDS) <= named


def test_every_exit_code_is_in_the_readme():
    table = README.partition("### Exit codes")[2].partition("Of several")[0]
    assert {int(code) for code in re.findall(r"\b(\d+)\b(?=[, |])", table)} >= {int(code) for code in Exit}


def anchors_of(page):
    """Return the names by which the headings of a page can be linked to."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def test_every_path_the_readme_points_at_is_there():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        if not target.startswith("https://"):
            path, _, anchor = target.partition("#")
            page = ROOT / (path or "README.md")
            assert page.exists(), target
            assert not anchor or anchor in anchors_of(page), target
    for unit in re.findall(r"systemd/(?:drop-ins/)?[\w@.-]+\.(?:service|timer|conf)", README + SYSTEMD):
        assert (ROOT / unit).exists(), unit


def readme_section(name):
    return README.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def commands_of(block):
    """Return the arguments of each call of the program in a block of shell lines."""
    lines = [shlex.split(line.partition("  ")[0]) for line in block.splitlines()]
    return [words[1:] for words in lines if words[0] == "watcher"]


def test_five_commands_of_the_readme_lead_to_a_first_message(tmp_path, registry_of_the_demo):
    """The blocks under Start, line by line, with the sandbox in place of the registry."""
    first, check = re.findall(r"```sh\n(.*?)```", readme_section("Start"), flags=re.DOTALL)
    assert len(first.splitlines()) == 5
    desk = Desk(tmp_path)
    trials = Desk(tmp_path / "trials")
    for arguments in (*commands_of(first), *commands_of(check)):
        desk.environ["WATCHER_CONFIG"] = str(trials.path)
        if arguments[0] == "add":  # the sandbox has fictional trials; ours is none of those that init has put there
            trials.change("[registry]\n", f'[registry]\nbase_url = "{registry_of_the_demo}"\n')
            assert desk.ok(*arguments).out.startswith("added")
            desk.ok("remove", arguments[1])
            arguments = ["add", ONE]
        if arguments[0] == "send-test":  # `me` is who init has put there
            arguments = ["send-test", "me"]
        desk.ok(*arguments)
    (welcome, sample) = trials.filed()
    assert str(welcome["Subject"]).startswith("Now watching")
    assert "test" in str(sample["Subject"]).lower()


def test_configuration_of_the_readme_passes(tmp_path):
    desk = Desk(tmp_path)
    (block,) = re.findall(r"```toml\n(.*?)```", readme_section("Start"), flags=re.DOTALL)
    desk.set_up("http://127.0.0.1:9/api/v2", block)
    (tmp_path / "smtp-password").write_text("x")
    assert "ana" in desk.ok("check-config").out


def test_make_demo_installs_what_a_run_needs_and_no_more():
    """The recipe in a checkout without an environment; in one that is set up for tests it installs nothing."""
    found = subprocess.run(
        ["make", "--dry-run", "VENV=nowhere", "demo"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    (install,) = [line for line in found.stdout.splitlines() if "pip install" in line]
    assert install.endswith("--editable '.'")


def test_crontab_lines_find_the_program_without_a_path_of_their_own():
    """The PATH of cron is short: on Debian without /usr/local/bin."""
    pages = (README, (ROOT / "docs" / "operating.md").read_text())
    lines = [line for page in pages for line in page.splitlines() if re.match(r" *\d+ [\d*]+ \* \* \*", line)]
    assert len(lines) == 3
    for line in lines:
        assert line.split()[5] == "/opt/watcher/bin/watcher"


def test_units_that_are_installed_are_those_that_are_removed():
    removed = SYSTEMD.partition("\n## Remove\n")[2]
    units = set(re.findall(r"systemd/([\w@-]+\.(?:service|timer))", SYSTEMD))
    assert units
    for unit in units:
        stem = re.split(r"[.-]", unit)[0] + unit.removeprefix("watcher")[0]
        assert f"/etc/systemd/system/{stem}*" in removed, unit


@pytest.fixture
def registry_of_the_demo():
    from watcher.sandbox.sample_trials import sample_timeline
    from watcher.sandbox.server import Sandbox

    with Sandbox(sample_timeline()) as registry:
        yield registry.base_url


@pytest.mark.parametrize("unit", ["watcher.service", "watcher-once.service"])
def test_what_a_unit_starts_is_understood_by_the_command_line(unit):
    (line,) = re.findall(
        r"^ExecStart=/opt/watcher/bin/watcher (.*)$", (ROOT / "systemd" / unit).read_text(), re.MULTILINE
    )
    found = CliRunner().invoke(cli, [*line.split(), "--help"])
    assert found.exit_code == 0, found.output
    assert ("--once" in line.split()) is ("once" in unit)
    assert CliRunner().invoke(cli, [*line.split(), "--onse", "--help"]).exit_code == 2


def test_the_changelog_has_a_section_for_this_version():
    headings = re.findall(r"^## (\S+)(?: - \d{4}-\d\d-\d\d)?$", CHANGELOG, re.MULTILINE)
    assert headings
    assert {"Unreleased", watcher.__version__} & set(headings[:1])
    assert headings[-2:] == ["0.2.0", "0.1.0"]


def test_every_changelog_entry_is_one_line_of_an_area_and_stands_once():
    entries = []
    for line in CHANGELOG.partition("\n## ")[2].splitlines()[1:]:
        if not line or line.startswith("## "):
            continue
        if line.startswith("### "):
            assert line in ("### Added", "### Changed", "### Fixed", "### Removed"), line
        elif not line.startswith("The first release"):
            assert line.startswith("- "), f"not an entry of one line: {line}"
            area, _, claim = line[2:].partition(": ")
            assert area in AREAS, line
            assert claim.endswith("."), line
            entries.append(line)
    assert len(entries) == len(set(entries))


def test_the_version_is_written_once():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert "version" not in project
    assert project["dynamic"] == ["version"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", watcher.__version__)


def test_log_events_that_are_said_to_be_renamed_are_logged_by_their_new_names_only():
    renamed = re.findall(r"^\| `(\w+)` \| `(\w+)` \|$", UPGRADING, re.MULTILINE)
    assert len(renamed) > 5
    code = "".join(path.read_text() for path in (ROOT / "watcher").rglob("*.py"))
    for old, new in renamed:
        assert f'"{old}"' not in code, old
        assert f'"{new}"' in code, new
