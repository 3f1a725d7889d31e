"""Templates: overridden by name, sandboxed, limited; the built-in one stands in for a broken one."""

import itertools
from pathlib import Path

import pytest

from watcher.errors import RenderError
from watcher.rendering.environment import DEADLINE, MAX_SIZE, TemplateNote, Templates, builtin_templates

NAME = "email/x.txt.j2"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    for folder in ("builtin/email", "own/email"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "builtin" / NAME).write_text("built-in {{ name }}\n")
    (tmp_path / "builtin" / "email/x.html.j2").write_text("<b>{{ name }}</b>")
    return tmp_path / "builtin", tmp_path / "own"


def rendering(folders: tuple[Path, Path], own: str | None = None) -> Templates:
    builtin, overrides = folders
    if own is not None:
        (overrides / NAME).write_text(own)
    return Templates(builtin, overrides, clock=lambda: 0.0)


def test_the_operators_file_comes_first(folders):
    rendered = rendering(folders, "own {{ name }}").render(NAME, {"name": "ana"})
    assert (rendered.text, rendered.notes) == ("own ana", ())


def test_what_is_not_overridden_is_built_in(folders):
    assert rendering(folders).render(NAME, {"name": "ana"}).text == "built-in ana\n"


def test_only_a_template_that_changed_is_compiled_anew_when_the_configuration_is_read_again(folders):
    def compiled(templates: Templates) -> object:
        assert templates._overridden is not None
        return templates._overridden.get_template(NAME).root_render_func.__code__

    first = compiled(rendering(folders, "own {{ name }}"))
    assert compiled(rendering(folders)) is first
    changed = rendering(folders, "OWN {{ name }}")
    assert compiled(changed) is not first
    assert changed.render(NAME, {"name": "ana"}).text == "OWN ana"


def test_a_folder_that_is_not_there_overrides_nothing(folders, tmp_path):
    templates = Templates(folders[0], tmp_path / "absent", clock=lambda: 0.0)
    assert templates.render(NAME, {"name": "ana"}).text == "built-in ana\n"


@pytest.mark.parametrize(
    ("own", "said"),
    [
        pytest.param("{% if %}", "line 1: Expected an expression", id="syntax"),
        pytest.param("\n\n{{ nmae }}", "line 3: UndefinedError: 'nmae' is undefined", id="unknown name"),
        pytest.param("{{ name.nothing }}", "has no attribute 'nothing'", id="unknown field"),
        pytest.param("{{ 1 // 0 }}", "ZeroDivisionError", id="any exception"),
        pytest.param("{% include 'email/none.j2' %}", "email/none.j2 was not found", id="missing part"),
        pytest.param("{{ name.__class__.__mro__ }}", "SecurityError", id="way out of the sandbox"),
        pytest.param("{{ range(9) }}", "'range' is undefined", id="endless loops have no source"),
        pytest.param("{% for a in 'x' * 3000 %}{{ 'x' * 1000 }}{% endfor %}", "more than 2,000,000", id="too large"),
    ],
)
def test_broken_override_is_replaced_and_told(folders, own, said):
    rendered = rendering(folders, own).render(NAME, {"name": "ana"})
    assert rendered.text == "built-in ana\n"
    (note,) = rendered.notes
    assert note.template == NAME
    assert said in note.problem
    assert NAME not in note.problem  # whoever says it names the template


def test_line_in_another_file_is_told_with_it(folders):
    (folders[1] / "email" / "_macros.j2").write_text("\n{% macro hail() %}{{ nmae }}{% endmacro %}")
    own = "{% import 'email/_macros.j2' as m %}\n\n{{ m.hail() }}"
    (note,) = rendering(folders, own).render(NAME, {"name": "ana"}).notes
    assert note.problem == "line 2 of email/_macros.j2: UndefinedError: 'nmae' is undefined"


def test_broken_shared_piece_is_named(folders):
    (folders[1] / "email" / "_macros.j2").write_text("{% macro %}")
    rendered = rendering(folders, "{% import 'email/_macros.j2' as m %}").render(NAME, {"name": "ana"})
    assert rendered.notes[0].template == "email/_macros.j2"


