"""Who is told what, and when: slots, cursors, welcomes, filters, and one who fails alone."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.changes.builders import put
from tests.pipeline.house import (
    ANA,
    BOB,
    DAILY_ANA,
    DAYS,
    FILES,
    FIVE,
    FOUR,
    ONE,
    OPS,
    OPS_ON,
    QUIET,
    ROOM,
    THREE,
    TWO,
    trial,
)
from tests.support.smtp_sink import SmtpStage
from watcher import app
from watcher.app import watchlist_reader
from watcher.changes.compare import compare_records
from watcher.changes.story import tell
from watcher.context import FaultReport
from watcher.ops.preview import mail_bytes, preview_messages, send_sample
from watcher.pipeline import pending_changes
from watcher.pipeline.compose import compose_due
from watcher.pipeline.fault_states import failing
from watcher.pipeline.recipient_sync import sync_recipients
from watcher.rendering.environment import builtin_templates
from watcher.store.trial_model import NewVersion, PageCommit

CALM = ANA + QUIET
SLOT = datetime(2026, 6, 2, 5, 30, tzinfo=UTC)  # 07:30 in Paris
STOPPED = "Terminated: A Trial Called 1"


def news(nct_id=ONE, at=1):
    """Give a trial terminated at a data version, and later amended."""
    return {
        nct_id: {
            DAYS[0]: trial(nct_id),
            DAYS[at]: trial(nct_id, "TERMINATED", whyStopped="Funding"),
            DAYS[at + 1]: trial(nct_id, "TERMINATED", count=99, whyStopped="Funding"),
        }
    }


def calm(*ids):
    return {nct_id: {day: trial(nct_id) for day in DAYS[:6]} for nct_id in ids}


async def test_daily_reader_is_told_once_of_everything_since(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    await home.next()
    await home.next()
    assert home.smtp.mails == ()
    home.time.now = SLOT - timedelta(seconds=1)
    await home.run()
    assert home.smtp.mails == ()
    home.time.now = SLOT
    await home.run()
    await home.run()
    assert home.subjects("ana") == [STOPPED]
    assert "in 2 updates" in home.bodies("ana")[0]
    assert "240 planned → 99 planned" in home.bodies("ana")[0]


async def test_window_shared_by_many_readers_is_compared_and_told_once(house, monkeypatch):
    compared, told = [], []

    def comparing(older, newer, **more):
        compared.append(newer)
        return compare_records(older, newer, **more)

    def telling(comparison, **more):
        told.append(comparison)
        return tell(comparison, **more)

    readers = [DAILY_ANA.replace("ana", name) + QUIET for name in ("ana", "bob", "cara", "dora")]
    home = house(news() | calm(TWO), settings="".join(readers) + 'watches = ["all"]\naudience = "advocate"\n')
    await home.run()
    await home.next()
    await home.next()
    home.time.now = SLOT
    monkeypatch.setattr(pending_changes, "compare_records", comparing)
    monkeypatch.setattr(pending_changes, "tell", telling)
    await home.run()
    assert len(home.smtp.mails) == 4
    assert len(compared) == 1  # two versions lie between: this comparison is stored nowhere
    assert len(told) == 2  # three hear alike, the last one as an advocate


async def test_record_a_slow_reader_has_yet_to_be_told_from_outlives_the_letting_go(house):
    states = {ONE: {day: trial(ONE, count=100 + number) for number, day in enumerate(DAYS[:6])}}
    monthly = DAILY_ANA.replace("ana", "slow").replace("daily 07:30", "monthly 20 07:30") + QUIET
    home = house(states, settings=CALM + monthly, watched=[ONE])
    await home.run()
    await home.next()
    for _ in range(4):
        await home.next()
    with home.open() as context:
        gone = context.store.retention.prune(home.time.now)
        assert gone.records == 0  # all lie between what the slow one was told and now
    home.time.now = datetime(2026, 6, 20, 5, 30, tzinfo=UTC)
    await home.run()
    (body,) = home.bodies("slow")
    assert "100 planned → 105 planned" in body
    assert "in 5 updates" in body
    with home.open() as context:
        assert context.store.retention.prune(home.time.now).records == 3  # but the first and the last two


async def test_end_tells_what_was_verified_anew_from_what_differs_in_small_print(house):
    verified = ("protocolSection", "statusModule", "statusVerifiedDate")
    keywords = ("protocolSection", "conditionsModule", "keywords")
    states = news() | {
        TWO: {DAYS[0]: put(trial(TWO), verified, "2026-01"), DAYS[1]: put(trial(TWO), verified, "2026-05")},
        THREE: {DAYS[0]: put(trial(THREE), keywords, ["pain"]), DAYS[1]: put(trial(THREE), keywords, ["Pain"])},
        FOUR: {DAYS[0]: trial(FOUR)},
    }
    home = house(states, settings=ANA + QUIET, watched=[ONE, TWO, THREE, FOUR])
    await home.run()
    await home.next()
    (body,) = home.bodies("ana")
    unbroken = " ".join(body.split())
    assert "3 unchanged, 1 of them re-verified without change, 1 of them different in small print alone." in unbroken


async def test_slots_missed_while_asleep_are_one_digest(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    await home.next()
    home.time.now = SLOT + timedelta(days=3)
    await home.run()
    await home.run()
    assert home.subjects("ana") == [STOPPED]


async def test_slot_moves_also_when_there_is_nothing_to_tell(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    home.time.now = SLOT
    await home.run()
    with home.look() as context:
        assert context.store.ledger.recipient("ana").last_slot == SLOT.isoformat()
    home.time.now = SLOT + timedelta(days=1)
    await home.run()
    with home.look() as context:  # nothing at all is new since the slot before
        assert context.store.ledger.recipient("ana").last_slot == (SLOT + timedelta(days=1)).isoformat()
    await home.next()
    assert home.smtp.mails == ()  # the day's slot is gone
    home.time.now = SLOT + timedelta(days=2)
    await home.run()
    assert home.subjects("ana") == [STOPPED]


async def test_clock_set_back_serves_no_slot_twice(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    await home.next()
    home.time.now = SLOT + timedelta(days=1)
    await home.run()
    home.time.now = SLOT
    await home.next()
    home.time.now = SLOT + timedelta(days=1, hours=2)
    await home.run()
    assert home.subjects("ana") == [STOPPED]
    home.time.now = SLOT + timedelta(days=2)
    await home.run()
    assert len(home.subjects("ana")) == 2


@pytest.mark.parametrize("ahead", [timedelta(days=3), timedelta(days=4000)], ids=["days", "years"])
async def test_clock_that_was_far_ahead_for_a_while_silences_nobody(house, ahead):
    heard = 'heartbeat = "slot"\n\n'
    settings = DAILY_ANA + QUIET + "\n" + BOB.replace("immediate", "daily 07:30") + QUIET + heard
    home = house(news() | calm(TWO), settings=settings)
    await home.run()
    home.time.now = SLOT + ahead
    home.smtp.arm(SmtpStage.CONNECT, drop=True, times=None)
    await home.run()
    home.time.now = SLOT - timedelta(hours=2)
    home.smtp.clear()
    await home.next()
    for day in range(6):
        home.time.now = SLOT + timedelta(days=day)
        await home.run()
        await home.run()
    assert home.outbox() == ()
    for name in ("ana", "bob"):
        assert home.subjects(name).count(STOPPED) == 1
    assert len(home.subjects("bob")) >= 6  # every day heard of, with news or without
    with home.look() as context:
        assert failing(context.store.faults.all()) == ()


async def test_slot_that_a_clock_ahead_served_too_early_tells_its_own_news_when_it_comes(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    home.time.now = SLOT + timedelta(days=3)
    await home.next()
    home.time.now = SLOT
    await home.run()
    home.time.now = SLOT + timedelta(days=3)
    report = await home.next()
    assert report.said == ()
    assert len(home.subjects("ana")) == 2
    assert "Terminated" in home.subjects("ana")[0]
    assert len({mail["Message-ID"] for mail in home.mails_to("ana")}) == 2


async def test_edited_cadence_starts_at_now(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA.replace("07:30", "23:00") + QUIET)
    await home.run()
    await home.next()
    home.settings = DAILY_ANA.replace("07:30", "09:00") + QUIET  # today's 09:00 has passed already
    home.time.now = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
    await home.run()
    assert home.smtp.mails == ()
    home.time.now = datetime(2026, 6, 2, 7, 0, tzinfo=UTC)
    await home.run()
    assert home.subjects("ana") == [STOPPED]


async def test_new_recipient_starts_from_now(house):
    home = house(news() | calm(TWO), settings=CALM)
    await home.run()
    await home.next()
    home.settings = CALM + BOB + QUIET
    await home.run()
    assert home.subjects("bob") == []
    await home.next()
    assert len(home.subjects("bob")) == 1
    assert "240 planned → 99 planned" in home.bodies("bob")[0]
    assert "Recruiting → Terminated" not in home.bodies("bob")[0]


async def test_new_channel_of_an_old_recipient_starts_from_now(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    await home.next()
    home.settings = DAILY_ANA + QUIET + 'folder = "told"\n'
    await home.run()
    home.time.now = SLOT
    await home.next()
    assert "Recruiting → Terminated" in home.bodies("ana")[0]
    (filed,) = (home.state / "told").glob("*.json")
    kinds = [change["kind"] for entry in json.loads(filed.read_text())["data"] for change in entry["changes"]]
    assert "status.stopped" not in kinds
    assert kinds


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('email = "ana@example.org"', 'folder = "told"'),
        ('folder = "before"', 'folder = "told"'),
        ('email = "ana@example.org"\nfolder = "told"', 'folder = "told"'),
    ],
    ids=["another way", "another place", "one less"],
)
async def test_channel_that_is_replaced_hands_on_what_it_had_yet_to_tell(house, old, new):
    home = house(news() | calm(TWO), settings=DAILY_ANA.replace('email = "ana@example.org"', old) + QUIET)
    await home.run()
    await home.next()
    home.settings = DAILY_ANA.replace('email = "ana@example.org"', new) + QUIET
    await home.run()
    home.time.now = SLOT
    await home.run()
    await home.run()
    (told,) = (home.state / "told").glob("*.eml")
    assert STOPPED in told.read_text()
    assert home.smtp.mails == ()


async def test_channel_added_and_left_alone_before_the_slot_tells_the_whole_window(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    await home.next()
    home.settings = DAILY_ANA + QUIET + 'folder = "told"\n'  # begins from now
    await home.run()
    home.settings = home.settings.replace('email = "ana@example.org"\n', "")  # and now nobody else is left to tell it
    home.time.now = SLOT
    await home.run()
    (told,) = (home.state / "told").glob("*.eml")
    assert STOPPED in told.read_text()


@pytest.mark.parametrize("send", ["immediate", "daily 07:30"])
async def test_address_that_is_changed_gets_no_history(house, send):
    room = ROOM.replace("immediate", send)
    home = house(news() | calm(TWO), settings=ANA.replace("immediate", send) + QUIET + room + QUIET)
    await home.run()
    await home.next()
    home.time.now = SLOT
    await home.run()
    assert (home.subjects("ana"), len(home.hook.accepted)) == ([STOPPED], 1)
    home.settings = home.settings.replace("ana@", "anna@").replace('"hook"', '"hook2"')
    (home.folder / "hook2").write_text(home.hook.url)
    for day in range(1, 4):
        home.time.now = SLOT + timedelta(days=day)
        await home.run()
    assert (home.subjects("anna"), len(home.smtp.mails), len(home.hook.posts)) == ([], 1, 1)
    await home.next()
    home.time.now = SLOT + timedelta(days=4)
    await home.run()
    assert (len(home.subjects("anna")), len(home.hook.posts)) == (1, 2)


async def test_welcome_comes_once_after_the_first_complete_poll(house):
    home = house(calm(ONE, TWO), settings=DAILY_ANA)
    reports = [await home.run(), await home.run(), await home.next()]
    assert home.subjects("ana") == ["Now watching 2 trials for you"]
    assert [(report.composed, report.said) for report in reports] == [(1, ()), (0, ()), (0, ())]


async def test_newcomer_is_greeted_after_a_complete_poll_that_began_with_them_and_not_before(house):
    home = house(calm(ONE, TWO), settings=CALM)
    await home.run()
    home.settings = CALM + BOB
    with home.open() as context:
        sync_recipients(context, context.clock())
        composed = compose_due(context, watchlist_reader(context.loaded)(), FaultReport(), is_complete=False)
    assert composed == 0
    await home.run()
    assert home.subjects("bob") == ["Now watching 2 trials for you"]


async def test_recipients_of_two_levels_each_hear_by_their_own(house):
    renamed = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, title="Another Name")}}
    home = house(renamed | calm(TWO), settings=CALM + 'least = "critical"\n' + BOB + QUIET)
    await home.run()
    await home.next()
    assert (len(home.subjects("ana")), len(home.subjects("bob"))) == (0, 1)


async def test_trial_that_was_gone_within_a_window_and_is_back_is_told_so(house):
    states = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: None, DAYS[3]: trial(ONE)}}
    home = house(states | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    for _ in range(3):
        await home.next()
    assert home.subjects("ana") == []
    home.time.now = SLOT
    await home.run()
    (body,) = home.bodies("ana")
    assert "The registry serves this record again, gone since the data of 2 Jun 2026." in body
    assert "!! Record back" in body  # as critical as its having been gone
    assert "no longer serves" not in body
    assert "edited" not in body.lower()


async def test_no_welcome_when_none_is_wished_for(house):
    home = house(calm(ONE, TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    await home.next()
    assert home.smtp.mails == ()


@pytest.mark.parametrize(("least", "told"), [("minor", 1), ("major", 1), ("critical", 1)])
async def test_stop_reaches_every_level(house, least, told):
    home = house(news() | calm(TWO), settings=CALM + f'least = "{least}"\n')
    await home.run()
    assert (await home.next()).composed == told


async def test_least_filters_and_what_it_passed_over_is_never_told_later(house):
    amended = put(trial(ONE), ("protocolSection", "conditionsModule", "keywords"), ["something new"])
    later = put(amended, ("protocolSection", "statusModule", "overallStatus"), "SUSPENDED")
    home = house({ONE: {DAYS[0]: trial(ONE), DAYS[1]: amended, DAYS[2]: later}}, settings=CALM + 'least = "critical"\n')
    home.watched = [ONE]
    await home.run()
    report = await home.next()
    assert (report.composed, report.said) == (0, ())
    home.settings = CALM
    await home.next()
    (body,) = home.bodies("ana")
    assert "Suspended" in body
    assert "keywords" not in body.lower()


async def test_every_channel_of_a_recipient_is_told(house):
    everything = ANA + 'slack = { webhook = { file = "hook" } }\nfolder = "told"\n' + QUIET
    home = house(news() | calm(TWO), settings=everything)
    await home.run()
    report = await home.next()
    assert (report.composed, report.sent.delivered) == (3, 3)
    assert home.subjects("ana") == [STOPPED]
    assert "Terminated" in home.hook.accepted[0].body.decode()
    assert len(list((home.state / "told").iterdir())) == 2


async def test_trial_in_several_watches_is_told_once_under_all_of_them(house):
    second = f'[[watch]]\nname = "more"\nids = ["{ONE}", "{THREE}"]\ntags = ["x"]\n'
    picky = ANA + QUIET + f'watches = ["all"]\ntags = ["x"]\nids = ["{ONE}", "{FOUR}"]\n'
    home = house(news() | news(FOUR) | calm(TWO, THREE), settings=picky + second)
    await home.run()
    report = await home.next()
    assert report.watched == 4
    (body,) = home.bodies("ana")
    assert body.count("TERMINATED, reason") == 2
    assert "all" in body
    assert "more" in body


async def test_recipient_hears_of_their_own_watches_only(house):
    second = f'[[watch]]\nname = "more"\nids = ["{THREE}"]\n'
    settings = ANA + QUIET + 'watches = ["more"]\n' + BOB + QUIET + 'watches = ["all"]\n' + second
    home = house(news() | news(THREE, 2) | calm(TWO), settings=settings)
    await home.run()
    await home.next()
    assert (home.subjects("ana"), home.subjects("bob")) == ([], [STOPPED])
    await home.next()
    assert home.subjects("ana") == ["Terminated: A Trial Called 3"]


async def test_there_and_back_within_a_window_says_nothing_false(house):
    states = {ONE: {DAYS[0]: trial(ONE), DAYS[1]: trial(ONE, count=900), DAYS[3]: trial(ONE, count=240)}} | calm(TWO)
    home = house(states, settings=DAILY_ANA + QUIET)
    for _ in range(3):
        await home.run()
        home.registry.next()
    home.time.now = SLOT
    report = await home.run()
    assert len(home.versions(ONE)) == 3
    assert report.composed == 1
    (body,) = home.bodies("ana")
    assert "240 planned → 900" not in body
    assert "900 planned → 240" not in body
    assert "revert" in body.lower() or "went back" in body or "taken back" in body


async def test_same_run_again_sends_nothing(house):
    home = house(news() | calm(TWO), settings=ANA + BOB + ROOM + FILES)
    await home.run()
    await home.next()
    count = (len(home.smtp.mails), len(home.hook.posts), len(list((home.state / "told").iterdir())))
    for _ in range(3):
        report = await home.run(send_all=True)
        assert (report.composed, report.sent.delivered, report.said) == (0, 0, ())
    assert (len(home.smtp.mails), len(home.hook.posts), len(list((home.state / "told").iterdir()))) == count


async def test_send_all_tells_what_waits_for_a_later_slot_and_the_slot_tells_it_no_more(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    await home.next(send_all=True)
    assert home.subjects("ana") == [STOPPED]
    home.time.now = SLOT
    await home.run()
    assert len(home.subjects("ana")) == 1


async def test_broken_template_of_the_operator_is_replaced_and_told_with_its_end(house):
    home = house(news() | calm(TWO), settings=CALM + BOB + QUIET + OPS + OPS_ON, head='templates_dir = "mine"\n')
    override = home.folder / "mine" / "email" / "digest.body.txt.j2"
    override.parent.mkdir(parents=True)
    override.write_text("{% if %}")
    await home.run()
    report = await home.next()
    assert len(home.subjects("ana")) == len(home.subjects("bob")) == 1
    assert "Recruiting → Terminated" in home.bodies("ana")[0]
    assert [line.split(":")[0] for line in report.said] == ["template email/digest.body.txt.j2"]
    assert not report.has_bugs
    override.unlink()
    report = await home.next()
    assert [line.split(",")[0] for line in report.said] == ["template email/digest.body.txt.j2: is in order again"]
    assert len(list((home.state / "ops").glob("*.eml"))) == 2


@pytest.mark.parametrize("is_corrected", [True, False], ids=["corrected", "removed"])
async def test_mended_template_is_in_order_at_the_next_run_without_a_message(house, is_corrected):
    home = house(news(), settings=CALM, head='templates_dir = "mine"\n', watched=[ONE])
    override = home.folder / "mine" / "email" / "digest.body.txt.j2"
    override.parent.mkdir(parents=True)
    override.write_text("{% if %}")
    await home.run()
    await home.next()
    assert (await home.run()).standing == ("template email/digest.body.txt.j2",)  # tried again, and still broken
    if is_corrected:
        override.write_text((builtin_templates() / "email/digest.body.txt.j2").read_text())
    else:
        override.unlink()
    told = len(home.smtp.mails)
    report = await home.run()
    assert [line.split(",")[0] for line in report.said] == ["template email/digest.body.txt.j2: is in order again"]
    assert (report.standing, len(home.smtp.mails)) == ((), told)


@pytest.mark.parametrize("is_corrected", [True, False], ids=["corrected", "removed"])
@pytest.mark.parametrize(
    ("part", "whole"),
    [("email/_html.html.j2", ""), ("shared/_mine.txt.j2", "shared/lead.digest.txt.j2")],
    ids=["of ours", "of the operator's own"],
)
async def test_broken_part_of_templates_is_called_mended_by_a_message_with_it_alone(house, part, whole, is_corrected):
    states = {ONE: {day: trial(ONE, count=240 + 10 * number) for number, day in enumerate(DAYS[:3])}}
    home = house(states, settings=CALM, head='templates_dir = "mine"\n', watched=[ONE])
    texts = {part: "{% if %}"} | ({whole: f'{{% include "{part}" %}}'} if whole else {})
    for name, text in texts.items():
        (home.folder / "mine" / name).parent.mkdir(parents=True, exist_ok=True)
        (home.folder / "mine" / name).write_text(text)
    await home.run()
    assert [line.split(":")[0] for line in (await home.next()).said] == [f"template {part}"]
    home.settings += "\n" + ROOM  # is welcomed in Slack, with other templates
    assert (await home.run()).said == ()
    assert len(home.hook.posts) == 1
    if is_corrected:
        known = builtin_templates() / part
        (home.folder / "mine" / part).write_text(known.read_text() if known.exists() else "All is well.")
    else:
        for name in texts:
            (home.folder / "mine" / name).unlink()
    report = await home.next()
    assert [line.split(",")[0] for line in report.said] == [f"template {part}: is in order again"]
    assert ("All is well." in home.bodies("ana")[-1]) == (is_corrected and bool(whole))


def damage(home, nct_id):
    """Leave a version in the store whose body is no record, as a damaged disk might."""
    with home.open() as context:
        version = NewVersion(
            nct_id=nct_id,
            body=b"[]",
            canonical_hash="x",
            fingerprint="x",
            data_version=DAYS[0],
            last_update_posted=None,
            title="",
            previous=context.store.trials.kept([nct_id])[0].newest_seq,
        )
        context.store.versions.commit_page(PageCommit(new=(version,)), home.time.now)


async def test_recipient_whose_trial_is_damaged_in_the_store_harms_nobody_else(house):
    settings = ANA + QUIET + 'watches = ["more"]\n' + BOB + QUIET + 'watches = ["all"]\n'
    more = f'[[watch]]\nname = "more"\nids = ["{FIVE}"]\n'
    home = house(news() | calm(TWO, FIVE), settings=settings + OPS + OPS_ON + more)
    await home.run()
    damage(home, FIVE)
    report = await home.next()
    assert (report.has_damage, report.has_bugs) == (True, False)
    assert [line.split(":")[0] for line in report.said] == [f"stored record {FIVE}"]
    assert (home.subjects("ana"), home.subjects("bob")) == ([], [STOPPED])


async def test_trial_whose_stored_record_is_damaged_harms_no_other_and_stays_due(house):
    home = house(news() | calm(TWO, THREE), settings=CALM + 'watches = ["all"]\n', watched=[ONE, TWO])
    home.settings += f'[[watch]]\nname = "more"\nids = ["{THREE}"]\n'
    await home.run()
    damage(home, THREE)
    report = await home.next()
    assert report.poll.damaged.keys() == {THREE}
    assert report.poll.troubled == (THREE,)
    assert (report.has_damage, report.has_bugs) == (True, False)
    assert home.subjects("ana") == [STOPPED]
    home.asked()
    report = await home.run()
    assert home.registry.requests[-2].query.endswith(THREE)
    assert report.said == ()  # told once


async def test_nothing_watched_is_said_and_due_digests_still_go_out(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    await home.next()
    home.watched = []
    home.time.now = SLOT
    report = await home.run()
    assert "nothing is watched" in report.said[0]
    assert home.subjects("ana") == [STOPPED]
    assert report.poll is not None  # until a second reading finds the watchlist empty
    assert (await home.run()).poll is None


async def test_telling_waits_while_a_watchlist_cannot_be_read(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET)
    await home.run()
    await home.next()
    with home.open() as context:
        before = context.store.ledger.recipient("ana")
        whole = app.watchlist_reader(context.loaded)()
        part = replace(whole, trials={TWO: whole.trials[TWO]}, is_whole=False)
        assert compose_due(context, part, FaultReport(), is_complete=True, send_all=True) == 0
        assert context.store.ledger.recipient("ana") == before
        assert (
            compose_due(context, whole, FaultReport(), is_complete=True, send_all=True) == 1
        )  # it had something to tell


async def test_preview_shows_what_would_be_sent_and_changes_nothing(house):
    home = house(news() | calm(TWO), settings=DAILY_ANA + QUIET + 'slack = { webhook = { file = "hook" } }\n')
    with home.open() as context:
        reader = watchlist_reader(context.loaded)
        assert preview_messages(context, reader(), context.loaded.config.recipient[0], since=None, is_slack=False) == ()
    await home.run()
    await home.next()
    with home.open() as context:
        ana = context.loaded.config.recipient[0]
        (message,) = preview_messages(context, watchlist_reader(context.loaded)(), ana, since=None, is_slack=False)
        (past,) = preview_messages(
            context, watchlist_reader(context.loaded)(), ana, since=home.time.now - timedelta(days=7), is_slack=True
        )
        assert message.subject == STOPPED
        assert past.slack is not None
        assert b"To: ana@example.org" in mail_bytes(context, message, ana)
        later = home.time.now + timedelta(days=1)
        assert preview_messages(context, watchlist_reader(context.loaded)(), ana, since=later, is_slack=False) == ()
    home.time.now = SLOT
    await home.run()
    assert home.subjects("ana") == [STOPPED]


async def test_sample_goes_the_real_way_past_the_outbox(house):
    home = house(calm(ONE, TWO), settings=ANA + 'slack = { webhook = { file = "hook" } }\n')
    with home.open() as context:
        home.hook.arm("404 no_service")
        mail, slack = await send_sample(context, context.loaded.config.recipient[0])
        assert (mail.is_accepted, slack.is_accepted) == (True, False)
        assert "no_service" in slack.reply
        assert context.store.outbox.list() == ()
    assert len(home.smtp.mails) == 1
