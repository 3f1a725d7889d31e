"""Messages: complete, the same every time, harmless, and within every limit."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.digests import builders as b
from watcher.changes.model import Mark, MarkKind, Phrase, Severity, Verb
from watcher.config.config_model import Least
from watcher.digests.messages import MAX_SUBJECT, compose
from watcher.digests.model import Medium, Notification
from watcher.digests.size_budget import MAX_HTML, MOST_BRIEF, MOST_LISTED
from watcher.rendering.environment import Templates
from watcher.rendering.message import Message


def composed(
    notification: Notification,
    medium: Medium = Medium.EMAIL,
    channel: str = "email",
    templates: Templates | None = None,
) -> tuple[Message, ...]:
    return compose(
        notification,
        channel=channel,
        medium=medium,
        domain="example.org",
        store_id="",
        templates=templates or b.templates(),
    ).messages


def mail(notification: Notification) -> Message:
    (message,) = composed(notification)
    return message


def flat(text: str) -> str:
    return " ".join(text.split())


NOTIFICATIONS: dict[str, Notification] = {
    "digest": b.a_digest(),
    "welcome": b.a_welcome(),
    "heartbeat": b.a_heartbeat(),
    "notice": b.a_notice(),
    "recovery": b.a_recovery(),
    "sample": b.a_sample(),
}
any_occasion = pytest.mark.parametrize("notification", NOTIFICATIONS.values(), ids=NOTIFICATIONS)


@any_occasion
@pytest.mark.parametrize("medium", Medium)
def test_same_values_give_the_same_bytes(notification, medium):
    first = [message.to_json() for message in composed(notification, medium)]
    assert first == [message.to_json() for message in composed(notification, medium)]


@any_occasion
def test_every_line_of_text_fits_eighty_columns(notification):
    assert max(map(len, mail(notification).text.splitlines())) <= 80


@any_occasion
def test_every_message_has_a_subject_and_no_empty_text(notification):
    message = mail(notification)
    assert 10 < len(message.subject) <= MAX_SUBJECT
    assert message.html is not None
    assert not re.search(r"None|\bTrue\b|Undefined|\{\{|\}\}|\n\n\n| \n", message.text)
    assert not re.search(r"\bNone\b|Undefined|\{\{|\}\}", message.html)


@pytest.mark.parametrize(
    ("other", "channel"),
    [
        pytest.param(b.a_digest(), "slack", id="channel"),
        pytest.param(b.a_digest(key="2026-03-14T06:30:00Z"), "email", id="slot"),
        pytest.param(b.a_digest(reader=b.a_reader(name="ben")), "email", id="recipient"),
        pytest.param(b.a_heartbeat(), "email", id="kind"),
    ],
)
def test_message_id_differs_by(other, channel):
    (message,) = composed(other, channel=channel)
    assert message.message_id != mail(b.a_digest()).message_id
    assert message.boundary != mail(b.a_digest()).boundary


def test_message_id_stays_when_the_words_change():
    again = mail(b.a_digest(b.many(2), at=b.AT + timedelta(hours=3)))
    assert again.message_id == mail(b.a_digest()).message_id
    assert re.fullmatch(r"<[0-9a-f]{32}@example\.org>", again.message_id)


def test_date_is_the_time_of_composing_in_utc():
    paris = datetime(2026, 3, 13, 7, 30, 0, 999, tzinfo=b.PARIS)
    assert mail(b.a_digest(at=paris)).date == "2026-03-13T06:30:00Z"


def test_subject_leads_with_the_loudest_story():
    subject = mail(b.a_digest()).subject
    assert subject.startswith("Terminated: Norvelumab ± tisotinib, solid tumours (99 of 263")
    assert subject.endswith(", and 3 more trials")


def test_stories_come_loudest_first_then_by_what_they_are_about():
    text = mail(b.a_digest()).text
    order = [text.index(f"NCT9900000{number}") for number in (1, 2, 4, 3)]
    assert order == sorted(order)


def test_endless_names_leave_a_legal_subject():
    story = b.a_story(tag="Now " + "recruiting " * 20, short_name="Novatine " * 40, headline="Now recruiting")
    subject = mail(b.a_digest((story, b.a_story(2)))).subject
    assert len(subject) <= MAX_SUBJECT
    assert subject.endswith("and 1 more trial")


def test_one_trial_is_said_in_the_singular():
    message = mail(b.a_digest((b.a_story(),), reading=b.a_reading(watched=1, read=1, unchanged=0)))
    assert message.text.startswith("Your trial changed, in registry data of")
    assert "1 trial read on 13 Mar 2026" in message.text
    assert "1 trials" not in message.text


def test_every_digest_says_what_was_read_why_it_came_and_how_to_stop():
    reading = b.a_reading(
        watched=412,
        read=410,
        unchanged=378,
        not_reached=("NCT99000400",),
        quarantined=("NCT99000401", "NCT99000402"),
        below_trials=2,
        below_changes=6,
    )
    digest = b.a_digest(reading=reading, reader=b.a_reader(least=Least.MAJOR, watches=("back pain", "knees")))
    for shown in (flat(mail(digest).text), flat(re.sub(r"<[^>]+>", " ", mail(digest).html or ""))):
        for sentence in (
            "410 trials read on 13 Mar 2026 (registry data of 13 Mar 2026). 378 unchanged, 2 of them re-verified "
            "without change.",
            "6 smaller changes in 2 further trials below your level (major).",
            "1 trial could not be read and will be asked for again at the next poll: NCT99000400.",
            "2 answers of the registry could not be believed and were set aside: NCT99000401 and NCT99000402.",
            "Next digest Mon 16 Mar 07:30.",
            "You get this because you follow the watches “back pain” and “knees”.",
            "To stop or change these messages, write to trials@example.org.",
            "Source: ClinicalTrials.gov, data version 13 Mar 2026, summarised by this program; not endorsed by NLM, "
            "not medical advice.",
        ):
            assert sentence in shown


def test_reader_of_own_ids_with_immediate_messages_is_told_so():
    text = flat(mail(b.a_digest(reader=b.a_reader(watches=(), stop=None, next_digest=None))).text)
    assert "Next digest as soon as something changes." in text
    assert "because these trials are on your own list" in text
    assert "ask the person who runs this watcher" in text


def test_story_names_its_watch_when_the_reader_follows_several():
    watches = {"NCT99000001": ("knees",)}
    digest = b.a_digest((b.a_story(),), reader=b.a_reader(watches=("back pain", "knees")), watches=watches)
    assert "posted 13 Mar 2026 · watch “knees”" in mail(digest).text
    assert "watch “knees”" not in mail(replace(digest, reader=b.a_reader(watches=("knees",)))).text.split("---")[1]


def test_what_lies_below_the_level_is_counted_with_its_story():
    text = mail(b.a_digest((b.a_story(below=1), b.a_story(2, below=4)))).text
    assert "And 1 smaller change below your level" in text
    assert "And 4 smaller changes below your level" in text


def test_minor_changes_are_told_in_full_when_there_is_nothing_else():
    story = b.a_story(lines=(), minor=(b.a_phrase("Keywords", was="pain", now="back pain"),), severity=Severity.MINOR)
    assert "Keywords            pain → back pain" in mail(b.a_digest((story,))).text


def test_more_lines_than_a_message_can_hold_are_counted():
    story = b.a_story(lines=tuple(b.a_phrase(f"Field {number}") for number in range(40)))
    for message in (mail(b.a_digest((story,))), composed(b.a_digest((story,)), Medium.SLACK)[0]):
        assert "And 16 more changes, not shown here for length" in message.text


def sites(count: int, verb: Verb = Verb.REMOVED) -> tuple[Phrase, ...]:
    return tuple(
        b.a_phrase("Sites", was=None, now=None, verb=verb, sentence=f"Site removed in Land {number}")
        for number in range(count)
    )


def test_many_sentences_on_one_thing_stand_under_its_name_and_are_counted():
    text = mail(b.a_digest((b.a_story(lines=sites(20)),))).text
    assert "  Sites\n    − Site removed in Land 0.\n    − Site removed in Land 1.\n" in text
    assert "    − Site removed in Land 5.\n      and 14 more\n" in text


def test_a_few_sentences_keep_their_label():
    text = mail(b.a_digest((b.a_story(lines=sites(2)),))).text
    assert text.count("  Sites               Site removed in Land") == 2


def test_long_lists_do_not_push_other_changes_out():
    fields = tuple(b.a_phrase(f"Field {number}") for number in range(23))
    text = mail(b.a_digest((b.a_story(lines=(*sites(5), *fields, *sites(4))),))).text
    assert "      and 3 more\n  Field 0 " in text
    assert "Field 17 " in text
    assert "Field 18 " not in text
    assert "And 5 more changes, not shown here for length" in text


@pytest.mark.parametrize(
    ("phrase", "shown"),
    [
        pytest.param(b.a_phrase(verb=Verb.ADDED, was=None, now="Lab"), "Status              + Lab", id="added"),
        pytest.param(b.a_phrase(verb=Verb.REMOVED, was="Lab", now=None), "Status              − Lab", id="removed"),
        pytest.param(
            b.a_phrase(now=None, was=None, sentence="Status: it moved"), "Status              It moved.", id="s"
        ),
        pytest.param(b.a_phrase(note="−49 %"), "Status              one → two (−49 %)", id="size beside the shift"),
        pytest.param(b.a_phrase(quote="No “money”"), "    Sponsor's reason: “No “money””", id="quote"),
        pytest.param(b.a_phrase(origin_note="set by the registry"), "    (set by the registry)", id="origin"),
        pytest.param(b.a_phrase(items=tuple("abcdefghij")), "    · h\n    · and 2 more", id="items"),
        pytest.param(b.a_phrase("Inclusion", heading="Inclusion"), "  Inclusion\n    ~ one → two\n", id="heading"),
        pytest.param(
            b.a_phrase(heading="Exclusion", verb=Verb.MOVED, was="Inclusion", now="Pregnancy"),
            "  Exclusion\n    ~ Pregnancy (moved from Inclusion)",
            id="moved",
        ),
        pytest.param(
            b.a_phrase(was="long " * 20, now="other " * 20, heading="Inclusion"), "    ~ was  long long", id="stacked"
        ),
        pytest.param(
            b.a_phrase(
                marks=(
                    Mark(MarkKind.REMOVED, "Men "),
                    Mark(MarkKind.SAME, "of "),
                    Mark(MarkKind.REMOVED, "18"),
                    Mark(MarkKind.ADDED, "21"),
                    Mark(MarkKind.SAME, "+ years"),
                    Mark(MarkKind.ADDED, " and more"),
                    Mark(MarkKind.REMOVED, " "),
                )
            ),
            "Status              [− Men] of [18 → 21]+ years [+ and more]",
            id="marks",
        ),
    ],
)
def test_line_in_plain_text(phrase, shown):
    assert shown in mail(b.a_digest((b.a_story(lines=(phrase,)),))).text


def test_reworded_criterion_is_marked_in_html_and_slack():
    digest = b.a_digest((b.opened(),))
    html = mail(digest).html or ""
    assert re.search(r"<del [^>]*>histological</del> <ins [^>]*>pathological</ins>", html)
    assert "reworded:" in html
    lines = str(composed(digest, Medium.SLACK)[0].slack)
    assert "~histological~" in lines
    assert "*pathological*" in lines


def test_lines_of_one_heading_stand_together():
    text = mail(b.a_digest((b.opened(),))).text
    assert text.count("  Inclusion\n") == 1
    assert text.index("Life expectancy") < text.index("  Exclusion\n")


def test_html_is_made_for_phones_dark_screens_readers_and_print():
    html = mail(b.a_digest()).html or ""
    for wanted in (
        '<html lang="en"',
        'name="viewport"',
        'name="color-scheme" content="light dark"',
        "prefers-color-scheme: dark",
        "max-width: 480px",
        "@media print",
        '<th scope="row"',
        "<h1",
        "<h2",
        "<h3",
    ):
        assert wanted in html
    assert "<img" not in html
    assert "http://" not in html
    assert html.count('<table role="presentation"') + html.count('<table class="what"') == html.count("<table ")


def test_links_lead_to_the_record_and_its_history():
    html = mail(b.a_digest((b.a_story(),))).html or ""
    assert set(re.findall(r'href="([^"]+)"', html)) == {
        "https://clinicaltrials.gov/study/NCT99000001",
        "https://clinicaltrials.gov/study/NCT99000001?tab=history",
    }


@pytest.mark.parametrize("count", [30, 500])
def test_long_digest_stays_below_what_gmail_clips_and_counts_every_trial(count):
    message = mail(b.a_digest(b.many(count)))
    html = message.html or ""
    assert len(html.encode()) <= MAX_HTML
    full = html.count("History on ClinicalTrials.gov")
    brief = min(count - full, MOST_BRIEF)
    for shown in (html, message.text):
        assert f"{brief} more trials, in brief" in shown.replace("MORE TRIALS", "more trials")
        left = re.search(r"And (\d+) more trials, not shown here", shown)
        assert full + brief + (int(left[1]) if left else 0) == count
    assert message.text.count("History: https") == full


def test_story_too_long_for_any_mail_is_told_in_brief():
    phrase = b.a_phrase(heading="Inclusion", marks=tuple(Mark(MarkKind.ADDED, "ü " * 250) for _ in range(9)))
    message = mail(b.a_digest((b.a_story(lines=(phrase,) * 24),)))
    assert "1 more trial, in brief" in (message.html or "")


def test_text_of_the_top_lists_twelve_trials_and_counts_the_others():
    top = mail(b.a_digest(b.many(30))).text.split("---")[0]
    assert top.count("NCT99") == 12
    assert "and 18 more trials below" in top


def test_welcome_names_every_trial_and_reports_nothing():
    message = mail(b.a_welcome(7))
    assert message.subject == "Now watching 7 trials for you"
    text = flat(message.text)
    assert "Now watching 7 trials for you. Nothing is reported for what was already there." in text
    assert len(set(re.findall(r"NCT\d+", message.text))) == 7
    assert "2 recruiting" in text


def test_welcome_to_a_single_or_to_no_trial_is_grammatical():
    assert mail(b.a_welcome(1)).subject == "Now watching 1 trial for you"
    assert mail(b.a_welcome(0)).subject == "Now watching 0 trials for you"


@pytest.mark.parametrize("medium", [Medium.EMAIL, Medium.SLACK, Medium.TEXT])
def test_welcome_to_a_thousand_trials_names_ten_and_counts_the_others(medium):
    (message,) = composed(b.a_welcome(1000), medium)
    assert "And 990 more trials." in message.text
    assert len(set(re.findall(r"NCT\d{8}", message.text))) == 10
    assert len(message.text) < 2_000
    assert len((message.html or "").encode()) <= MAX_HTML // 4


def test_welcome_to_a_thousand_trials_brings_all_of_them_in_a_file():
    message = mail(b.a_welcome(1000))
    (file,) = message.attachments
    rows = list(csv.DictReader(io.StringIO(file.content.removeprefix("\ufeff"))))
    assert file.name == "trials.csv"
    assert [row["Trial"] for row in rows] == [trial.nct_id for trial in b.a_welcome(1000).trials]
    assert all(
        "The attached trials.csv lists all of them." in flat(text) for text in (message.text, message.html or "")
    )


def test_welcome_leads_to_the_pages_that_list_all_instead_of_a_file():
    message = mail(b.a_welcome(1000, reader=b.a_reader(pages="https://trials.example.org/site")))
    assert not message.attachments
    assert "All of them: https://trials.example.org/site/" in flat(message.text)
    assert 'href="https://trials.example.org/site/"' in (message.html or "")


@pytest.mark.parametrize("count", [1, 15])
def test_welcome_to_a_few_trials_names_each_and_needs_no_file(count):
    message = mail(b.a_welcome(count))
    assert len(set(re.findall(r"NCT\d{8}", message.text))) == count
    assert not message.attachments
    assert "those that recruit first" not in message.text


def test_welcome_to_many_names_those_that_recruit_before_the_others():
    base = b.a_welcome(1000)
    closed = [replace(trial, status="Completed") for trial in base.trials]
    last = [*closed[:-2], replace(closed[-2], status="Not yet recruiting"), replace(closed[-1], status="Recruiting")]
    message = mail(replace(base, trials=tuple(last)))
    assert "10 of them, those that recruit first:" in message.text
    named = list(dict.fromkeys(re.findall(r"NCT\d{8}", message.text)))
    assert named == [last[place].nct_id for place in (-1, -2, *range(8))]


def test_the_footer_explains_the_levels_and_leads_to_the_pages_where_there_are_any():
    alone, paged = mail(b.a_welcome(1)), mail(b.a_welcome(1, reader=b.a_reader(pages="https://trials.example.org/s")))
    for message in (alone, paged):
        assert "critical is worth an interruption, major stands at the top" in flat(message.text)
        assert "docs/" not in message.text
    link = "https://trials.example.org/s/index.html#levels"
    assert f"More on levels: {link}" in flat(paged.text)
    assert f'href="{link}"' in (paged.html or "")
    assert "More on levels" not in alone.text


@pytest.mark.parametrize("pages", [None, "https://trials.example.org"])
@pytest.mark.parametrize("medium", [Medium.EMAIL, Medium.SLACK])
def test_each_story_leads_to_the_page_of_its_trial_when_that_has_an_address(medium, pages):
    (message,) = composed(b.a_digest(reader=b.a_reader(pages=pages)), medium)
    told = (message.html or "") + message.text + json.dumps(message.slack)
    for story in b.four():
        assert (f"https://trials.example.org/trials/{story.nct_id}.html" in told) == (pages is not None)
    assert ("page" in message.text) == (pages is not None)


@pytest.mark.parametrize("count", [4, 80])
def test_each_row_of_the_summary_leads_down_to_its_story(count):
    html = mail(b.a_digest(b.four() if count == 4 else b.many(count))).html or ""
    leads = re.findall(r'href="#(NCT\d{8})"', html)
    assert len(leads) == min(count, MOST_LISTED)
    for nct_id in leads:
        assert html.count(f'id="{nct_id}"') == html.count(f'<a name="{nct_id}">') == 1


def test_text_gives_link_and_full_title_of_every_trial():
    title = "A Study of the Word " + "and the Other Word " * 12 + "in Adults"
    text = mail(b.a_digest(tuple(replace(story, title=f"{title} {story.nct_id}") for story in b.many(40)))).text
    for story in b.many(40):
        assert f"{title} {story.nct_id}" in flat(text)
        assert f"https://clinicaltrials.gov/study/{story.nct_id}\n" in text


@pytest.mark.parametrize(
    ("reading", "said"),
    [
        pytest.param(b.a_reading(), "All were read on 13 Mar 2026; the registry's data is of that day.", id="all"),
        pytest.param(b.a_reading(read=40), "40 were read on 13 Mar 2026;", id="some"),
        pytest.param(b.a_reading(watched=1, read=1), "in your trial this week. It was read on 13 Mar 2026", id="one"),
        pytest.param(b.a_reading(data_version="2026-03-12"), "the registry's data is of 12 Mar 2026.", id="older data"),
        pytest.param(b.a_reading(read_at=None, data_version=None), "in your 41 trials this week.", id="never read"),
    ],
)
def test_heartbeat_says_what_was_read(reading, said):
    assert said in flat(mail(b.a_heartbeat(reading=reading)).text)


@pytest.mark.parametrize(
    ("waiting", "said"),
    [
        (0, ""),
        (1, " in a way you hear of at once … 1 more changed and waits for your next digest."),
        (3, " in a way you hear of at once … 3 more changed and wait for your next digest."),
    ],
)
def test_digest_that_does_not_tell_all_that_changed_says_so(waiting, said):
    digest = b.a_digest()
    told = len(digest.stories)
    reading = replace(digest.reading, watched=40, read=40, unchanged=40 - told - waiting, below_trials=0)
    text = flat(mail(replace(digest, reading=reading)).text)
    first, _, last = said.partition(" … ")
    assert text.startswith(f"{told} of your 40 trials changed{first}, in registry data of ")
    assert ("for your next digest" in text) is (waiting > 0)
    assert last in text


def test_notice_says_what_fails_since_when_for_whom_and_what_to_do():
    message = mail(b.a_notice())
    assert message.subject == "Failing: ClinicalTrials.gov, since Fri 13 Mar 2026 06:10"
    text = flat(message.text)
    for said in ("answers 403", "Fri 13 Mar 2026 06:10", "Nothing is lost", "watcher doctor", "watcher status"):
        assert said in text
        assert said in (message.html or "")
    assert "You will hear again when it is over." in text


def test_recovery_says_from_when_to_when():
    message = mail(NOTIFICATIONS["recovery"])
    assert message.subject == "ClinicalTrials.gov answers again, after failing since Fri 13 Mar 2026 06:10"
    assert "  From                Fri 13 Mar 2026 06:10\n  To                  Fri 13 Mar 2026 07:30" in message.text
    assert "What to do" not in message.text
    assert "hear again" not in message.text


def test_notice_of_what_has_no_end_promises_none():
    message = mail(b.a_notice(since=None, title="Reformatted by the registry"))
    assert message.subject == "Reformatted by the registry"
    assert "Since" not in message.text
    assert "hear again" not in message.text + (message.html or "")


def test_test_message_says_that_it_is_one():
    for message in (*composed(b.a_sample()), *composed(b.a_sample(), Medium.SLACK)):
        assert message.subject.startswith("TEST: ")
        assert "This is a test. The trial below is invented; nothing happened." in flat(message.text)
        assert "Source: ClinicalTrials.gov" not in message.text


def test_only_the_folder_channel_carries_the_data():
    assert mail(b.a_digest()).data is None
    assert composed(b.a_digest(), Medium.FOLDER)[0].data == ({"nct_id": "NCT99000001"},)


def test_message_survives_the_outbox():
    for medium in Medium:
        for message in composed(b.a_digest(), medium):
            assert Message.from_json(message.to_json()).to_json() == message.to_json()


def test_span_of_data_says_shared_parts_once():
    spans = {
        ("2026-02-25", "2026-03-13"): "25 Feb – 13 Mar 2026",
        ("2026-03-02", "2026-03-13"): "2 – 13 Mar 2026",
        ("2025-12-30", "2026-03-13"): "30 Dec 2025 – 13 Mar 2026",
        ("2026-03-13", "2026-03-13"): "13 Mar 2026",
        (None, "2026-03-13"): "13 Mar 2026",
    }
    for (since, version), said in spans.items():
        text = mail(b.a_digest(reading=b.a_reading(data_since=since, data_version=version))).text
        assert f"changed, in registry data of {said}." in text
    nothing = mail(b.a_digest(reading=b.a_reading(data_since=None, data_version=None))).text
    assert nothing.startswith("4 of your 41 trials changed.\n")


def test_times_are_the_readers():
    reader = b.a_reader(zone=UTC)
    assert "Next digest Mon 16 Mar 06:30." in mail(b.a_digest(reader=reader)).text


def test_slack_tells_what_fits_into_three_messages_and_names_the_rest():
    messages = composed(b.a_digest(b.many(500)), Medium.SLACK)
    assert [(message.part, message.parts) for message in messages] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert len({message.message_id for message in messages}) == 4
    text = "".join(message.text for message in messages)
    told, named = re.split(r"And \d+ more trials, not shown here for length: ", text)
    (left,) = re.findall(r"And (\d+) more trials, not shown here for length: (\d+) critical, (\d+) major", text)
    assert len(set(re.findall(r"NCT\d+", told))) + int(left[0]) == 500
    assert len(set(re.findall(r"NCT\d+", named))) == int(left[0])
    assert int(left[1]) + int(left[2]) == int(left[0])


def test_slack_tells_one_story_without_small_print():
    (message,) = composed(b.a_digest((b.a_story(),)), Medium.SLACK)
    assert message.text.splitlines()[2] == "*Now recruiting since 2 Mar 2026, posted 11 days later*"
    assert "*Status*  Not yet recruiting → Recruiting" in message.text
    assert message.html is None


def test_broken_override_leaves_the_message_as_built_in_and_says_so(tmp_path):
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "digest.body.txt.j2").write_text("{{ digets.lead }}")
    found = compose(
        b.a_digest(),
        channel="email",
        medium=Medium.EMAIL,
        domain="example.org",
        store_id="",
        templates=b.templates(tmp_path),
    )
    assert found.messages == composed(b.a_digest())
    (note,) = found.notes
    assert note.template == "email/digest.body.txt.j2"
    assert "'digets' is undefined" in note.problem


def test_working_override_is_used_without_a_note(tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "lead.digest.txt.j2").write_text("Dear {{ reader.name }}, {{ digest.total }} changed.")
    found = compose(
        b.a_digest(),
        channel="email",
        medium=Medium.EMAIL,
        domain="example.org",
        store_id="",
        templates=b.templates(tmp_path),
    )
    assert found.notes == ()
    assert found.messages[0].text.startswith("Dear ana, 4 changed.")
    assert "Dear ana, 4 changed." in (found.messages[0].html or "")


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_colour_of_text_is_readable_in_light_and_dark():
    html = mail(b.a_digest()).html or ""
    style, body = html.split("</style>")
    dark = style.split("prefers-color-scheme: dark")[1].split("@media print")[0]
    for on_own_ground in re.findall(r"background: ?(#\w{6})[^;]*; ?color: ?(#\w{6})", dark + body):
        assert contrast(*on_own_ground) >= 4.5
    plain_body = re.sub(r"<(ins|del) [^>]*background[^>]*>", "", body)
    for colour in set(re.findall(r"[; \"]color:(#\w{6})", plain_body)):
        assert min(contrast(colour, ground) for ground in ("#ffffff", "#f2f4f6")) >= 4.5
    plain_dark = re.sub(r"(ins|del) \{[^}]*\}", "", dark)
    for colour in set(re.findall(r"[{ ]color: (#\w{6})", plain_dark)):
        assert min(contrast(colour, ground) for ground in ("#1a1f26", "#0f1216")) >= 4.5
    assert len(set(re.findall(r"[{ ]color: (#\w{6})", plain_dark))) >= 6


def test_sites_are_told_by_name_and_place():
    site = b.a_phrase(
        "Sites", kind="site.closed", was="Recruiting", now="Completed", sentence="Site closed in Spain: Hospital, Vigo"
    )
    text = mail(b.a_digest((b.a_story(lines=(site,)),))).text
    assert "Site closed in Spain: Hospital, Vigo." in text
    assert "Recruiting → Completed" not in text


def test_results_are_told_by_their_sentence_until_a_value_changes():
    came = b.a_phrase("Results", kind="results.posted", was=None, now="posted", sentence="Results were posted")
    shift = b.a_phrase("Deaths", kind="results.deaths", was="3", now="4", sentence="Deaths now 4, before 3")
    text = flat(mail(b.a_digest((b.a_story(lines=(came, shift)),))).text)
    assert "Results Were posted." in text
    assert "Deaths 3 → 4" in text


def test_countries_that_went_together_stand_on_one_line():
    def country(name: str, verb: Verb) -> Phrase:
        was, now = (name, None) if verb is Verb.REMOVED else (None, name)
        return b.a_phrase("Countries", kind=f"country.{verb.value}", verb=verb, was=was, now=now)

    lines = (country("Greece", Verb.REMOVED), country("Mexico", Verb.REMOVED), country("Spain", Verb.ADDED))
    text = flat(mail(b.a_digest((b.a_story(lines=lines),))).text)
    assert "Countries − Greece; Mexico Countries + Spain" in text


@pytest.mark.parametrize(
    ("headline", "tag", "shown"),
    [
        ("Arm “Veridoxan (12 mg/kg)” changed", "Arm changed", "ARM “Veridoxan (12 mg/kg)” changed"),
        ("2 sites closed, 1 added", "Sites changed", "2 SITES CLOSED, 1 added"),
        ("43 sites removed, 7 added", "43 sites removed", "43 SITES REMOVED, 7 added"),
        ("Status unknown (was Recruiting)", "Status unknown", "STATUS UNKNOWN (was Recruiting)"),
    ],
)
def test_capitals_open_a_headline_in_text_and_never_reach_a_name(headline, tag, shown):
    text = mail(b.a_digest((b.a_story(headline=headline, tag=tag),))).text
    assert shown in text.splitlines()


def test_sites_that_opened_closed_and_came_stand_under_one_heading():
    rows = (
        ("site.closed", Verb.CHANGED, "Recruiting", "Completed", "Site no longer recruiting in Spain: Clinic, Lugo."),
        ("site.removed", Verb.REMOVED, None, None, "Site removed in Spain: Clinic, Vigo."),
        ("site.added", Verb.ADDED, None, None, "Site added in Spain: Clinic, Jaca."),
    )
    phrases = tuple(
        b.a_phrase("Sites", kind=kind, verb=verb, was=was, now=now, sentence=sentence)
        for kind, verb, was, now, sentence in rows
    )
    text = mail(b.a_digest((b.a_story(lines=phrases),))).text
    assert [line.strip() for line in text.splitlines()].count("Sites") == 1
    assert "    ~ Site no longer recruiting in Spain: Clinic, Lugo." in text.splitlines()
    assert "    − Site removed in Spain: Clinic, Vigo." in text.splitlines()


@pytest.mark.parametrize(
    ("unchanged", "reverified", "small_print", "words"),
    [
        (37, 0, 0, "37 unchanged."),
        (37, 2, 0, "37 unchanged, 2 of them re-verified without change."),
        (37, 0, 1, "37 unchanged, 1 of them different in small print alone."),
        (37, 2, 1, "37 unchanged, 2 of them re-verified without change, 1 of them different in small print alone."),
        (1, 1, 0, "1 unchanged, re-verified without other news."),
        (1, 0, 1, "1 unchanged but for small print."),
    ],
)
def test_a_footer_says_how_much_of_the_unchanged_is_so_to_the_letter(unchanged, reverified, small_print, words):
    reading = b.a_reading(unchanged=unchanged, reverified=reverified, small_print=small_print)
    assert words in flat(mail(b.a_digest(reading=reading)).text)
