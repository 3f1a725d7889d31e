"""Minor changes are named, each in a few words."""

from typing import Any

from tests.digests import builders as b
from tests.digests.test_compose import flat, mail
from watcher.changes.model import Phrase, Severity, Verb
from watcher.digests.short_labels import short_names


def test_minor_changes_are_named_in_a_few_words_each():
    text = flat(mail(b.a_digest((b.target_cut(),))).text)
    assert "And 6 minor changes: study title reworded; official title reworded; secondary outcome added" in text
    assert "keyword added: “ctDNA”; keyword removed: “HPV16”" in text


def test_minor_change_with_a_long_sentence_is_named_by_label_and_verb():
    head = "Detailed description reworded"
    long = a_minor(label="Detailed description", was=None, now=None, head=head, sentence=f"{head}: " + "word " * 40)
    shift = a_minor(label="Organisation", was="Harbour", now="Lantern", sentence="The organisation that " + "x" * 80)
    added = a_minor(label="Keyword", verb=Verb.ADDED, now="ctDNA", was=None, sentence="A keyword " + "x" * 80)
    assert short_names((long, shift, added)) == (
        ("detailed description reworded", "organisation Harbour → Lantern", "keyword added: ctDNA"),
        0,
    )


def test_many_minor_changes_of_one_kind_are_counted_and_many_kinds_cut():
    keywords = tuple(a_minor(label="Keyword", verb=Verb.ADDED, sentence=f"Keyword added: {n}") for n in range(5))
    others = tuple(a_minor(label=f"Field {n}", sentence=f"Field {n} edited") for n in range(12))
    names, left = short_names((*keywords, *others))
    assert names[0] == "keyword added (5)"
    assert (len(names), left) == (10, 3)
    assert "; and 3 more" in flat(mail(b.a_digest((b.a_story(minor=(*keywords, *others)),))).text)


def a_minor(**values: Any) -> Phrase:
    return b.a_phrase(**{"severity": Severity.MINOR, **values})


def test_minor_change_is_named_by_its_sentence_up_to_the_detail():
    sites, arm, bare = (
        a_minor(label=label, was=None, now=None, head=head, sentence=f"{head}: {details}")
        for label, head, details in (
            ("Sites", "2 sites added in France", "Hôpital, Lyon; " * 9),
            ("Arm", "Arm “Cohort A: observation” reworded", "word " * 30),
            ("Brief summary", "Brief summary", "now " + "word " * 30),
        )
    )
    assert short_names((sites, arm, bare))[0] == (
        "2 sites added in France",
        "arm “Cohort A: observation” reworded",
        "brief summary changed",
    )


def test_names_that_end_in_a_full_stop_keep_it_and_moved_dates_give_both_ends():
    added = a_minor(
        label="Collaborator", verb=Verb.ADDED, was=None, now="Harbour Inc.", sentence="Collaborator added: Harbour Inc."
    )
    start = a_minor(
        kind="date.start.actual",
        label="Start",
        was="30 Nov 2025 planned",
        now="15 Aug 2025 actual",
        sentence="Start is given as actual: 15 Aug 2025 (3 months earlier than the planned 30 Nov 2025).",
    )
    assert short_names((added, start))[0] == (
        "collaborator added: Harbour Inc.",
        "start 30 Nov 2025 planned → 15 Aug 2025 actual",
    )


def test_one_site_keeps_its_name_and_town():
    where = "Site added in China: Harbour University Cancer Center, Guangzhou; already recruiting"
    site = a_minor(kind="site.added", label="Sites", verb=Verb.ADDED, was=None, now=None, sentence=f"{where}.")
    told = where.replace("Site", "site", 1).replace("; ", ", ")  # names are joined by semicolons
    assert short_names((site,))[0] == (told,)
    many = a_minor(
        kind="site.added",
        label="Sites",
        was=None,
        now=None,
        head="2 sites added in France",
        sentence="2 sites added in France: " + "x; " * 40,
    )
    assert short_names((many,))[0] == ("2 sites added in France",)
