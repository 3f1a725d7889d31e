"""A watch may be a search: an address or a table."""

import pytest

from watcher.config.load import load_config
from watcher.errors import ConfigError


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


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ('"https://clinicaltrials.gov/search?"', ":3: search: the search is empty"),
        ('{ conditon = "x" }', ':3: unknown key "conditon" in search; did you mean "condition"?'),
        ('{ condition = "x", status = ["RECRUTING"] }', 'did you mean "RECRUITING"?'),
        ("7", ":3: search is an address in quotation marks, or a table"),
    ],
)
def test_search_that_cannot_be_watched_is_one_problem_with_its_line(tmp_path, search, said):
    file = tmp_path / "config.toml"
    file.write_text(f'[[watch]]\nname = "a"\nsearch = {search}\n')
    with pytest.raises(ConfigError) as caught:
        load_config(file)
    assert len(caught.value.problems) == 1
    assert said in str(caught.value)


def test_what_was_left_out_of_a_search_is_a_warning(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text(
        '[[watch]]\nname = "a"\nsearch = "https://clinicaltrials.gov/search?cond=x&sort=StartDate&aggFilters=sex:x"\n'
    )
    said = [str(warning) for warning in load_config(file).warnings if "search of watch" in warning.text]
    assert [part.partition(": search of")[0] for part in said] == [f"{file}:3"] * 2
