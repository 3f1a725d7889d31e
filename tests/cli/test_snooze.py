"""`snooze`: begun, listed, ended; and `check-config` on what recipients wish for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.cli.desk import ONE, TWO


@pytest.fixture
def started(desk):
    """A desk whose store holds a baseline."""
    desk.ok("run", "--once")
    return desk


def in_days(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


def text(mail) -> str:
    return str(mail.get_body(("plain",)).get_content())


def test_a_snoozed_trial_is_listed_shown_in_status_and_told_when_it_ends(started, registry):
    said = started.ok("snooze", ONE, "--for", "14d").out
    assert said.startswith(f"{ONE}: snoozed until ")
    (entry,) = started.ok("snooze", "list", "--json").lines()
    assert (entry["nct_id"], entry["recipient"]) == (ONE, None)
    assert started.ok("status", "--json").json()["snoozes"] == [entry]
    assert f"Snoozed: {ONE} until" in started.ok("status").out
    while registry.next():
        started.ok("run", "--once")
    assert not any(ONE in text(mail) for mail in started.filed()[1:])
    ended = started.ok("snooze", "end", ONE).out
    assert ended.startswith(f"{ONE}: snoozed no longer")
    assert started.ok("snooze", "list").out == "Nothing is snoozed.\n"
    started.ok("run", "--once")
    assert [ONE in text(mail) for mail in started.filed()][-1]


def test_a_day_is_read_in_the_zone_of_the_recipient_and_means_its_beginning(started):
    started.change('name = "files"', 'name = "files"\ntimezone = "America/New_York"')
    day = in_days(30)
    said = started.ok("snooze", "--recipient", "files", "--until", day).out
    assert said.startswith("everything for files: snoozed until ")
    assert "00:00 (America/New_York)" in said
    (entry,) = started.ok("snooze", "list", "--json").lines()
    assert entry["nct_id"] is None
    assert entry["until"][:13] in {f"{day}T04", f"{day}T05"}
    assert started.ok("snooze", "list").out.startswith("everything for files: snoozed until ")
    assert started.ok("snooze", TWO, "--recipient", "files", "--until", f"{day}T09:00").out.startswith(
        f"{TWO}: snoozed for files until "
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Hold back a trial"),
        (("--for", "14d"), "name a trial, or a recipient"),
        ((ONE,), "say how long: --until DATE or --for 14d"),
        ((ONE, "--for", "14d", "--until", "2026-12-01"), "say how long"),
        ((ONE, "--for", "ever"), "is not a time span"),
        ((ONE, "--for", "400d"), "not within the coming year; a snooze never lasts longer"),
        ((ONE, "--until", "2020-01-01"), "not within the coming year"),
        ((ONE, "--until", "soon"), '"soon" is no day; write 2026-08-31'),
        ((ONE, "--until", "2026-02-30"), '"2026-02-30" is no day'),
        (("NCT1", "--for", "1d"), "is not a trial id"),
        (("NCT00000777", "--for", "1d"), "NCT00000777 is not watched"),
        (("--recipient", "filez", "--for", "1d"), 'did you mean "files"?'),
        (("end",), "name a trial, or a recipient"),
        (("end", ONE), "there is no such snooze"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_write(started, arguments, said):
    found = started.quick("snooze", *arguments)
    assert found.code == 2
    assert said in found.err + found.out
    assert started.ok("snooze", "list", "--json").out == ""


def test_wishes_are_shown_and_wrong_rules_named_by_check_config(started):
    (started.folder / "mine").mkdir()
    (started.folder / "mine" / "own.toml").write_text('up = ["status.opend"]\n')
    started.change('state_dir = "state"', 'state_dir = "state"\npresets_dir = "mine"')
    wishes = 'audience = "own"\nnear = { cities = ["Lyon"] }\nurgent = "major"\nquiet = "22:00-07:00"\n'
    started.change('send = "immediate"', f'send = "daily 08:00"\n{wishes}')
    found = started.quick("check-config")
    assert found.code == 78
    assert 'own.toml:1: "status.opend" in up is no kind of change; did you mean "status.opened"?' in found.err
    assert "near of recipient" in found.err
    for line in ("  as    own", "  near  Lyon", "  soon  major changes at once", "  quiet 22:00-07:00"):
        assert line in found.out


def test_a_heartbeat_address_that_cannot_be_asked_is_named_and_not_repeated(started):
    started.change("[[watch]]", '[operator]\nheartbeat_url = "nonsense-secret"\n\n[[watch]]')
    found = started.quick("check-config")
    assert found.code == 78
    assert "a heartbeat's address cannot be used" in found.err
    assert "secret" not in found.err


def test_check_config_warns_of_a_recipient_that_only_has_another_name(started):
    started.change('name = "files"', 'name = "archive"')
    found = started.ok("check-config")
    assert "watcher db rename-recipient files archive (warning)" in found.err
    before = started.store_bytes()
    started.ok("check-config")
    assert started.store_bytes() == before
