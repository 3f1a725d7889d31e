"""What the pages' templates are tried on before they are trusted uses all of them."""

import pytest

from watcher.pipeline.page_overrides import PAGES, try_pages
from watcher.rendering.environment import Templates, builtin_templates, template_names

NAMES = [name for name in template_names(builtin_templates()) if name.startswith(PAGES)]
WHOLE = {name for name in NAMES if not name.removeprefix(PAGES).startswith("_")}


def failing(folder, name, text="{{ nonsense }}"):
    (folder / PAGES).mkdir(exist_ok=True)
    (folder / name).write_text(text)
    return {note.template for note in try_pages(Templates(builtin_templates(), folder, clock=lambda: 0.0))}


def test_built_in_templates_pass():
    assert try_pages(Templates(builtin_templates(), clock=lambda: 0.0)) == ()


@pytest.mark.parametrize("name", NAMES)
def test_every_template_of_the_pages_is_tried(name, tmp_path):
    found = failing(tmp_path, name)
    assert found
    assert name not in WHOLE or name in found


def test_one_that_is_well_is_trusted(tmp_path):
    assert failing(tmp_path, f"{PAGES}trial.html.j2", "{{ page.name }}") == set()
