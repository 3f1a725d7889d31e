"""What people who edit templates are told agrees with what templates are given."""

import dataclasses
import inspect
import re

import pytest

from watcher.rendering import view
from watcher.rendering.environment import DEADLINE, MAX_SIZE, Templates, builtin_templates, template_names

WHOLE = (builtin_templates() / "README.md").read_text(encoding="utf-8")
README = WHOLE.partition("## What a template of the pages is given")[0]  # `tests/pipeline/test_page_documentation.py`
VIEWS = [one for _, one in inspect.getmembers(view, dataclasses.is_dataclass) if one.__module__ == view.__name__]


def documented(name: str) -> list[str]:
    section = re.split(r"^### ", README, flags=re.MULTILINE)
    (own,) = [text for text in section if re.match(rf"{name}\b", text)]
    return re.findall(r"^\| `(\w+)` \|", own, flags=re.MULTILINE)


@pytest.mark.parametrize("shown", VIEWS, ids=lambda shown: shown.__name__)
def test_every_field_of_the_context_is_described(shown):
    assert documented(shown.__name__) == [field.name for field in dataclasses.fields(shown)]


def test_limits_are_the_real_ones():
    assert f"{MAX_SIZE:,} characters" in " ".join(README.split())
    assert f"{DEADLINE:g} seconds" in README


def test_every_folder_of_message_templates_is_described():
    folders = {name.partition("/")[0] for name in template_names(builtin_templates())}
    assert all(f"`{folder}/`" in README for folder in folders)


def test_every_filter_named_exists():
    templates = Templates(builtin_templates(), clock=lambda: 0.0)
    names = re.findall(r"`(\w+)(?:\([^`]*\))?`", README.partition("Filters beside Jinja's own")[2].partition("###")[0])
    known = {*templates._builtin.filters, *templates._builtin.globals}
    assert {"count", "wrap", "fit", "styled", "labelled"} <= set(names) & known
    assert set(names) - known <= {"range"}
