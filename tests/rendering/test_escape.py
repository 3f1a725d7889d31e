"""Foreign text made harmless."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watcher.rendering.escape import cut, header, plain, slack, slack_styled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("Novatine", "Novatine", id="as it is"),
        pytest.param("  two   blanks ", "two blanks", id="blanks"),
        pytest.param("one\r\n\ttwo\x00three", "one two three", id="control characters"),
        pytest.param("a\u202eb\u2066c\u200fd\ufeff", "abcd", id="bidi and byte order marks"),
        pytest.param("a\u2028b\u2029c", "a b c", id="line separators"),
        pytest.param("38\u00a0%", "38\u00a0%", id="no-break space stays"),
        pytest.param("38\u00a0 %", "38 %", id="but not beside another"),
        pytest.param("می\u200cخواهم", "می\u200cخواهم", id="joiners stay"),
        pytest.param("soft\u00adhyphen", "softhyphen", id="soft hyphen"),
        pytest.param("\ud800x\U000e0041", "x", id="surrogates and tags"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_plain_is_one_visible_line(text, expected):
    assert plain(text) == expected


@given(st.text())
def test_plain_leaves_nothing_invisible_and_is_done_after_once(text):
    line = plain(text)
    assert plain(line) == line
    line.encode()
    assert all(unicodedata.category(sign) not in ("Cc", "Cs", "Zl", "Zp") for sign in line)
    assert not set(line) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        pytest.param("short", 5, "short", id="fits"),
        pytest.param("one two three", 9, "one two…", id="at a word"),
        pytest.param("one, twothree", 5, "one,…"[:3] + "…", id="without the comma"),
        pytest.param("incomprehensible", 6, "incom…", id="inside a long word"),
    ],
)
def test_cut_ends_at_a_word_with_an_ellipsis(text, limit, expected):
    assert cut(text, limit) == expected


@given(st.text(), st.integers(1, 50))
def test_cut_keeps_the_limit(text, limit):
    assert len(cut(text, limit)) <= limit


def test_header_is_one_short_line():
    assert header("Terminated\r\nBcc: all@example.org", 16) == "Terminated Bcc…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;", id="mentions"),
        pytest.param("<https://evil.example|x>", "&lt;https://evil.example|x&gt;", id="links"),
        pytest.param(
            "*a* _b_ ~c~ `d`", "*\u200ba*\u200b _\u200bb_\u200b ~\u200bc~\u200b `\u200bd`\u200b", id="formats"
        ),
        pytest.param(":tada: at 7:30", ":\u200btada: at 7:30", id="emoji"),
    ],
)
def test_slack_reads_text_as_text(text, expected):
    assert slack(text) == expected


def test_styled_text_has_an_edge_on_both_sides():
    assert slack_styled("20", "*") == "\u200b*20*\u200b"
    assert slack_styled("(38 %)", "*") == "\u200b*(38 %)\u200b*\u200b"
