"""Loading the configuration: every problem at once, with line and suggestion."""

import pytest

from watcher.config.config_model import Cadence
from watcher.config.load import load_config
from watcher.errors import ConfigError

GOOD = """
timezone = "Europe/Paris"

[registry]
base_url = "http://127.0.0.1:9/api/v2"
poll_every = "1h"

[email]
host = "127.0.0.1"
port = 2525
tls = "none"
from = "Trial watcher <trials@example.org>"

[[watch]]
name = "back pain"
ids = ["NCT07555496"]
tags = ["pain"]

[[recipient]]
name = "ana"
email = "ana@example.org"
watches = ["back pain"]
send = "daily 07:30"
"""


def write(tmp_path, text):
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def problems_of(tmp_path, text):
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, text))
    return [(problem.line, problem.text) for problem in caught.value.problems]


def test_good_configuration_loads_with_defaults(tmp_path):
    loaded = load_config(write(tmp_path, GOOD))
    assert loaded.config.recipient[0].send.cadence is Cadence.DAILY
    assert loaded.config.registry.requests_per_second == 1.0
    assert loaded.config.email is not None
    assert loaded.config.email.sender == "Trial watcher <trials@example.org>"
    assert str(loaded.config.zone(loaded.config.recipient[0])) == "Europe/Paris"
    assert loaded.warnings == ()
    assert loaded.folder == tmp_path


def test_all_problems_are_reported_at_once_with_lines_and_suggestions(tmp_path):
    text = GOOD.replace('poll_every = "1h"', 'pol_every = "1h"').replace("port = 2525", 'port = "mail"')
    text = text.replace('send = "daily 07:30"', 'send = "daly 07:30"\nleast = "mnor"')
    found = problems_of(tmp_path, text)
    assert [line for line, _ in found] == [6, 10, 23, 24]
    assert 'did you mean "poll_every"' in found[0][1]
    assert "whole number" in found[1][1]
    assert '"daly 07:30" is not a cadence' in found[2][1]
    assert 'did you mean "minor"' in found[3][1]


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('timezone = "Europe/Paris"', 'timezone = "Europe/Pariss"', 2, 'timezone "Europe/Pariss" is not known'),
        ('timezone = "Europe/Paris"', 'timezone = "/etc"', 2, "is not known"),
        ('base_url = "http://127.0.0.1:9/api/v2"', 'base_url = "clinicaltrials"', 5, "is not an address"),
        ('poll_every = "1h"', 'poll_every = "hourly"', 6, "is not a duration"),
        ('poll_every = "1h"', 'poll_every = "10ms"', 6, "not shorter"),
        ('poll_every = "1h"', 'timeout = "0s"', 6, "longer than 0s"),
        ('poll_every = "1h"', "requests_per_second = 0", 6, "greater than 0"),
        ('poll_every = "1h"', 'contact = "é"', 6, "ASCII"),
        ('poll_every = "1h"', 'transport = "curl"', 6, "is not known"),
        ('from = "Trial watcher <trials@example.org>"', 'from = "nobody"', 12, "no mail address"),
        ('from = "Trial watcher <trials@example.org>"', "", 8, '"from" is missing'),
        ('tls = "none"', 'tls = "none"\npassword = { env = "P" }', 12, "without a username"),
        ('tls = "none"', 'tls = "none"\nusername = "u"', 12, "without a password"),
        ('tls = "none"', 'tls = "none"\npassword = { env = "P", file = "f" }', 12, "exactly one place"),
        ('tls = "none"', 'tls = "none"\npassword = "hunter2"', 12, "must be a table"),
        ('name = "back pain"', 'name = "other"', 22, "names the watch"),
        ('ids = ["NCT07555496"]', "", 14, "names no trials"),
        ('watches = ["back pain"]', 'watches = ["back pian"]', 22, 'did you mean "back pain"'),
        ('watches = ["back pain"]', 'tags = ["pian"]', 22, 'did you mean "pain"'),
        ('watches = ["back pain"]', 'ids = ["NCT1"]', 22, "is not a trial id"),
        ('watches = ["back pain"]', 'watches = "back pain"', 22, "a list in square brackets"),
        ('email = "ana@example.org"', 'email = "ana"', 21, "is not a mail address"),
        ('email = "ana@example.org"', "", 19, "has no channel"),
        ('tags = ["pain"]', "tags = [1]", 17, "a text in quotation marks, not 1"),
        ("port = 2525", "port = 99999", 10, "less than or equal to 65535"),
        ("port = 2525", "port = [1]", 10, "a whole number, not a list"),
    ],
)
def test_each_problem_is_one_sentence_with_its_line(tmp_path, old, new, line, said):
    found = problems_of(tmp_path, GOOD.replace(old, new))
    assert any(at == line and said in text for at, text in found), found


@pytest.mark.parametrize(
    ("added", "said"),
    [
        ('[[recipient]]\nname = "ana"\nfolder = "x"', "two recipients named"),
        ('[[watch]]\nname = "back pain"\nids = ["NCT07555496"]', "two watches named"),
        ('[operator]\nrecipient = "anna"', 'did you mean "ana"'),
        ('[operator]\nrecipient = "zzz"', "is not a recipient"),
        ("[[recipient]]\nfolder = 1", '"name" is missing in [[recipient]] number 2'),
        ("[nonsense]\nx = 1", 'unknown key "nonsense"'),
    ],
)
def test_problems_between_sections_are_found(tmp_path, added, said):
    assert any(said in text for _, text in problems_of(tmp_path, GOOD + "\n" + added))


def test_recipient_by_email_without_a_relay_is_a_problem(tmp_path):
    text = '[[recipient]]\nname = "ana"\nemail = "ana@example.org"\n'
    assert problems_of(tmp_path, text) == [
        (3, 'recipient "ana" is told by email, but there is no [email] section with a relay')
    ]


def test_password_in_clear_to_another_machine_is_refused_and_a_relay_without_one_warned_of(tmp_path):
    far = GOOD.replace('host = "127.0.0.1"', 'host = "mail.example.org"')
    assert "travels in clear" in load_config(write(tmp_path, far)).warnings[0].text
    found = problems_of(tmp_path, far.replace('tls = "none"', 'tls = "none"\nusername = "u"\npassword = { env = "P" }'))
    assert "in clear" in found[0][1]


def test_the_public_registry_wants_a_contact_and_a_calm_poll(tmp_path):
    text = '[registry]\npoll_every = "1min"\n'
    said = [problem.text for problem in load_config(write(tmp_path, text)).warnings]
    assert len(said) == 2
    assert any("contact" in text for text in said)
    assert any("10 min" in text for text in said)


@pytest.mark.parametrize(
    ("content", "line"), [(b"a = \n", 1), (b'x = "', 1), (b"\xff\xfe", 0)], ids=["no value", "cut", "not UTF-8"]
)
def test_text_that_is_no_toml_is_one_problem(tmp_path, content, line):
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    assert [problem.line for problem in caught.value.problems] == [line]


def test_file_that_cannot_be_read_is_one_problem(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)


@pytest.mark.parametrize(
    "text", ["immediate", "hourly", "daily 07:30", "weekdays 23:59", "weekly sun 00:00", "monthly 31 07:30"]
)
def test_cadence_reads_as_it_is_written(tmp_path, text):
    loaded = load_config(write(tmp_path, GOOD.replace("daily 07:30", text)))
    assert str(loaded.config.recipient[0].send) == text
