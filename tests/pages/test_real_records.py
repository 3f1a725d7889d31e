"""Pages of real records, where a folder of them is named: every page is valid and whole."""

import pytest
import yaml

from tests.changes.real import all_paths, load, needs_records
from tests.pages.made import SITE, TEMPLATES, a_trial, id_of
from tests.pages.reading import by_id, parse, said
from watcher.pages.mirror import mirror_of
from watcher.pages.trial import page_of

EVERY = 40


@needs_records
@pytest.mark.parametrize("start", range(4))
def test_real_records_have_valid_pages(start):
    paths = all_paths()[start :: 4 * EVERY]
    assert paths
    for path in paths:
        trial = a_trial(load(path))
        page = page_of(trial, watch_pages={}, related=(), names={})
        html = parse(TEMPLATES.render("pages/trial.html.j2", {"page": page, "root": "../"}, most=50_000_000).text)
        assert id_of(trial.record) in said(by_id(html, "main"))
        mirror = TEMPLATES.render("pages/trial.md.j2", {"page": mirror_of(trial, SITE)}, most=50_000_000).text
        assert yaml.safe_load(mirror.split("---\n")[1])["nct_id"] == id_of(trial.record)
