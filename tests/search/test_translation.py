"""Whatever a person pastes becomes parameters of API v2, or a sentence that says what to do."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.errors import SearchError
from watcher.search.search_codes import AGG_CODES, DATE_AREAS, STATUSES
from watcher.search.search_query import SearchQuery, from_table, translate
from watcher.search.selected_by import looks_at, selected_statuses

SITE = "https://clinicaltrials.gov/search?"
API = "https://clinicaltrials.gov/api/v2/studies?"


def params(query):
    return dict(translate(f"{SITE}{query}").params)


# --- every parameter of a site address --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["cond", "term", "intr", "spons", "lead", "titles", "outc", "locn", "id", "patient"])
def test_site_name_of_a_query_becomes_its_api_name(name):
    assert params(f"{name}=heart%20failure") == {f"query.{name}": "heart failure"}


def test_id_of_nothing_but_trial_ids_is_a_filter_beside_other_parts():
    assert params("id=nct05935098,NCT00000102&cond=x") == {
        "filter.ids": "NCT00000102,NCT05935098",
        "query.cond": "x",
    }


def test_agg_filters_keep_their_codes():
    assert params("aggFilters=status:rec not,phase:3 2") == {"aggFilters": "phase:2 3,status:not rec"}


@pytest.mark.parametrize(("name", "area"), [(name, area) for name, (area, _) in DATE_AREAS.items()])
def test_range_of_days_becomes_an_area(name, area):
    assert params(f"{name}=2025-01-02_2025-03-04") == {"filter.advanced": f"AREA[{area}]RANGE[2025-01-02,2025-03-04]"}
    assert params(f"{name}=2025-01-02_") == {"filter.advanced": f"AREA[{area}]RANGE[2025-01-02,MAX]"}
    assert params(f"{name}=_2025-03-04") == {"filter.advanced": f"AREA[{area}]RANGE[MIN,2025-03-04]"}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("18y_65y", "AREA[MaximumAge]RANGE[MIN,65 Years] AND AREA[MinimumAge]RANGE[18 Years,MAX]"),
        ("6m_", "AREA[MinimumAge]RANGE[6 Months,MAX]"),
        ("_12w", "AREA[MaximumAge]RANGE[MIN,12 Weeks]"),
        ("3d_18", "AREA[MaximumAge]RANGE[MIN,18 Years] AND AREA[MinimumAge]RANGE[3 Days,MAX]"),
    ],
)
def test_range_of_ages_becomes_areas(value, expected):
    assert params(f"ageRange={value}") == {"filter.advanced": expected}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("country=France", "AREA[LocationCountry]France"),
        ("country=United%20States&locStr=USA", 'AREA[LocationCountry]"United States"'),
        ("state=Texas", "AREA[LocationState]Texas"),
        ("city=Paris&country=France", "AREA[LocationCity]Paris AND AREA[LocationCountry]France"),
        ("state=Berlin&city=Berlin", "AREA[LocationCity]Berlin"),
        ("locn=mayo%20clinic&country=France", "(mayo clinic) AND AREA[LocationCountry]France"),
        ("country=France&distance=50", "AREA[LocationCountry]France"),
    ],
)
def test_named_place_becomes_location_terms(query, expected):
    assert params(query) == {"query.locn": expected}


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lat=48.8566&lng=2.3522&distance=25", "distance(48.8566,2.3522,25mi)"),
        ("lat=48.8566&lng=2.3522&locStr=Paris", "distance(48.8566,2.3522,50mi)"),
        ("lat=-33.90&lng=151.2&distance=80km&city=Sydney", "distance(-33.9,151.2,80km)"),
    ],
)
def test_point_becomes_a_distance(query, expected):
    assert params(query) == {"filter.geo": expected}


def test_distance_the_site_adds_by_itself_is_no_part_of_the_search():
    assert params("cond=asthma&distance=50") == {"query.cond": "asthma"}
    (note,) = translate(f"{SITE}city=Paris&distance=50").notes
    assert "50 miles of Paris" in note


def test_code_of_a_country_is_doubted():
    found = translate(f"{SITE}locStr=USA&country=US")
    assert found.params == (("query.locn", "AREA[LocationCountry]US"),)
    assert "United States" in found.notes[0]


@pytest.mark.parametrize(
    "part", ["limit=100", "page=3", "viewType=Table", "rank=1", "tab=history", "checkSpell=false", "utm_source=mail"]
)
def test_what_shapes_the_page_is_left_out_without_a_word(part):
    found = translate(f"{SITE}cond=asthma&{part}")
    assert (found.params, found.notes) == ((("query.cond", "asthma"),), ())


@pytest.mark.parametrize("part", ["sort=%40relevance", "sort=StudyFirstPostDate", "dateField=LastUpdatePostDate"])
def test_an_order_is_left_out_with_a_sentence(part):
    found = translate(f"{SITE}cond=asthma&{part}")
    assert found.params == (("query.cond", "asthma"),)
    assert part.partition("=")[0] in found.notes[0]


# --- every kind of address --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address",
    [
        "https://clinicaltrials.gov/search?cond=asthma",
        "http://www.clinicaltrials.gov/search/?cond=asthma#top",
        "clinicaltrials.gov/search?cond=asthma",
        "//clinicaltrials.gov/search?cond=asthma",
        "www.clinicaltrials.gov/search?cond=asthma",
        "HTTPS://ClinicalTrials.gov/search?cond=asthma",
        " <https://clinicaltrials.gov/search?cond=asthma>\u200b ",
        "\u201chttps://clinicaltrials.gov/search?cond=asthma\u201d",
        "https://clinicaltrials.gov/api/rss?cond=asthma",
        "https://clinicaltrials.gov/api/v2/studies?query.cond=asthma&pageSize=100&countTotal=true&fields=NCTId",
        "https://clinicaltrials.gov/api/int/studies?query.cond=asthma&agg.synonyms=true&from=0&limit=10",
        "https://clinicaltrials.gov/study/NCT05935098?cond=asthma&rank=1",
        "https://clinicaltrials.gov/search?cond=asthma&amp;limit=10",
    ],
)
def test_one_search_has_one_value_whatever_its_address(address):
    assert translate(address) == SearchQuery(params=(("query.cond", "asthma"),))


def test_expert_search_keeps_its_expression():
    text = "AREA[Phase]PHASE3 AND AREA[StudyFirstPostDate]RANGE[2025-01-01,MAX]"
    found = translate(f"https://clinicaltrials.gov/expert-search?term={quote(text)}")
    assert found.params == (("query.term", text),)


def test_api_address_is_itself():
    found = translate(
        f"{API}query.cond=asthma&filter.overallStatus=RECRUITING%7CCOMPLETED&filter.geo=distance(39.0,-77.1,50mi)"
        "&filter.advanced=AREA[MinimumAge]RANGE[6%20Months,MAX]&postFilter.ids=NCT05935098&aggFilters=results:with"
    )
    assert dict(found.params) == {
        "aggFilters": "results:with",
        "filter.advanced": "AREA[MinimumAge]RANGE[6 Months,MAX]",
        "filter.geo": "distance(39,-77.1,50mi)",
        "filter.ids": "NCT05935098",
        "filter.overallStatus": "RECRUITING,COMPLETED",
        "query.cond": "asthma",
    }


def test_words_are_searched_for_everywhere():
    assert translate("  lung\u00a0 cancer ").params == (("query.term", "lung cancer"),)


def test_equal_searches_have_one_key_and_others_another():
    one = translate(f"{SITE}cond=asthma&aggFilters=status:rec,phase:2 3")
    other = translate(f"{API}aggFilters=phase:3 2|status:rec&query.cond=asthma&sort=StartDate")
    assert (one, one.key, hash(one)) == (other, other.key, hash(other))
    assert one.key != translate(f"{SITE}cond=asthma&aggFilters=status:rec").key


# --- a table ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"condition": "lung cancer"}, {"query.cond": "lung cancer"}),
        ({"term": "EGFR"}, {"query.term": "EGFR"}),
        ({"intervention": "osimertinib"}, {"query.intr": "osimertinib"}),
        ({"title": "LAURA"}, {"query.titles": "LAURA"}),
        ({"outcome": "survival"}, {"query.outc": "survival"}),
        ({"sponsor": "Bayer"}, {"query.spons": "Bayer"}),
        ({"location": "Lyon"}, {"query.locn": "Lyon"}),
        ({"country": "France"}, {"query.locn": "AREA[LocationCountry]France"}),
        (
            {"country": ["United States", "France"]},
            {"query.locn": 'AREA[LocationCountry](France OR "United States")'},
        ),
        ({"status": ["RECRUITING", "not yet recruiting"]}, {"filter.overallStatus": "NOT_YET_RECRUITING,RECRUITING"}),
        ({"phase": ["PHASE3", "phase 2"]}, {"filter.advanced": "AREA[Phase](PHASE2 OR PHASE3)"}),
        ({"phase": 3}, {"filter.advanced": "AREA[Phase]PHASE3"}),
        ({"advanced": "AREA[Sex]FEMALE"}, {"filter.advanced": "AREA[Sex]FEMALE"}),
        (
            {"advanced": "AREA[Sex]FEMALE OR x", "phase": ["NA"]},
            {"filter.advanced": "(AREA[Sex]FEMALE OR x) AND AREA[Phase]NA"},
        ),
        ({"near": {"lat": 48.86, "lon": 2, "km": 50}}, {"filter.geo": "distance(48.86,2,50km)"}),
    ],
)
def test_key_of_a_table_becomes_its_parameter(table, expected):
    assert dict(from_table(table).params) == expected


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "whole registry"),
        ({"conditon": "x"}, 'unknown key "conditon" in search; did you mean "condition"?'),
        ({"condition": ["x"]}, "quotation marks"),
        ({"condition": "  "}, "quotation marks"),
        ({"status": ["RECRUTING"]}, 'did you mean "RECRUITING"?'),
        ({"status": []}, "must be a list"),
        ({"phase": ["5"]}, 'phase "5" of search is not known'),
        ({"country": 'France" OR AREA[Sex]MALE'}, "bracket"),
        ({"country": []}, "list of texts"),
        ({"near": {"lat": 48.86, "lon": 2.35}}, "three numbers"),
        ({"near": {"lat": 148.86, "lon": 2.35, "km": 5}}, "latitude"),
        ({"near": {"lat": float("nan"), "lon": 2.35, "km": 5}}, "latitude"),
        ({"term": "NCT05935098 OR NCT00000102"}, "ids = "),
    ],
)
def test_wrong_table_is_refused_with_the_way_out(table, said):
    with pytest.raises(SearchError) as caught:
        from_table(table)
    assert said in str(caught.value)


# --- refused before anything is asked ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "whole registry"),
        ("*", "whole registry"),
        (SITE, "whole registry"),
        ("https://clinicaltrials.gov/", "whole registry"),
        ("https://clinicaltrials.gov/api/rss?dateField=LastUpdatePostDate", "whole registry"),
        (f"{SITE}cond=%20&limit=10", "whole registry"),
        (f"{SITE}id=NCT05935098,NCT00000102", "ids = "),
        (f"{API}query.cond=NCT05935098", "ids = "),
        ("nct05935098, NCT00000102", "ids = "),
        ("https://clinicaltrials.gov/study/NCT05935098", 'ids = ["NCT05935098"]'),
        ("https://clinicaltrials.gov/study/NCT05935098?tab=table&rank=1", 'ids = ["NCT05935098"]'),
        (f"{SITE}locStr=Paris,%20France&cond=asthma", "country"),
        (f"{SITE}city=Paris&distance=100", "near = "),
        (f"{SITE}lat=48.8&cond=asthma", "longitude"),
        (f"{SITE}lat=48.8&lng=200", "longitude"),
        (f"{SITE}firstPost=-30d_&cond=asthma", "relative to today"),
        (f"{SITE}lastUpdPost=today_&cond=asthma", "relative to today"),
        (f"{SITE}term=AREA[StartDate]RANGE[TODAY-30,MAX]", "relative to today"),
        (f"{SITE}start=01/31/2025_", "2026-01-31"),
        (f"{SITE}start=2025-02-30_", "2026-01-31"),
        (f"{SITE}start=2025-02-03", "range of days"),
        (f"{SITE}start=2025-02-03_2024-02-03", "exchange"),
        (f"{SITE}ageRange=18f_65", "range of ages"),
        (f"{SITE}cond=a&cond=b", "twice"),
        (f"{SITE}cond=a&query.cond=b", "twice"),
        (f"{SITE}cond=a&recrs=b", '"recrs" in the address is not known'),
        (f"{API}filter.phase=PHASE3", '"filter.phase" in the address is not known'),
        (f"{API}filter.overallStatus=RECRUTING", 'did you mean "RECRUITING"?'),
        (f"{API}filter.geo=near(1,2)", "distance(48.86,2.35,50mi)"),
        (f"{API}query.cond=x&filter.ids=NCT1", "not a trial id"),
        (f"{SITE}aggFilters=statuses:rec", 'did you mean "status"?'),
        (f"{SITE}aggFilters=rec", "aggFilters is not known"),
        ("https://clinicaltrials.gov/ct2/results?cond=asthma", "former web site"),
        ("https://clinicaltrials.gov/data-api/api", "no page of a search"),
        ("https://clinicaltrials.gov/api/v2/stats/size", "no page of a search"),
    ],
)
def test_what_cannot_be_watched_is_refused_with_the_way_out(text, said):
    with pytest.raises(SearchError) as caught:
        translate(text)
    assert said in str(caught.value)


def test_unknown_code_is_warned_of_because_the_registry_answers_it_with_silence():
    found = translate(f"{SITE}aggFilters=violation:n")
    assert found.params == (("aggFilters", "violation:n"),)
    assert 'code "n" of violation' in found.notes[0]


def test_known_codes_are_not_warned_of():
    codes = ",".join(f"{key}:{' '.join(known)}" for key, known in AGG_CODES.items() if known)
    assert translate(f"{SITE}aggFilters={codes}").notes == ()


def test_of_a_repeated_key_the_last_one_counts_as_in_the_registry():
    found = translate(f"{SITE}aggFilters=status:rec,status:com")
    assert found.params == (("aggFilters", "status:com"),)
    assert "more than once" in found.notes[0]


# --- addresses nobody should follow -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://evil.example/search?cond=x", "is not ClinicalTrials.gov"),
        ("https://clinicaltrials.gov.evil.example/search?cond=x", "is not ClinicalTrials.gov"),
        ("https://clinicaltrials.gov\\@evil.example/search?cond=x", "log-in"),
        ("https://clin\u0456caltrials.gov/search?cond=x", "\\u0456"),
        ("https://clinicaltrials.gov@evil.example/search?cond=x", "log-in"),
        ("https://ana:secret@clinicaltrials.gov/search?cond=x", "log-in"),
        ("https://clinicaltrials.gov:8443/search?cond=x", "port"),
        ("https://clinicaltrials.gov:x/search?cond=x", "no address"),
        ("https://[clinicaltrials.gov/search?cond=x", "no address"),
        ("ftp://clinicaltrials.gov/search?cond=x", "no address of a web page"),
        ("javascript://clinicaltrials.gov/search?cond=x", "no address of a web page"),
        (f"{SITE}cond=%zz", "hexadecimal"),
        (f"{SITE}cond=50%", "hexadecimal"),
        (f"{SITE}cond=%ff%fe", "UTF-8"),
        (f"{SITE}cond=%00asthma", "control character"),
        (f"{SITE}cond=a%0d%0aHost:%20x", "control character"),
        (f"{SITE}cond=a\nb", "line break"),
        (f"{SITE}cond=heart%2520failure", "percent-encoded twice"),
        (f"{SITE}cond={'x' * 6000}", "longer than"),
        (f"{SITE}{'&'.join(f'cond{n}=x' for n in range(61))}", "more than 60 parts"),
        (f"{SITE}cond={'%C3%A9' * 1200}", "longer than"),
        (f"{SITE}city=Paris%22%20OR%20AREA[Sex]MALE", "bracket"),
        ("x" * 6001, "longer than"),
        ("see https://evil.example/", "no address of ClinicalTrials.gov"),
    ],
)
def test_abused_address_is_refused(address, said):
    with pytest.raises(SearchError) as caught:
        translate(address)
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)
    assert str(caught.value).isprintable()


@given(st.text(max_size=60), st.sampled_from(["", SITE, f"{SITE}cond=", f"{SITE}aggFilters=", f"{API}filter.geo="]))
def test_any_text_is_a_search_or_a_sentence_of_bounded_length(text, before):
    try:
        found, said = translate(before + text), ""
    except SearchError as error:
        found, said = None, str(error)
    assert found is None or (found.params == tuple(sorted(found.params)) and found.described)
    assert found is not None or 0 < len(said) < 400
    assert "\n" not in said


# --- in words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (
            "cond=lung%20cancer&aggFilters=status:rec,phase:2%203&lat=48.86&lng=2.35&distance=25",
            "lung cancer, phase 2 or phase 3, recruiting, within 25 miles of 48.86, 2.35",
        ),
        ("intr=aspirin&country=United%20States", "treatment aspirin, in United States"),
        ("firstPost=2025-01-01_&cond=asthma", "asthma, first posted from 2025-01-01"),
        ("ageRange=18_65&cond=asthma", "asthma, maximum age up to 65 years, minimum age from 18 years"),
        ("cond=x&city=Paris&state=Ile&country=France", "x, in Paris, Ile, France"),
        ("term=AREA[OverallStatus]RECRUITING%20AND%20AREA[LocationCountry]France", "recruiting, in France"),
        ("term=AREA[Sex]FEMALE%20OR%20x", "AREA[Sex]FEMALE OR x"),
    ],
)
def test_search_is_described_in_words(query, words):
    assert translate(f"{SITE}{query}").described == words


def test_table_is_described_in_words():
    table = {"condition": "asthma", "status": list(STATUSES)[:2], "phase": [3], "near": {"lat": 1, "lon": 2, "km": 3}}
    assert from_table(table).described == ("asthma, not yet recruiting or recruiting, phase 3, within 3 km of 1, 2")


# --- what decides whether a record is selected ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "parts", "statuses"),
    [
        ("cond=itch&term=recruiting", set(), set()),
        ("cond=itch&aggFilters=phase:2 3,status:rec not", {"status"}, {"RECRUITING", "NOT_YET_RECRUITING"}),
        ("cond=itch&filter.overallStatus=COMPLETED", {"status"}, {"COMPLETED"}),
        ("cond=itch&term=AREA[OverallStatus]RECRUITING", {"status"}, set()),
        ("cond=itch&country=France", {"sites"}, set()),
        ("cond=itch&lat=48.86&lng=2.35&distance=50", {"sites"}, set()),
        ("cond=itch&start=2026-01-01_", {"dates"}, set()),
    ],
)
def test_a_search_names_the_parts_of_a_record_that_it_looks_at(query, parts, statuses):
    assert (looks_at(params(query)), selected_statuses(params(query))) == (parts, statuses)
