"""Audiences: the rule files shipped and the operator's own, and what recipients may wish for."""

from __future__ import annotations

import pytest

from watcher.config.load import load_config, survey_config
from watcher.config.presets import BUILT_IN, preset_names, read_preset, unknown_kinds
from watcher.errors import ConfigError

HEAD = '[registry]\ncontact = "trials@example.org"\n\n[[watch]]\nname = "all"\nids = ["NCT07555496"]\n\n'
ANA = '[[recipient]]\nname = "ana"\nfolder = "told"\n'


def config(tmp_path, *lines, head=""):
    path = tmp_path / "config.toml"
    path.write_text(head + HEAD + ANA + "\n".join(lines) + "\n")
    return path


def own(tmp_path, name, text):
    folder = tmp_path / "presets"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text)
    return folder


def said(found):
    return [problem.text for problem in found]


def refusal(tmp_path, text):
    folder = own(tmp_path, "own", text)
    with pytest.raises(ConfigError) as caught:
        read_preset("own", folder)
    return [(problem.line, problem.text) for problem in caught.value.problems]


@pytest.mark.parametrize("name", ["advocate", "competitive", "integrity", "investor", "operations"])
def test_shipped_audiences_are_readable(name):
    rules = read_preset(name, None)
    assert rules.up
    assert rules.down
    assert rules.path == BUILT_IN / f"{name}.toml"


def test_audience_of_a_recipient_is_loaded_and_no_other(tmp_path):
    loaded = load_config(config(tmp_path, 'audience = "advocate"'))
    assert list(loaded.presets) == ["advocate"]
    assert "status.opened" in loaded.presets["advocate"].up


def test_unknown_audience_is_named_with_the_nearest(tmp_path):
    _, problems = survey_config(config(tmp_path, 'audience = "advocat"'))
    assert said(problems) == ['audience "advocat" of recipient "ana" is not known; did you mean "advocate"?']
    assert problems[0].line == 11


def test_quite_unknown_audience_gets_the_whole_list(tmp_path):
    _, problems = survey_config(config(tmp_path, 'audience = "xyz"'))
    assert said(problems)[0].endswith("there are: advocate, competitive, integrity, investor, operations")


def test_own_folder_adds_audiences_and_replaces_shipped_ones(tmp_path):
    folder = own(tmp_path, "nurses", 'up = ["contact"]\n')
    own(tmp_path, "advocate", 'up = ["site"]\n')
    assert "nurses" in preset_names(folder)
    assert "investor" in preset_names(folder)
    loaded = load_config(config(tmp_path, 'audience = "advocate"', head='presets_dir = "presets"\n'))
    assert loaded.presets["advocate"].up == ("site",)


def test_broken_rule_file_is_a_problem_of_the_configuration(tmp_path):
    own(tmp_path, "own", "up = [\n")
    _, problems = survey_config(config(tmp_path, 'audience = "own"', head='presets_dir = "presets"\n'))
    assert [problem.file for problem in problems] == [str(tmp_path / "presets" / "own.toml")]
    assert "is not valid TOML" in problems[0].text


def test_missing_folder_is_a_warning(tmp_path):
    loaded = load_config(config(tmp_path, 'audience = "advocate"', head='presets_dir = "nowhere"\n'))
    assert said(loaded.warnings) == ['presets_dir = "nowhere" is no folder; the built-in audiences are used']


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('\nupp = ["site"]\n', (2, 'unknown key "upp"; did you mean "up"?; there are up, down, near and [level]')),
        ('up = "site"\n', (1, "up must be a list of kinds")),
        ('up = ["site", 3]\n', (1, "up must be a list of kinds")),
        ('level = "major"\n', (1, "level must be a table of kinds and levels")),
        ('[level]\nsite = "loud"\n', (2, 'the level of "site" must be "critical", "major" or "minor"')),
        ('up = ["site"]\ndown = ["site"]\n', (0, '"site" is named in up and in down; one of them is meant')),
        ('up = ["site"]\n[level]\nsite = "major"\n', (0, '"site" is named in up and in level; one of them is meant')),
    ],
)
def test_wrong_rule_file_is_refused_with_its_line(tmp_path, text, problem):
    assert refusal(tmp_path, text) == [problem]


