"""The site as files: valid, linked, harmless, kept up to date without touching what is right already."""

import json
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest
from html5lib.html5parser import ParseError

from tests.pages.reading import Pages, parse, said
from watcher import app
from watcher.config.load import load_config
from watcher.errors import UsageError
from watcher.pages.site_folder import OLD_MANIFEST, Folder, manifest_path
from watcher.pipeline.publisher import publish

HOSTILE = "NCT99000011"
_EXTERNAL = re.compile(
    r"https://(clinicaltrials\.gov/study/NCT\d{8}(\?tab=\w+)?|pubmed\.ncbi\.nlm\.nih\.gov/\d+/)|https?://\S+"
)


def test_there_is_a_page_for_every_trial_and_each_is_valid(site):
    assert len([name for name in site.html if name.startswith("trials/")]) == 15
    assert {"index.html", "watches/demo.html", "recruiting/france.html"} <= set(site.html)


def test_ids_are_unique_on_each_page(site):
    for name, page in site.html.items():
        ids = [node.get("id") for node in page.iter() if node.get("id")]
        assert len(ids) == len(set(ids)), name


def test_links_between_pages_are_relative_and_lead_somewhere(site):
    for name, page in site.html.items():
        for node in page.iter():
            target = node.get("href")
            if target is None or _EXTERNAL.fullmatch(target):
                continue
            assert "://" not in target
            path, anchor = urldefrag(target)
            to = (site.folder / Path(name).parent / unquote(path)).resolve() if path else site.folder / name
            assert to.is_file(), f"{name} → {target}"
            if anchor:
                other = site.html[str(to.relative_to(site.folder.resolve()))] if path else page
                assert other.find(f".//*[@id='{anchor}']") is not None, f"{name} → {target}"


def test_nothing_on_any_page_runs(site):
    for name, page in site.html.items():
        for node in page.iter():
            if isinstance(node.tag, str):
                assert node.tag not in ("script", "img", "iframe", "object", "embed"), name
                assert not [key for key in node.attrib if key.lower().startswith("on")], name
                assert not str(node.get("href", "")).lower().startswith(("javascript:", "data:")), name
        assert "default-src 'none'" in site.text(name)


def test_hostile_text_is_shown_as_text_in_every_file(site):
    for path in site.folder.rglob("*"):
        if path.is_file():
            text = path.read_text()
            assert not set(text) & set("\u202e\u202d\u2066\u200f\u200b\x00"), path
            if path.suffix in (".html", ".xml"):
                assert "<script" not in text, path
    title = said(site.trial(HOSTILE).find(".//h1"))
    assert title.startswith('<script>alert("new title")</script> & {{ 8 * 8 }} {% raw %} *bold*')


def test_the_index_filters_without_a_script(site):
    index = site.html["index.html"]
    style = said(index.find(".//head/style"))
    for option in index.iter("option"):
        code = option.get("value")
        if code:
            assert f'option[value="{code}"]:checked) .row:not(.{code})' in style
            shown = [row for row in index.iter("li") if code in (row.get("class") or "").split()]
            assert f"({len(shown)})" in said(option)


def test_the_week_and_the_open_places_are_on_the_index(site):
    index = site.html["index.html"]
    assert "Terminated with 233 of 420 planned participants" in said(index.find(".//section[@id='week']"))
    assert said(site.html["recruiting/united-states.html"].find(".//h1")) == "Recruiting in the United States"
    assert "Tidal breathing training" in said(site.html["recruiting/united-kingdom.html"].find(".//main"))


def test_the_week_is_that_of_the_registrys_newest_data_and_what_was_seen_late_is_said_so(site):
    """The pages are made long after the sandbox's data: every change was seen just now, some were posted before."""
    week = said(site.html["index.html"].find(".//section[@id='week']"))
    assert week.startswith("What changed this week 3 – 9 Jun 2026, by the day it was posted")
    this_week, _, late = week.partition("Seen this week, posted before it")
    assert "posted 8 Jun 2026" in this_week
    assert "posted 2 Jun 2026" not in this_week
    assert ", seen " not in this_week
    assert "posted 2 Jun 2026, seen " in late
    assert "posted 8 Jun 2026" not in late


def test_what_the_record_says_nothing_of_is_left_out_and_named_once(site):
    for name, page in site.html.items():
        assert "Not given in the record" not in said(page.find(".//main")), name
    page = site.trial("NCT07326982")
    assert page.find(".//a[@href='#outcomes']") is None
    assert "The record says nothing of: outcomes" in said(page.find(".//main"))


def test_the_index_explains_the_levels_where_mails_lead_to(site):
    assert "Levels are our rule" in said(site.html["index.html"].find(".//section[@id='levels']"))


def test_the_latest_change_stands_before_the_facts(site):
    main = said(site.trial("NCT99000001").find(".//main"))
    assert main.index("Latest change posted 3 Jun 2026 Terminated with 233 of 420") < main.index("Basic information")
    assert "Latest change" not in said(site.trial("NCT07326982").find(".//main"))


def test_the_timeline_shows_words_that_went_and_came(site):
    page = site.trial("NCT99000004")
    marked = [[said(node) for node in page.iter(kind)] for kind in ("ins", "del")]
    assert marked == [
        ["Able to keep an electronic diary, alone or with a parent", "12"],
        ["Body mass index < 35 kg/m^2", "6"],
    ]
    levels = [said(node) for node in page.iter("span") if "level" in (node.get("class") or "").split()]
    assert "major" in levels


