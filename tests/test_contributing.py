"""What contributors are told is true: every file and name exists, and the lists of files to touch are complete."""

import importlib
import pkgutil
import re
import tomllib
from pathlib import Path

import pytest

import watcher
from watcher.changes.kinds import known_names

ROOT = Path(__file__).parent.parent
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text()
ROOMS = sorted(module.name for module in pkgutil.iter_modules(watcher.__path__))
SEARCHED = ("watcher", "docs", "man", "templates", "completions", "systemd")
TOLD_ELSEWHERE = {"CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/upgrading.md"}


def section(heading):
    found = CONTRIBUTING.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert found, heading
    return found


def files_of_the_product():
    """Return every text file that a list of files to touch may have to name; sample data apart."""
    folders = [path for name in SEARCHED for path in (ROOT / name).rglob("*") if path.is_file()]
    top = [path for path in ROOT.iterdir() if path.suffix in (".md", ".toml")]
    for path in (*folders, *top):
        name = str(path.relative_to(ROOT))
        if name not in TOLD_ELSEWHERE and "__pycache__" not in name and not name.startswith("watcher/sandbox/trials/"):
            yield name, path.read_text(encoding="utf-8", errors="replace").replace("\\-", "-")  # as roff writes it


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md"])
def test_every_path_exists(page):
    text = (ROOT / page).read_text()
    folders = "watcher|tests|docs|man|templates|systemd|benchmarks|completions"
    for path in re.findall(rf"\b(?:{folders})/[\w./-]*\w/?", text):
        known = ("watcher/delivery/matrix.py",)  # what the reader would write
        assert (ROOT / path).exists() or (ROOT / "docs" / path).exists() or path in known, path


def test_every_link_leads_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", CONTRIBUTING):
        assert (ROOT / target.partition("#")[0]).exists(), target


def resolve(name):
    """Import the module that a dotted name begins with and follow the rest of it."""
    pieces = name.split(".")
    for depth in range(len(pieces), 0, -1):
        try:
            found = importlib.import_module(".".join(("watcher", *pieces[:depth])))
        except ModuleNotFoundError:
            continue
        for piece in pieces[depth:]:
            found = getattr(found, piece)
        return found
    raise AssertionError(f"there is no {name}")


@pytest.mark.parametrize("page", [CONTRIBUTING, ARCHITECTURE], ids=["contributing", "architecture"])
def test_every_dotted_name_of_the_program_exists(page):
    names = set(re.findall(rf"`((?:{'|'.join(ROOMS)})\.[\w.]+)`", page))
    names -= {"config.example.toml", *known_names()}  # kinds of changes are written like that too
    for name in sorted(names):
        assert resolve(name) is not None


def test_architecture_names_the_functions_on_the_way():
    assert len(set(re.findall(r"`[a-z_]+\.[a-z_]+\.\w+", ARCHITECTURE))) >= 15


def test_rooms_are_those_of_the_import_contract_in_their_order():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [layer.split(" | ") for layer in contracts[0]["layers"]]
    listed = re.findall(r"^\| `(\w+)` \|", section("The house on one page"), re.MULTILINE)
    for layer in layers:
        here, listed = listed[: len(layer)], listed[len(layer) :]
        assert sorted(here) == sorted(layer)
    assert listed == []


@pytest.mark.parametrize("heading", ["Add a kind of change", "Add a channel", "Add a command", "Add a setting"])
def test_list_of_files_to_touch_is_the_list_of_files_that_hold_the_example(heading):
    text = section(heading)
    word = re.findall(r"^Example: `([\w-]+)`", text, re.MULTILINE)[0].lower()
    listed = set(re.findall(r"^\| `([\w./]+)` \|", text, re.MULTILINE))
    holding = {name for name, content in files_of_the_product() if word in content.lower()}
    assert holding == listed


def test_constants_of_waiting_are_where_they_are_said_to_be():
    rows = re.findall(
        r"^\| [^|]+ \| (.*) in `watcher/([\w/]+)\.py` \|$", section("Change how long something waits"), re.M
    )
    assert len(rows) >= 4
    for names, path in rows:
        module = importlib.import_module(f"watcher.{path.replace('/', '.')}")
        for name in re.findall(r"`(\w+)`", names):
            assert hasattr(module, name), name


def modules_named_in_the_code():
    """Return every `room.module` that a docstring or comment names, with the file; kinds of change look alike."""
    for path in sorted((ROOT / "watcher").rglob("*.py")):
        for name in re.findall(rf"`((?:service|{'|'.join(ROOMS)})(?:\.\w+)+)`", path.read_text()):
            if name not in known_names() and not name.endswith((".json", ".toml")):
                yield str(path.relative_to(ROOT)), name


def test_modules_that_docstrings_name_exist():
    named = list(modules_named_in_the_code())
    assert len(named) > 10
    assert [(path, name) for path, name in named if not exists(name)] == []


def exists(name):
    try:
        resolve(name)
    except (AssertionError, AttributeError):
        return False
    return True