def test_rule_file_that_is_not_utf8_is_refused(tmp_path):
    folder = own(tmp_path, "own", "")
    (folder / "own.toml").write_bytes(b"up = ['\xff']")
    with pytest.raises(ConfigError, match="is not UTF-8 text"):
        read_preset("own", folder)


def test_rule_file_that_went_away_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        read_preset("own", tmp_path)


def test_rules_that_fit_no_kind_are_named_with_line_and_suggestion(tmp_path):
    folder = own(tmp_path, "own", 'up = ["sites", "status.opened"]\n[level]\n"contact.centrl" = "minor"\n')
    problems = unknown_kinds(read_preset("own", folder), {"site", "status", "status.opened", "contact.central"})
    assert [(problem.line, problem.text) for problem in problems] == [
        (1, '"sites" in up is no kind of change; did you mean "site"?'),
        (3, '"contact.centrl" in level is no kind of change; did you mean "contact.central"?'),
    ]


def test_wishes_are_read(tmp_path):
    lines = ('near = { countries = ["France"], cities = ["Lyon"] }', 'urgent = "critical"', 'quiet = "22:00-07:00"')
    recipient = load_config(config(tmp_path, *lines, 'heartbeat = "weekly"')).config.recipient[0]
    assert recipient.near is not None
    assert (recipient.near.countries, recipient.near.cities) == (("France",), ("Lyon",))
    assert (str(recipient.urgent), str(recipient.quiet), recipient.heartbeat) == ("critical", "22:00-07:00", "weekly")


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (('quiet = "22:00"',), 'quiet: "22:00" are no quiet hours; write two local times, such as "22:00-07:00"'),
        (
            ('quiet = "25:00-07:00"',),
            'quiet: "25:00-07:00" are no quiet hours; write two local times, such as "22:00-07:00"',
        ),
        (
            ('quiet = "22:00-22:00"',),
            'quiet: "22:00-22:00" ends when it begins; write two different times, such as "22:00-07:00"',
        ),
        (("near = {}",), 'near names no place; write near = { countries = ["France"], cities = ["Lyon"] }'),
        (
            ('near = { countrys = ["France"] }',),
            'unknown key "countrys" in [[recipient]] "ana"; did you mean "countries"?',
        ),
        (
            ('send = "immediate"', 'heartbeat = "slot"'),
            'heartbeat = "slot" of recipient "ana" needs slots; write "weekly", or another send',
        ),
        (
            ('urgent = "loud"',),
            'urgent = "loud" in [[recipient]] "ana" is not known; write "critical", "major" or "minor"',
        ),
    ],
)
def test_wrong_wishes_are_refused_with_what_to_write(tmp_path, lines, text):
    _, problems = survey_config(config(tmp_path, *lines))
    assert said(problems) == [text]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (
            ('audience = "investor"', 'near = { cities = ["Lyon"] }'),
            'near of recipient "ana" does nothing: audience "investor" has no rules for it',
        ),
        (
            ('send = "immediate"', 'urgent = "critical"'),
            'urgent of recipient "ana" does nothing: with send = "immediate" everything goes at once',
        ),
        (
            ('send = "daily 06:00"', 'quiet = "22:00-07:00"'),
            'send = "daily 06:00" of recipient "ana" lies in the quiet hours 22:00-07:00; '
            "the digest goes out when they end, at 07:00",
        ),
        (
            ('send = "daily 13:00"', 'quiet = "12:00-14:00"'),
            'send = "daily 13:00" of recipient "ana" lies in the quiet hours 12:00-14:00; '
            "the digest goes out when they end, at 14:00",
        ),
    ],
)
def test_unwise_wishes_are_warned_of(tmp_path, lines, text):
    assert said(load_config(config(tmp_path, *lines)).warnings) == [text]


@pytest.mark.parametrize(
    "lines",
    [
        ('audience = "advocate"', 'near = { cities = ["Lyon"] }'),
        ('near = { cities = ["Lyon"] }',),
        ('send = "daily 07:00"', 'quiet = "22:00-07:00"'),
        ('send = "hourly"', 'quiet = "22:00-07:00"', 'urgent = "critical"', 'heartbeat = "slot"'),
        ('send = "immediate"', 'quiet = "22:00-07:00"', 'heartbeat = "weekly"'),
    ],
)
def test_sensible_wishes_raise_no_eyebrow(tmp_path, lines):
    assert load_config(config(tmp_path, *lines)).warnings == ()