def test_override_that_takes_too_long_is_replaced(folders):
    builtin, overrides = folders
    (overrides / NAME).write_text("{% for a in 'xyz' %}{{ a }}{% endfor %}")
    ticks = itertools.chain((0.0, 1.0, DEADLINE + 1), itertools.repeat(0.0))
    rendered = Templates(builtin, overrides, clock=lambda: next(ticks)).render(NAME, {"name": "ana"})
    assert rendered.text == "built-in ana\n"
    assert "takes more than 5 seconds" in rendered.notes[0].problem


def test_corrected_override_is_used_at_once(folders):
    templates = rendering(folders, "{{ nmae }}")
    assert templates.render(NAME, {"name": "ana"}).notes
    (folders[1] / NAME).unlink()
    (folders[1] / NAME).write_text("corrected: {{ name }}")
    assert templates.render(NAME, {"name": "ana"}).text == "corrected: ana"


def test_broken_built_in_is_an_error(folders):
    with pytest.raises(RenderError, match=r"^template email/x\.txt\.j2: line 1: UndefinedError") as caught:
        rendering(folders).render(NAME, {})
    assert caught.value.template == NAME


def test_unknown_template_is_an_error(folders):
    with pytest.raises(RenderError, match="email/none was not found"):
        rendering(folders).render("email/none", {})


def test_html_is_escaped_by_its_name_and_text_is_not(folders):
    templates = rendering(folders)
    assert templates.render("email/x.html.j2", {"name": "<i>&"}).text == "<b>&lt;i&gt;&amp;</b>"
    assert templates.render(NAME, {"name": "<i>&"}).text == "built-in <i>&\n"


def test_large_single_piece_is_refused(folders):
    rendered = rendering(folders, "{{ 'x' * " + str(MAX_SIZE + 1) + " }}").render(NAME, {"name": "ana"})
    assert rendered.notes


def test_built_in_templates_are_found_and_compile():
    folder = builtin_templates()
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.j2"))
    assert "email/digest.body.html.j2" in names
    templates = Templates(folder, clock=lambda: 0.0)
    layouts = {"email/_layout.html.j2", "pages/_layout.html.j2"}
    pieces = {name for name in names if name.split("/")[1].startswith("_")} - layouts | {"pages/style.css.j2"}
    for name in pieces:
        templates.render(name, {})
    for name in set(names) - pieces:
        with pytest.raises(RenderError, match="Undefined"):
            templates.render(name, {})


@pytest.mark.parametrize("expression", ["'x' * 10**9", "'x' * 3000000", "9 ** 9 ** 9", "[1] * 9999999", "3000 * 3000"])
def test_product_too_long_for_a_message_is_refused(expression, tmp_path):
    (tmp_path / "a.txt.j2").write_text("{{ " + expression + " }}")
    with pytest.raises(RenderError, match="makes too much"):
        Templates(tmp_path, clock=lambda: 0.0).render("a.txt.j2", {})


def test_ordinary_product_is_made(tmp_path):
    (tmp_path / "a.txt.j2").write_text("{{ '-' * 70 }}{{ 6 * 7 }}{{ 0.5 * 3 }}")
    assert Templates(tmp_path, clock=lambda: 0.0).render("a.txt.j2", {}).text == "-" * 70 + "421.5"


def test_distrusted_override_is_not_rendered_and_said_every_time(tmp_path):
    builtin, own = tmp_path / "builtin", tmp_path / "own"
    for folder, text in ((builtin, "ours"), (own, "theirs")):
        folder.mkdir()
        (folder / "a.txt.j2").write_text(text)
    templates = Templates(builtin, own, clock=lambda: 0.0)
    assert templates.render("a.txt.j2", {}).text == "theirs"
    note = TemplateNote(template="a.txt.j2", problem="it failed when tried")
    for _ in range(2):
        rendered = templates.distrusting([note]).render("a.txt.j2", {})
        assert (rendered.text, rendered.notes) == ("ours", (note,))


def test_template_that_is_not_text_is_named_when_read(tmp_path):
    (tmp_path / "a.txt.j2").write_bytes(b"\xff\xfe")
    (tmp_path / "b.txt.j2").write_text("{% for %}")
    (tmp_path / "c.txt.j2").write_text("{{ 1 }}")
    templates = Templates(tmp_path, clock=lambda: 0.0)
    found = {name: templates.parse(f"{name}.txt.j2") for name in "abcd"}
    assert found["a"] is not None
    assert "cannot be read" in found["a"].problem
    assert found["b"] is not None
    assert "line 1" in found["b"].problem
    assert found["c"] is None
    assert found["d"] is not None
