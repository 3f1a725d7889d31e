"""`templates`: named, copied to be edited, tried before they are trusted, and never in the way of a message."""

import pytest

from watcher.rendering.environment import builtin_templates, template_names

SUBJECT = "email/digest.subject.txt.j2"
TEXT = "email/digest.body.txt.j2"


@pytest.fixture
def own(desk):
    """A desk with a folder of its own templates, empty yet."""
    desk.change('state_dir = "state"', 'state_dir = "state"\ntemplates_dir = "mine"')
    (desk.folder / "mine" / "email").mkdir(parents=True)
    return desk


def put(desk, name, text):
    (desk.folder / "mine" / name).parent.mkdir(exist_ok=True)
    (desk.folder / "mine" / name).write_text(text)


def test_list_names_every_template_and_the_files_of_ones_own(own):
    put(own, SUBJECT, "News")
    lines = own.ok("templates", "list").out.splitlines()
    assert [line.split()[0] for line in lines] == list(template_names(builtin_templates()))
    assert f"{SUBJECT}  (yours: mine/{SUBJECT})" in lines


def test_export_copies_all_with_their_description_and_check_finds_them_well(own):
    (own.folder / "mine" / "email").rmdir()
    out = own.ok("templates", "export", "mine").out
    names = template_names(own.folder / "mine")
    assert names == template_names(builtin_templates())
    assert out.startswith(f"{len(names)} templates in mine")
    assert (own.folder / "mine" / "README.md").is_file()
    assert own.ok("templates", "check").out.splitlines() == [f"{name}: well" for name in names]


def test_export_of_one_copies_one_and_never_overwrites_it(bare):
    bare.ok("templates", "export", "mine", SUBJECT)
    assert template_names(bare.folder / "mine") == (SUBJECT,)
    (bare.folder / "mine" / SUBJECT).write_text("edited")
    again = bare.quick("templates", "export", "mine")
    assert again.code == 2
    assert f"mine/{SUBJECT} is there already; nothing was written" in again.err
    assert template_names(bare.folder / "mine") == (SUBJECT,)
    assert (bare.folder / "mine" / SUBJECT).read_text() == "edited"


def test_mistyped_name_is_refused_with_the_nearest(bare):
    found = bare.quick("templates", "export", "mine", "email/digest.subjct.txt.j2")
    assert found.code == 2
    assert f'did you mean "{SUBJECT}"?' in found.err
    assert not (bare.folder / "mine").exists()


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        (SUBJECT, "{{ digest.nonsense }}", "no attribute 'nonsense'"),
        (SUBJECT, "{% if %}", "line 1"),
        (SUBJECT, "{{ 'x' * 10**9 }}", "makes too much"),
        (TEXT, "{% for s in digest.stories %}{{ s.groups[7].heading }}{% endfor %}", "has no element 7"),
        ("email/digst.subject.txt.j2", "News", f'did you mean "{SUBJECT}"?'),
        ("email/_text.txt.j2", "{% macro", "line 1"),
        (SUBJECT, "{{ ''.__class__ }}", "unsafe"),
        ("pages/trial.html.j2", "{{ page.nonsense }}", "no attribute 'nonsense'"),
        ("pages/trial.md.j2", "{% for one in page.log %}{{ one.nonsense }}{% endfor %}", "no attribute 'nonsense'"),
        ("pages/index.html.j2", "{% for row in page.rows %}{{ row.last.nonsense }}{% endfor %}", "'nonsense'"),
        ("pages/trail.html.j2", "x", 'did you mean "pages/trial.html.j2"?'),
    ],
)
def test_check_names_what_is_wrong(own, name, text, problem):
    put(own, name, text)
    found = own.quick("templates", "check")
    assert found.code == 1
    (line,) = [line for line in found.out.splitlines() if line.startswith(f"{name}: ")]
    assert problem in line
    assert line.count(name) == 1


def test_check_says_when_there_is_nothing_to_check(desk, own):
    assert "holds no template" in own.ok("templates", "check").out
    (own.folder / "mine" / "email").rmdir()
    (own.folder / "mine").rmdir()
    assert "is not there" in own.ok("templates", "check").out


def test_check_tries_the_last_real_changes(walked, tmp_path):
    folder = tmp_path / "mine"
    (folder / "email").mkdir(parents=True)
    # fails on nothing invented, only on a title that a real record of this store holds
    (folder / TEXT).write_text(
        "{% for s in digest.stories %}{% if 'Parkinson' in s.title %}{{ s.nonsense }}{% endif %}{% endfor %}"
    )
    text = walked.path.read_text().replace('state_dir = "state"', f'state_dir = "state"\ntemplates_dir = "{folder}"')
    config = walked.folder / "other.toml"
    config.write_text(text)
    found = walked.quick("--config", "other.toml", "templates", "check")
    assert found.code == 1
    assert "no attribute 'nonsense'" in found.out


def test_override_that_fails_when_tried_is_never_sent_and_the_operator_hears(own, registry):
    # fails on a long digest only, of which there is none here: it is not trusted all the same
    put(own, SUBJECT, "MINE {% if digest.total > 20 %}{{ digest.nonsense }}{% endif %}")
    own.ok("run", "--once")
    while registry.next():
        pass
    assert f"template {SUBJECT}" in own.quick("run", "--once").err
    assert not any("MINE" in subject for subject in own.subjects())


def test_override_that_is_well_is_used(own, registry):
    put(own, SUBJECT, "MINE {{ digest.total }}")
    own.ok("run", "--once")
    while registry.next():
        pass
    own.ok("run", "--once")
    assert own.subjects()[-1].startswith("MINE ")
