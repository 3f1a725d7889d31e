"""The pages after a poll: kept up to date, and harmless to everything else when they fail."""

from tests.service.house import DAYS, FILES, ONE, OPS, OPS_ON, TWO, trial
from watcher import app
from watcher.service.run import run_once

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


async def test_a_look_at_what_would_happen_writes_no_pages(house):
    home = house(states(240), settings=PAGES + FILES)
    with home.open() as parts:
        await run_once(parts, app.watchlist_reader(parts.loaded), deliver=False)
    assert not (home.folder / "site").exists()


async def test_the_built_in_template_stands_in_for_a_broken_one(house):
    home = house(states(240), settings=PAGES + FILES)
    home.head = 'templates_dir = "own"'
    (home.folder / "own/pages").mkdir(parents=True)
    (home.folder / "own/pages/trial.html.j2").write_text("{{ page.nothing }}")
    await home.run()
    assert "240 participants" in (home.folder / f"site/trials/{ONE}.html").read_text()
