"""Where values come from: variables, `conf.d`; and the schema that editors check them by."""

from __future__ import annotations

import json
import tomllib
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from watcher.cli import cli
from watcher.config.config_model import Config
from watcher.config.load import load_config, survey_config
from watcher.config.operator_rules import listen_address
from watcher.config.schema import config_schema
from watcher.errors import ConfigError

ROOT = Path(__file__).parents[2]
EXAMPLE = (ROOT / "config.example.toml").read_text()
GOOD = """\
[email]
host = "relay.example.org"
from = "w@example.org"

[[watch]]
name = "one"
ids = ["NCT99000001"]

[[recipient]]
name = "ana"
email = "ana@example.org"
"""


@pytest.fixture
def path(tmp_path):
    found = tmp_path / "config.toml"
    found.write_text(GOOD)
    return found


def problems(path, **environ):
    return [str(problem).replace(f"{path.parent}/", "") for problem in survey_config(path, environ)[1]]


def test_variables_override_the_file(path):
    config = load_config(
        path,
        {
            "WATCHER_TIMEZONE": "Europe/Paris",
            "WATCHER_EMAIL__HOST": "other.example.org",
            "WATCHER_EMAIL__PORT": "587",
            "WATCHER_EMAIL__TLS": "starttls",
            "WATCHER_EMAIL__FROM": "x@example.org",
            "WATCHER_REGISTRY__POLL_EVERY": "2h",
            "WATCHER_EMAIL__USERNAME": "w",
            "WATCHER_EMAIL__PASSWORD__FILE": "/run/secrets/smtp",
        },
    ).config
    assert config.email is not None
    assert (config.timezone, config.email.host, config.email.port) == ("Europe/Paris", "other.example.org", 587)
    assert (config.email.tls.value, config.email.sender) == ("starttls", "x@example.org")
    assert config.registry.poll_every == timedelta(hours=2)
    assert config.email.password is not None
    assert config.email.password.file == "/run/secrets/smtp"


def test_table_may_be_written_as_toml_and_a_bracket_alone_is_a_text(path):
    whole = {
        "WATCHER_EMAIL__USERNAME": "w",
        "WATCHER_EMAIL__PASSWORD": '{ env = "PW" }',
        "WATCHER_EMAIL__HOST": "[::1]",
    }
    email = load_config(path, whole).config.email
    assert email is not None
    assert email.password is not None
    assert (email.host, email.password.env) == ("[::1]", "PW")


def test_variable_makes_a_section_that_is_not_there(path):
    assert load_config(path, {"WATCHER_HEALTH__LISTEN": "127.0.0.1:9464"}).config.health.listen == "127.0.0.1:9464"


def test_variables_of_others_and_empty_ones_are_left_alone(path):
    foreign = {"WATCHER_CONFIG": "x", "WATCHER_PORT": "tcp://10.0.0.1:80", "WATCHER_EMAIL__HOST": "", "OTHER": "x"}
    assert load_config(path, foreign).config == load_config(path).config


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("WATCHER_EMAIL__PORT", "many", "$WATCHER_EMAIL__PORT: port in [email] must be a whole number"),
        ("WATCHER_EMAIL__HOTS", "x", '$WATCHER_EMAIL__HOTS: unknown key "hots" in [email]; did you mean "host"?'),
        ("WATCHER_EMIAL__HOST", "x", "$WATCHER_EMIAL__HOST: there is no section [emial]; did you mean WATCHER_EMAIL"),
        ("WATCHER_TIMEZONE", "Mars", '$WATCHER_TIMEZONE: timezone "Mars" is not known'),
        ("WATCHER_WATCH__0__NAME", "x", "$WATCHER_WATCH__0__NAME: [[watch]] cannot be set by a variable"),
        ("WATCHER_STORE__KEEP_RECORDS", "1h", '$WATCHER_STORE__KEEP_RECORDS: keep_records must be at least "1d"'),
    ],
)
def test_wrong_variable_is_named(path, name, value, expected):
    (problem,) = problems(path, **{name: value})
    assert problem.startswith(expected)


@pytest.mark.parametrize(
    "text", ['[email]\nhost = "h"\nfrom = "w@e.org"\nusername = "w"\npassword = "hunter2"', None], ids=["file", "env"]
)
def test_secret_written_where_its_place_belongs_is_not_repeated(path, text):
    if text is not None:
        path.write_text(text)
    said = " ".join(problems(path, **({} if text else {"WATCHER_EMAIL__PASSWORD": "hunter2"})))
    assert "never stands in the configuration" in said
    assert "hunter2" not in said