def test_pictures_say_in_words_what_they_show(site):
    page = site.trial("NCT99000001")
    for picture in (node for node in page.iter() if str(node.tag).endswith("svg")):
        names = (picture.get("aria-labelledby") or "").split()
        assert picture.get("role") == "img"
        assert len(names) == 2
        for name in names:
            assert said(page.find(f".//*[@id='{name}']"))
    assert "420 planned from 29 May 2026; then 233 actual from 3 Jun 2026" in said(
        page.find(".//*[@id='enrollment-says']")
    )


def rebuilt(site: Pages, out: Path, **more):
    loaded = load_config(site.work / "config.toml")
    with app.open_for_reading(loaded, site.work / "state") as parts:
        return publish(parts, app.watchlist_reader(loaded)(), out, **more)


@pytest.fixture
def copy(site, tmp_path):
    """A second site of the same store."""
    rebuilt(site, tmp_path / "out")
    return tmp_path / "out"


def test_done_again_nothing_is_written(site, copy):
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*")}
    written = rebuilt(site, copy)
    assert (written.written, written.removed) == (0, 0)
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*")} == before
    assert rebuilt(site, copy, only_news=True) is None


def test_a_lost_or_cut_file_is_made_again_and_only_that(site, copy):
    page = copy / "trials/NCT99000001.html"
    whole = page.read_bytes()
    page.write_bytes(whole[:100])
    (copy / "style.css").unlink()
    assert rebuilt(site, copy).written == 2
    assert page.read_bytes() == whole


def test_a_trial_nobody_watches_any_more_loses_its_pages_and_foreign_files_stay(site, copy):
    (copy / "notes.txt").write_text("mine")
    loaded = load_config(site.work / "config.toml")
    with app.open_for_reading(loaded, site.work / "state") as parts:
        watchlist = app.watchlist_reader(loaded)()
        fewer = {key: one for key, one in watchlist.trials.items() if key != HOSTILE}
        written = publish(parts, replace(watchlist, trials=fewer), copy)
    assert written is not None
    assert written.removed == 4
    assert not (copy / f"trials/{HOSTILE}.html").exists()
    assert (copy / "notes.txt").read_text() == "mine"


def test_a_folder_with_other_things_is_refused(tmp_path):
    (tmp_path / "index.html").write_text("somebody else's")
    with pytest.raises(UsageError, match="not empty"):
        Folder.open(tmp_path, tmp_path / "state.json")
    assert (tmp_path / "index.html").read_text() == "somebody else's"


def test_a_build_cut_off_goes_on_the_next_time(tmp_path):
    folder = Folder.open(tmp_path / "new", tmp_path / "state.json")
    folder.put("a/b.html", "x")
    again = Folder.open(tmp_path / "new", tmp_path / "state.json")
    again.put("a/b.html", "x")
    again.put("c.html", "y")
    done = again.finish("key")
    assert (done.written, done.kept) == (1, 1)
    assert not list((tmp_path / "new").rglob("*.new"))


def test_what_cannot_be_written_leaves_the_old_file_whole(tmp_path):
    folder = Folder.open(tmp_path / "new", tmp_path / "state.json")
    folder.put("page.html", "old")
    folder.finish("1")
    (tmp_path / "new/dir.html").mkdir()
    again = Folder.open(tmp_path / "new", tmp_path / "state.json")
    with pytest.raises(OSError):
        again.put("dir.html", "text")
    assert (tmp_path / "new/page.html").read_text() == "old"
    assert not list((tmp_path / "new").rglob("*.new"))


def test_these_tests_notice_a_page_that_is_no_valid_html():
    with pytest.raises(ParseError):
        parse("<!doctype html><p><table><p>")


def test_nothing_of_ours_but_pages_lies_in_the_folder(site):
    names = {path.name for path in site.folder.rglob("*") if path.is_file()}
    assert {Path(name).suffix for name in names} == {".html", ".md", ".xml", ".json", ".ics", ".css"}
    assert not [name for name in names if name.startswith(".")]
    assert manifest_path(site.work / "state", site.folder).exists()


def test_a_manifest_of_an_older_version_is_taken_over_and_removed(site, copy):
    manifest = manifest_path(site.work / "state", copy)
    manifest.replace(copy / OLD_MANIFEST)
    (copy / "trials/NCT00000001.html").write_text("a page of ours, of a trial nobody watches any more")
    held = json.loads((copy / OLD_MANIFEST).read_text())
    held["files"]["trials/NCT00000001.html"] = ["", 50, "NCT00000001"]
    (copy / OLD_MANIFEST).write_text(json.dumps(held))
    written = rebuilt(site, copy)
    assert (written.written, written.removed) == (0, 1)
    assert not (copy / OLD_MANIFEST).exists()
    assert rebuilt(site, copy, only_news=True) is None


def test_pages_whose_manifest_was_lost_are_known_by_their_index(site, copy):
    manifest_path(site.work / "state", copy).unlink()
    written = rebuilt(site, copy)
    assert (written.written, written.removed) == (0, 0)
    assert written.kept > 60


def test_files_of_somebody_else_in_place_of_ours_are_refused_whatever_the_manifest_says(site, copy):
    (copy / "index.html").write_text("theirs")
    with pytest.raises(UsageError, match="not empty"):
        rebuilt(site, copy)
    assert (copy / "index.html").read_text() == "theirs"
