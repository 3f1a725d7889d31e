"""What templates are tried on before they are trusted uses all of them."""

import pytest

from tests.digests import builders as b
from watcher.digests.sample_messages import specimens, try_out
from watcher.rendering.environment import Templates, builtin_templates, template_names


def test_built_in_templates_pass():
    assert try_out(b.templates(), specimens()) == ()


def broken(folder, names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("{{ nonsense }}")
    return {note.template for note in try_out(Templates(builtin_templates(), folder, clock=lambda: 0.0), specimens())}


def test_every_template_of_messages_is_tried(tmp_path):
    names = {name for name in template_names(builtin_templates()) if not name.startswith("pages/")}
    whole = {name for name in names if not name.partition("/")[2].startswith("_")}
    assert broken(tmp_path, whole) == whole
    assert len(whole) > 20


@pytest.mark.parametrize("piece", ["email/_html.html.j2", "email/_text.txt.j2", "email/_layout.html.j2"])
def test_broken_piece_is_found_by_what_it_is_a_piece_of(piece, tmp_path):
    assert broken(tmp_path, [piece])