def test_watches_of_conf_d_are_added_in_the_order_of_their_files(path):
    folder = path.parent / "conf.d"
    folder.mkdir()
    (folder / "20-b.toml").write_text('[[watch]]\nname = "b"\nids = ["NCT99000003"]\n')
    (folder / "10-a.toml").write_text('[[watch]]\nname = "a"\nids_file = "a.txt"\n\n[[watch]]\nname = "a2"\nids = []\n')
    (folder / "notes.txt").write_text("not read")
    (problem,) = problems(path)
    assert problem.startswith('conf.d/10-a.toml:5: watch "a2" names no trials')
    (folder / "10-a.toml").write_text('[[watch]]\nname = "a"\nids_file = "a.txt"\n')
    assert [watch.name for watch in load_config(path).config.watch] == ["one", "a", "b"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[[watch]]\nname = "one"\nids = ["NCT99000002"]', 'conf.d/x.toml:2: there are two watches named "one"'),
        ('\n[[watch]]\nname = "x"\nid = []', 'conf.d/x.toml:4: unknown key "id" in [[watch]] "x"; did you mean "ids"?'),
        ("timezone = 'UTC'", 'conf.d/x.toml:1: only [[watch]] belongs into conf.d, not "timezone"; move it to config'),
        (
            '[[watch]]\nname = "x"\nids = ["NCT99000002"]\n\n[[recipient]]\nname = "r"\nfolder = "d"\n',
            'conf.d/x.toml:5: only [[watch]] belongs into conf.d, not "recipient"; move it to config.toml',
        ),
        ("[watch]\nname = 'x'", "conf.d/x.toml:1: watch is a list of tables"),
    ],
)
def test_problem_in_conf_d_is_named_with_its_file_and_line(path, text, expected):
    (path.parent / "conf.d").mkdir()
    (path.parent / "conf.d" / "x.toml").write_text(text)
    assert any(problem.startswith(expected) for problem in problems(path)), problems(path)


def test_conf_d_file_that_is_no_toml_is_refused(path):
    (path.parent / "conf.d").mkdir()
    (path.parent / "conf.d" / "x.toml").write_text("nonsense")
    with pytest.raises(ConfigError, match=r"conf\.d/x\.toml:1: is not valid TOML"):
        load_config(path)


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("listen", "9464", "not an address and a port"),
        ("listen", "127.0.0.1:http", "not an address and a port"),
        ("listen", "127.0.0.1:70000", "not an address and a port"),
        ("listen", "0.0.0.0:9464", "open to other machines"),
        ("listen", "example.org:9464", "open to other machines"),
    ],
)
def test_endpoint_is_for_this_machine_only(path, key, text, said):
    path.write_text(f'{GOOD}\n[health]\n{key} = "{text}"\n')
    (problem,) = problems(path)
    assert problem.startswith("config.toml:14: ")
    assert said in problem


def test_address_is_read_with_and_without_brackets():
    assert listen_address("[::1]:80") == ("::1", 80)
    assert listen_address("localhost:0") == ("localhost", 0)


# --- schema ----------------------------------------------------------------------------------------------------------


def test_shipped_schema_is_that_of_the_models():
    printed = CliRunner().invoke(cli, ["config-schema"]).output
    shipped = (ROOT / "docs" / "config.schema.json").read_text()
    assert printed == shipped, "run: watcher config-schema > docs/config.schema.json"
    assert json.loads(printed)["additionalProperties"] is False


def keys_of(model=Config):
    """Give every key of the models, by section."""
    from watcher.config.load import _model_of

    for name, info in model.model_fields.items():
        yield info.alias or name
        inner = _model_of(info.annotation)
        if inner is not None and inner.__name__ not in {"Send", "Quiet"}:
            yield from keys_of(inner)


def test_every_key_stands_in_the_example():
    shown = EXAMPLE.replace("# ", "")
    assert [key for key in keys_of() if f"{key} =" not in shown and f"[{key}]" not in shown] == []


def test_keys_of_sections_are_described_by_the_example():
    schema = config_schema(EXAMPLE)
    for section in ("RegistryConfig", "StoreConfig", "HealthConfig", "WatchConfig"):
        for key, value in schema["$defs"][section]["properties"].items():
            assert value.get("description"), f"{section}.{key}"
    assert "Europe/Paris" not in json.dumps(schema["$defs"]["StoreConfig"])


def test_what_is_one_text_in_the_file_is_one_in_the_schema():
    schema = config_schema(EXAMPLE)
    recipient = schema["$defs"]["RecipientConfig"]["properties"]
    assert recipient["send"]["type"] == "string"
    assert schema["$defs"]["RegistryConfig"]["properties"]["poll_every"]["pattern"]
    assert tomllib.loads(EXAMPLE)
