"""The pages after a poll: kept up to date, and harmless to everything else when they fail."""

import email
import email.policy

from tests.pipeline.house import DAYS, FILES, ONE, OPS, OPS_ON, TWO, text_of, trial
from tests.store.make import new
from watcher import app
from watcher.daemon.single_run import run_once
from watcher.pages.loader import load
from watcher.pipeline.publisher import publish
from watcher.store.trial_model import PageCommit
from watcher.study.read import as_object, at

PAGES = '[pages]\ndir = "../site"\nurl = "https://trials.example.org"\n\n'


def states(*counts):
    return {
        ONE: {day: trial(ONE, count=count) for day, count in zip(DAYS, counts, strict=False)},
        TWO: {DAYS[0]: trial(TWO)},
    }


async def test_a_run_brings_pages_and_feeds_up_to_date(house):
    home = house(states(240, 120), settings=PAGES + FILES)
    await home.run()
    site = home.folder / "site"
    untouched = (site / f"trials/{TWO}.html").stat().st_mtime_ns
    assert "240 participants" in (site / f"trials/{ONE}.html").read_text()
    await home.next()
    assert "120 participants" in (site / f"trials/{ONE}.html").read_text()
    assert f"https://trials.example.org/trials/{ONE}.html#v3" in (site / "feed.xml").read_text()
    assert f'canonical_url: "https://trials.example.org/trials/{ONE}.md"' in (site / f"trials/{ONE}.md").read_text()
    assert (site / f"trials/{TWO}.html").stat().st_mtime_ns == untouched


async def test_a_run_without_news_writes_nothing(house):
    home = house(states(240), settings=PAGES + FILES)
    await home.run()
    before = {path: path.stat().st_mtime_ns for path in (home.folder / "site").rglob("*")}
    await home.run()
    assert {path: path.stat().st_mtime_ns for path in (home.folder / "site").rglob("*")} == before


async def test_a_folder_of_somebody_else_is_a_fault_told_once_and_stops_nothing(house):
    home = house(states(240, 120), settings=PAGES + OPS + FILES + OPS_ON)
    (home.folder / "site").mkdir()
    (home.folder / "site/index.html").write_text("theirs")
    report = await home.run()
    assert any("pages" in line and "not empty" in line for line in report.said)
    assert (home.folder / "site/index.html").read_text() == "theirs"
    again = await home.next()
    assert again.poll is not None
    assert again.poll.counts.changed == 1
    assert not [line for line in again.said if "pages" in line]
    (home.folder / "site/index.html").unlink()
    mended = await home.run()
    assert any("pages" in line for line in mended.said)
    assert (home.folder / f"site/trials/{ONE}.html").exists()


async def test_fault_of_pages_that_are_no_longer_wanted_is_forgotten(house):
    home = house(states(240), settings=PAGES + FILES)
    (home.folder / "site").mkdir()
    (home.folder / "site/index.html").write_text("theirs")
    assert (await home.run()).standing == ("pages",)
    home.settings = FILES
    assert (await home.run()).standing == ()


async def test_a_look_at_what_would_happen_writes_no_pages(house):
    home = house(states(240), settings=PAGES + FILES)
    with home.open() as context:
        await run_once(context, app.watchlist_reader(context.loaded), deliver=False)
    assert not (home.folder / "site").exists()


async def test_the_built_in_template_stands_in_for_a_broken_one(house):
    home = house(states(240), settings=PAGES + FILES)
    home.head = 'templates_dir = "own"'
    (home.folder / "own/pages").mkdir(parents=True)
    (home.folder / "own/pages/trial.html.j2").write_text("{{ page.nothing }}")
    await home.run()
    assert "240 participants" in (home.folder / f"site/trials/{ONE}.html").read_text()


