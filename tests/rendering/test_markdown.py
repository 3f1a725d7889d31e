"""Markdown and front matter: what a stranger wrote reads back as what they wrote, and as nothing else."""

import html
import re

import pytest
import yaml as pyyaml
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from watcher.rendering.escape import paragraphs, plain, verbatim
from watcher.rendering.markdown import code_fence, code_span, escape, yaml

COMMONMARK = MarkdownIt("commonmark").enable("table").enable("strikethrough")
NASTY = st.text(st.sampled_from(list("ab 1*_`~[]()<>#+-.!|{}$&;\\=:\"'\né（")), max_size=40)


def shown(source: str) -> str:
    """Give the text a reader sees."""
    return html.unescape(re.sub(r"<[^>]*>", "", COMMONMARK.render(source))).strip()


@given(NASTY)
def test_an_escaped_line_is_shown_as_it_stands(text):
    line = plain(text)
    assert " ".join(shown(escape(line)).split()) == " ".join(line.split())


@given(NASTY)
def test_an_escaped_line_makes_no_element_of_its_own(text):
    line = plain(text)
    tags = set(re.findall(r"<(\w+)", COMMONMARK.render(f"- **x** {escape(line)} y")))
    assert tags <= {"ul", "li", "strong"}


def test_words_with_underscores_stay_readable():
    assert escape("NOT_YET_RECRUITING") == "NOT_YET_RECRUITING"


def test_templates_of_site_generators_are_broken_up():
    assert "{{" not in escape("{{ site.secret }}")
    assert "{%" not in escape("{% include x %}")


@given(NASTY)
def test_a_code_span_holds_any_text(text):
    line = plain(text)
    if line:
        assert " ".join(shown(f"x {code_span(line)} y").split()) == " ".join(f"x {line} y".split())


@pytest.mark.parametrize("text", ["no fence", "``` inside", "````` five"])
def test_a_fence_is_longer_than_any_inside(text):
    fence = code_fence(text)
    assert shown(f"{fence}\n{text}\n{fence}\n\nafter") == f"{text}\n\nafter"


@given(st.text(max_size=60))
def test_a_scalar_reads_back_as_itself(text):
    line = plain(text)
    assert pyyaml.load(f"key: {yaml(line)}\n", Loader=pyyaml.BaseLoader) == {"key": line}


@pytest.mark.parametrize(
    "text", ["no", "Yes", "NULL", "true", "~", "1e3", "12", "0x1F", "- a", "a: b", "a #b", "", "@x"]
)
def test_no_text_becomes_another_type(text):
    assert pyyaml.safe_load(f"key: {yaml(text)}\n") == {"key": text}


def test_plain_where_it_is_safe():
    assert [yaml(text) for text in ("France", "2026-04-29", "ClinicalTrials.gov (mirrored, no enrichment)")] == [
        "France",
        "2026-04-29",
        "ClinicalTrials.gov (mirrored, no enrichment)",
    ]


def test_verbatim_keeps_layout_and_drops_what_hides():
    assert verbatim("\na\r\n  * b\u202e \n\n\tc\x00\n\n") == "a\n  * b\n\n c"


def test_paragraphs_are_visible_lines():
    assert paragraphs(" a\u202e \n\n\u200b\nb  c") == ("a", "b c")
