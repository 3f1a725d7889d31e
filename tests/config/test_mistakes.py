"""What people write by mistake is answered with what to write instead, in one sentence with its line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watcher.config.load import load_config, survey_config
from watcher.config.toml_advice import toml_advice
from watcher.errors import ConfigError

WATCH = '[[watch]]\nname = "a"\nids = ["NCT99000001"]\n'
FOLDER = '[[recipient]]\nname = "me"\nfolder = "d"\n'
RECIPIENT = '[[recipient]]\nname = "me"\n'
EMAIL = '[email]\nhost = "smtp.example.org"\nfrom = "w@example.org"\n'
SECRET = "geheim-T0-B0-xyz"


def said(tmp_path, text):
    path = tmp_path / "config.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        problems = survey_config(path)[1]
    except ConfigError as error:
        problems = error.problems
    return [str(problem).replace(f"{tmp_path}/", "") for problem in problems]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("timezone = UTC\n", 1, 'quotation marks, as in timezone = "UTC"'),
        ("timezone = \u201cUTC\u201d\n", 1, 'straight quotation marks, as in timezone = "UTC"'),
        ("timezone = \u00abUTC\u00bb  # here\n", 1, 'straight quotation marks, as in timezone = "UTC"'),
        ("\n[registry]\npoll_every = 1h\n", 3, 'quotation marks, as in poll_every = "1h"'),
        (
            "[[watch]]\nids = [NCT99000001]\n",
            2,
            'each text of a list stands in quotation marks, as in ids = ["…", "…"]',
        ),
        (f"[email]\npassword = {SECRET}\n", 2, "a secret never stands in the configuration: write { credential"),
        (f"[email]\npassword = \u201c{SECRET}\u201d\n", 2, "a secret never stands in the configuration"),
        (f"[[recipient]]\nslack = https://{SECRET}\n", 2, 'write slack = { webhook = { credential = "…" } }'),
        ("timezone\u00a0= 'UTC'\n", 1, "characters that nobody sees"),
        ('timezone = "UTC"\u200b\n', 1, "characters that nobody sees"),
        ("timezone: UTC\n", 1, "an equals sign instead of the colon"),
        ("timezone =\n", 1, 'a value after "timezone ="'),
        ("timezone == 'UTC'\n", 1, "one equals sign"),
        ('timezone = "UTC\n', 1, "closing quotation mark is missing"),
        ("; comment\n", 1, "a comment begins with #"),
        ("// comment\n", 1, "a comment begins with #"),
        ('{"timezone": "UTC"}\n', 1, "TOML, not JSON"),
        ("[[recipient]]\nwelcome = True\n", 2, "welcome = true or welcome = false, in lower case"),
        ("[[recipient]]\nwelcome = no\n", 2, "welcome = true or welcome = false, in lower case"),
        ('[[watch]]\nids = ["NCT99000001" "NCT99000002"]\n', 2, "a comma between two values or the closing bracket"),
        ('state_dir = "C:\\Users\\ana"\n', 1, "a backslash in quotation marks must be doubled"),
        ("timezone = 'UTC'\ntimezone = 'UTC'\n", 2, '"timezone" is set twice'),
        ("[email]\nhost = 'a'\n[email]\nport = 25\n", 3, "[email] stands in the file already"),
        ("[recipient]\nname = 'a'\n[recipient]\nname = 'b'\n", 3, "write [[recipient]] everywhere, with two brackets"),
        ('timezone "UTC"\n', 1, "one word, an equals sign and the value"),
        ('timezone = "UTC",\n', 1, "a line ends after its value, without a comma"),
        ('[[watch]]\nids = ["NCT99000001",, "NCT99000002"]\n', 2, "a comma too many"),
        ("[[watch]]\nids = [\n  NCT99000001,\n]\n", 3, "each text of a list stands in quotation marks"),
        ("[[recipient\nname = 'a'\n", 1, "a section is written [email], and [[watch]] or [[recipient]]"),
        ("recipient]]\nname = 'a'\n", 1, "a section is written [email], and [[watch]] or [[recipient]]"),
        ("[watch]\nname = 'a'\n[[watch]]\nname = 'b'\n", 3, "write [[watch]] everywhere"),
        ("timezone = null\n", 1, "to leave timezone unset, put # before the line"),
        ("[email]\nport = 0587\n", 2, "a number has no 0 before it: port = 587"),
        (
            f"[[recipient]]\nslack = {{ webhook = https://{SECRET} }}\n",
            2,
            "each text in braces stands in quotation marks",
        ),
        ("[[recipient]]\nslack = {\n  webhook = { env = 'X' }\n}\n", 2, "a table in braces stands on one line"),
    ],
)
def test_line_that_is_no_toml_is_answered_with_what_to_write(tmp_path, text, line, words):
    (found,) = said(tmp_path, text)
    assert found.startswith(f"config.toml:{line}: is not valid TOML: ")
    assert words in found
    assert SECRET not in found


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        (f'{WATCH}[recipient]\nname = "me"\nfolder = "d"\n', 4, "write [[recipient]], with two brackets"),
        (f"[watch]\nname = 'a'\nids = ['NCT99000001']\n{FOLDER}", 1, "write [[watch]], with two brackets"),
        (f"{WATCH}{FOLDER}[[email]]\nhost = 'x'\nfrom = 'a@example.org'\n", 7, "write [email], with one bracket"),
        (f'{WATCH}[[recipients]]\nname = "me"\nfolder = "d"\n', 4, "write [[recipient]]"),
        (f"{WATCH}{FOLDER}[smtp]\nhost = 'x'\n", 7, "write [email]"),
        (f"{WATCH}{FOLDER}[mail]\nhost = 'x'\n", 7, "write [email]"),
        (
            f'{WATCH}{RECIPIENT}slack = "https://hooks.slack.com/services/{SECRET}"\n',
            6,
            'is a secret and never stands in the configuration: write slack = { webhook = { credential = "…" } }',
        ),
        (f'{WATCH}{RECIPIENT}apprise = "tgram://{SECRET}"\n', 6, 'write apprise = { url = { credential = "…" } }'),
        (f'{WATCH}{RECIPIENT}webhook = "https://x.example/{SECRET}"\n', 6, "write webhook = { url = {"),
        (f'{WATCH}{RECIPIENT}slack = {{ webhook = "https://{SECRET}" }}\n', 6, "a secret never stands in the config"),
        (
            f"{EMAIL}{WATCH}{RECIPIENT}email = ['a@example.org', 'b@example.org']\n",
            9,
            "a [[recipient]] for each person",
        ),
        (f"{EMAIL}{WATCH}{RECIPIENT}email = 'a@example.org, b@example.org'\n", 9, "a [[recipient]] for each person"),
        (f"{EMAIL}{WATCH}{RECIPIENT}email = 'Ana <a@example.org>'\n", 9, 'the address alone: email = "a@example.org"'),
        (
            f"{WATCH}{RECIPIENT}folder = 'd'\nto = 'a@example.org'\n",
            7,
            'unknown key "to" in [[recipient]] "me"; write email',
        ),
        (f"{WATCH}{FOLDER}[operator]\nemail = 'a@example.org'\n", 8, 'write recipient = "NAME"'),
        (f"operator = 'me'\n{WATCH}{FOLDER}", 1, 'write operator = { recipient = "NAME" }'),
        (
            f"{WATCH}{FOLDER}[registry]\nbase_url = 'https://clinicaltrials.gov'\n",
            8,
            'write "https://clinicaltrials.gov/api/v2"',
        ),
        (
            f"{WATCH}{FOLDER}[registry]\nbase_url = 'https://clinicaltrials.gov/api/v2/studies'\n",
            8,
            "does not end in /api/v2",
        ),
        (f"{WATCH}{FOLDER}[registry]\ntimezone = 'UTC'\n", 8, "belongs at the top of the file"),
        (f"{WATCH}{FOLDER}[registry]\nemail = 'x'\n", 8, "belongs in a section of its own, [email]"),
        (f"{WATCH}{FOLDER}tempaltes_dir = 'x'\n", 7, 'did you mean "templates_dir"?'),
        (f"{WATCH}[recipient.ana]\nfolder = 'd'\n", 4, "write [[recipient]], with two brackets"),
        (f"{WATCH}{FOLDER}watches = ['all']\n", 7, "leave watches out for all of them"),
        (
            f"{EMAIL}{WATCH}{RECIPIENT}email = 'a@example.org'\n[operator]\nrecipient = 'a@example.org'\n",
            11,
            'did you mean "me"?',
        ),
        (f"[[watch]]\nname = 'a'\nids = 'NCT99000001'\n{FOLDER}", 3, 'write ids = ["…"]'),
        (
            f"{WATCH}{FOLDER}{EMAIL}".replace("w@example.org", "Watcher, Lyon <w@example.org>"),
            9,
            "from = '\"Watcher, Lyon\" <w@example.org>'",
        ),
        (
            f"{WATCH}{FOLDER}{EMAIL}reply_to = 'Watcher, Lyon <w@example.org>'\n",
            10,
            "reply_to = '\"Watcher, Lyon\" <w@example.org>'",
        ),
        (
            f"{WATCH}{FOLDER}{EMAIL}".replace("w@example.org", "a@example.org, b@example.org"),
            9,
            "more than one address",
        ),
        ('timezone = "UTC"\n'.encode("utf-16"), 0, "is UTF-16 text"),
        (b'timezone = "\xe9"\n', 0, "is not UTF-8 text; save it as UTF-8"),
    ],
)
def test_mistake_names_the_way_out(tmp_path, text, line, words):
    (found,) = said(tmp_path, text)
    assert found.startswith(f"config.toml:{line}: " if line else "config.toml: ")
    assert words in found
    assert SECRET not in found


@pytest.mark.parametrize(
    "text", [f"\ufeff{WATCH}{FOLDER}", f"{WATCH}{FOLDER}".replace("\n", "\r\n"), f"\t{WATCH}\t{FOLDER}"]
)
def test_marks_tabs_and_line_ends_of_other_systems_are_no_mistake(tmp_path, text):
    assert said(tmp_path, text) == []


def test_ids_of_the_configuration_may_be_pasted(tmp_path):
    path = tmp_path / "config.toml"
    ids = '["https://clinicaltrials.gov/study/nct99000001?cond=x", "NCT99000002, NCT99000003;", "NCT99"]'
    path.write_text(f'[[watch]]\nname = "a"\nids = {ids}\n{FOLDER}')
    assert load_config(path).config.watch[0].ids == ("NCT99000001", "NCT99000002", "NCT99000003", "NCT99")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (
            f"{EMAIL}{WATCH}{RECIPIENT}email = 'x@example.org'\n[[recipient]]\nname = 'b'\nemail = 'X@example.org'\n",
            'recipients "me" and "b" have one mailbox',
        ),
        (f"{WATCH}{FOLDER}[registry]\nbase_url = 'http://127.0.0.1:80'\n", "right only if a proxy adds it"),
    ],
)
def test_unwise_setting_is_a_warning(tmp_path, text, words):
    path = tmp_path / "config.toml"
    path.write_text(text)
    assert [warning for warning in load_config(path).warnings if words in warning.text]


@settings(max_examples=60)
@given(
    st.text(max_size=80), st.integers(0, 5), st.sampled_from(["Invalid value", "Cannot declare", "Expected newline"])
)
def test_any_line_has_short_advice_or_none(text, line, said):
    assert len(toml_advice(text, line, said)) < 250
