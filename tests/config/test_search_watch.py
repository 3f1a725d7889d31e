"""A watch may be a search: an address or a table."""

from watcher.config.load import load_config


def test_a_watch_may_be_a_search_by_address_or_by_table(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(
        '[[watch]]\nname = "a"\nsearch = "https://clinicaltrials.gov/search?cond=asthma"\nmax_trials = 300\n'
        '[[watch]]\nname = "b"\nsearch = { condition = "asthma" }\n'
    )
    first, second = load_config(file).config.watch
    assert first.search is not None
    assert first.search == second.search
    assert first.search.params == (("query.cond", "asthma"),)
    assert (first.max_trials, second.max_trials) == (300, 2000)