async def test_what_is_shown_does_not_depend_on_how_much_was_seen_since(house):
    home = house(states(240, 120), settings=PAGES + FILES)
    await home.run()
    await home.next()
    before = (home.folder / "site/index.html").read_text()
    feed = (home.folder / "site/feed.json").read_text()
    assert "Target cut" in before
    with home.open() as context:
        others = tuple(new(f"NCT98{number:06}", b"{}") for number in range(2_100))
        context.store.versions.commit_page(PageCommit(new=others), context.clock())
        publish(context, app.watchlist_reader(context.loaded)(), home.folder / "site")
    assert (home.folder / "site/index.html").read_text() == before
    assert (home.folder / "site/feed.json").read_text() == feed


def own_template(home, name, text):
    path = home.folder / "own/pages" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def notices(home):
    found = sorted((home.state / "ops").glob("*.eml"), key=lambda path: path.stat().st_mtime_ns)
    return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in found]


def page_of(home, nct_id=ONE):
    return (home.folder / f"site/trials/{nct_id}.html").read_text()


async def test_broken_template_of_the_pages_is_told_once_with_its_end_and_the_built_in_one_stands_in(house):
    home = house(states(240, 120), settings=PAGES + FILES + OPS + OPS_ON, head='templates_dir = "own"')
    override = own_template(home, "trial.html.j2", "\n{{ page.nothing }}")
    report = await home.run()
    (line,) = report.said
    assert line.startswith("page template pages/trial.html.j2: line 2: UndefinedError: ")
    assert line.endswith("; the built-in one stands in until yours is mended")
    assert "240 participants" in page_of(home)
    (notice,) = notices(home)
    assert str(notice["Subject"]).startswith("Failing: page template pages/trial.html.j2")
    for said in ("Line 2: UndefinedError", "pages and feeds are complete", "watcher templates check"):
        assert said in text_of(notice)
    assert (await home.run()).said == (await home.next()).said == ()
    assert "120 participants" in page_of(home)
    override.write_text("MINE {{ page.name }}")
    mended = await home.run()  # the registry has no news: the template is
    assert [line.split(",")[0] for line in mended.said] == [
        "page template pages/trial.html.j2: is in order again",
    ]
    assert page_of(home).startswith("MINE")
    assert len(notices(home)) == 2


async def test_template_that_fails_on_one_trial_only_is_used_for_the_others_and_tried_again(house):
    home = house(states(240, 117, 240), settings=PAGES + FILES, head='templates_dir = "own"')
    own_template(home, "trial.html.j2", "MINE {{ page.nothing if '117 participants' in page.basics | string }}")
    assert (await home.run()).said == ()
    report = await home.next()
    assert "page template pages/trial.html.j2: line 1" in report.said[0]
    assert "117 participants" in page_of(home)
    assert page_of(home, TWO).startswith("MINE")
    healed = await home.next()
    assert "page template pages/trial.html.j2: is in order again" in healed.said[0]
    assert page_of(home).startswith("MINE")


async def test_template_taken_away_and_pages_no_longer_wanted_end_the_fault(house):
    home = house(states(240, 120), settings=PAGES + FILES, head='templates_dir = "own"')
    override = own_template(home, "_step.html.j2", "{% macro")
    assert (await home.run()).said[0].startswith("page template pages/_step.html.j2: line 1: ")
    override.unlink()
    assert "in order again" in (await home.run()).said[0]
    override.write_text("{% macro")
    assert (await home.run()).said
    home.settings = FILES
    assert (await home.run()).said == ()
    with home.look() as context:
        assert [fault for fault in context.store.faults.all() if fault.part.startswith("page")] == []


async def test_of_old_versions_only_what_pictures_need_is_held(house):
    home = house(states(240, 117), settings=FILES)
    await home.run()
    await home.next()
    with home.look() as context:
        found = load(context, ONE, None, records=True)
    assert found is not None
    assert as_object(at(found.record, "protocolSection", "eligibilityModule"))
    for step, count in zip(found.steps, (240, 117), strict=True):
        held = as_object(at(step.record or {}, "protocolSection"))
        assert set(held) == {"identificationModule", "statusModule", "designModule"}
        assert at(held, "designModule", "enrollmentInfo", "count") == count
