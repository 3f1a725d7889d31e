"""Stories of trials that do not exist, as the other rooms would tell them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from watcher.changes.model import Mark, MarkKind, Phrase, Severity, Story, Verb
from watcher.config.config_model import Least
from watcher.digests.model import Addressee, Digest, Heartbeat, Notice, ReadCounts, Sample, Welcome, WelcomedTrial
from watcher.rendering.environment import Templates, builtin_templates

AT = datetime(2026, 3, 13, 6, 30, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


def a_phrase(label: str = "Status", **values: Any) -> Phrase:
    base = Phrase(
        kind="field.changed",
        severity=Severity.MAJOR,
        verb=Verb.CHANGED,
        label=label,
        sentence=f"{label} changed",
        was="one",
        now="two",
    )
    return replace(base, **values)


def a_story(number: int = 1, **values: Any) -> Story:
    base = Story(
        nct_id=f"NCT99{number:06}",
        short_name=f"Novatine {number}, chronic back pain",
        title=f"Novatine in Adults With Chronic Back Pain After Spinal Surgery: a Randomized Trial, Part {number}",
        context=("Phase 2", "Harbour Therapeutics"),
        severity=Severity.MAJOR,
        tag="Now recruiting",
        headline="Now recruiting since 2 Mar 2026, posted 11 days later",
        when="posted 13 Mar 2026",
        lines=(a_phrase(was="Not yet recruiting", now="Recruiting", kind="status.opened"),),
        minor=(),
    )
    return replace(base, **values)


def terminated() -> Story:
    return a_story(
        1,
        short_name="Norvelumab ± tisotinib, solid tumours",
        title="Norvelumab Alone and in Combination With Tisotinib in Participants With Advanced Solid Tumours",
        context=("Phase 1", "Harbour Therapeutics"),
        severity=Severity.CRITICAL,
        tag="Terminated",
        headline="Terminated with 99 of 263 planned participants (38 %)",
        lines=(
            a_phrase(
                kind="status.stopped",
                was="Active, not recruiting",
                now="Terminated",
                quote="The sponsor ended the programme for business reasons; no new safety signal was seen in any "
                "cohort of the norvelumab programme.",
            ),
            a_phrase("Enrollment", kind="enrollment.final", was="263 planned", now="99 actual"),
            a_phrase(
                "Primary completion",
                kind="date.primary.actual",
                was="31 Mar 2027 planned",
                now="27 Jan 2026 actual",
                note="14 months earlier",
            ),
            a_phrase(
                "Study completion",
                kind="date.completion.actual",
                was=None,
                now=None,
                sentence="Study completion moved by the same dates",
            ),
        ),
        minor=(
            a_phrase(
                "Organisation",
                severity=Severity.MINOR,
                sentence="Organisation renamed: Harbour Bio → Harbour Therapeutics",
            ),
        ),
        below=4,
    )


def target_cut() -> Story:
    return a_story(
        2,
        short_name="AZ-2936, HPV head and neck",
        title="A Study of AZ-2936 Guided by Minimal Residual Disease in HPV-Positive Head and Neck Cancer",
        context=("Phase 2", "Lakeside Cancer Center"),
        severity=Severity.CRITICAL,
        tag="Cut to 102 participants",
        headline="Target cut from 200 to 102 (−49 %), primary completion 14 months later",
        steps=3,
        step_note="in 3 updates since 2 Feb 2026",
        lines=(
            a_phrase("Enrollment", kind="enrollment.target", was="200 planned", now="102 planned", note="−49 %"),
            a_phrase(
                "Primary completion",
                kind="date.primary.slip",
                was="30 Jun 2027 planned",
                now="31 Aug 2028 planned",
                note="14 months later; third delay, +611 days since Feb 2026",
            ),
            a_phrase(
                "Arms",
                kind="arm.removed",
                was="MRD positive cohort, arm A (treatment); MRD positive cohort, arm B (observation); MRD negative",
                now="MRD positive and/or radiological or clinical progression cohort; MRD negative",
                note="3 → 2",
            ),
            a_phrase(
                "Collaborator", kind="sponsor.collaborator", verb=Verb.ADDED, was=None, now="Personal Genomics Inc."
            ),
            a_phrase(
                "Sites",
                kind="site.added",
                verb=Verb.ADDED,
                was=None,
                now=None,
                sentence="43 sites added in 9 countries, the first ones in Spain and Japan",
            ),
        ),
        minor=(
            a_phrase("Study title", sentence="Study title reworded"),
            a_phrase("Official title", sentence="Official title reworded"),
            a_phrase("Secondary outcome", sentence="Secondary outcome added: “Time to second progression”"),
            a_phrase("Contact", sentence="Central contact replaced"),
            a_phrase("Keyword", sentence="Keyword added: “ctDNA”"),
            a_phrase("Keyword", sentence="Keyword removed: “HPV16”"),
        ),
    )


def opened() -> Story:
    return a_story(
        3,
        short_name="LM-8, pancreatic cancer",
        title="LM-8 With Gemcitabine in Untreated Pancreatic Cancer",
        context=("Phase 1/2", "Lantern Medicines"),
        headline="Now recruiting since 11 Apr 2025, posted 333 days later",
        when="posted 10 Mar 2026",
        lines=(
            a_phrase(was="Not yet recruiting", now="Recruiting", kind="status.opened"),
            a_phrase(
                "Inclusion criterion",
                kind="eligibility.criterion.changed",
                heading="Inclusion",
                was=None,
                now=None,
                marks=(
                    Mark(MarkKind.SAME, "Patients with a "),
                    Mark(MarkKind.REMOVED, "histological "),
                    Mark(MarkKind.ADDED, "pathological "),
                    Mark(MarkKind.SAME, "diagnosis of "),
                    Mark(MarkKind.ADDED, "pancreatic cancer (ductal adenocarcinoma or adenocarcinoma) "),
                    Mark(MarkKind.GAP, "…"),
                    Mark(MarkKind.SAME, " advanced or metastatic disease of at least "),
                    Mark(MarkKind.REMOVED, "10"),
                    Mark(MarkKind.ADDED, "20"),
                    Mark(MarkKind.SAME, " mm"),
                ),
            ),
            a_phrase(
                "Exclusion criterion",
                kind="eligibility.criterion.added",
                heading="Exclusion",
                verb=Verb.ADDED,
                was=None,
                now="Known hypersensitivity to gemcitabine, or a severe infection within the last four weeks that "
                "needed treatment in hospital",
            ),
            a_phrase(
                "Inclusion criterion",
                kind="eligibility.criterion.removed",
                heading="Inclusion",
                verb=Verb.REMOVED,
                was="Life expectancy of at least 12 weeks",
                now=None,
            ),
            a_phrase("Maximum age", kind="eligibility.age", was="75 years", now="no limit", note="widened"),
        ),
    )


def unknown() -> Story:
    return a_story(
        4,
        short_name="Co-inhibitory receptors in preeclampsia",
        title="Co-inhibitory Receptors in Preeclampsia",
        context=("Observational", "City University Hospital"),
        tag="Status unknown",
        headline="Status unknown: no verification since Feb 2024",
        when="in the registry's data of 2 Mar 2026",
        lines=(
            a_phrase(
                kind="status.unknown",
                was="Not yet recruiting",
                now="Unknown",
                origin_note="set by the registry, not by the sponsor",
            ),
        ),
    )


def four() -> tuple[Story, ...]:
    return (unknown(), target_cut(), opened(), terminated())


def many(count: int) -> tuple[Story, ...]:
    kinds = (terminated(), target_cut(), opened(), unknown(), a_story())
    return tuple(
        replace(
            kinds[number % len(kinds)],
            nct_id=f"NCT99{number:06}",
            short_name=f"{kinds[number % len(kinds)].short_name} {number}",
        )
        for number in range(1, count + 1)
    )


def a_reader(**values: Any) -> Addressee:
    base = Addressee(
        name="ana",
        zone=PARIS,
        least=Least.MINOR,
        watches=("back pain",),
        stop="trials@example.org",
        next_digest=datetime(2026, 3, 16, 6, 30, tzinfo=UTC),
    )
    return replace(base, **values)


def a_reading(**values: Any) -> ReadCounts:
    base = ReadCounts(
        watched=41,
        read=41,
        unchanged=37,
        reverified=2,
        read_at=AT,
        data_version="2026-03-13",
        data_since="2026-02-25",
    )
    return replace(base, **values)


def a_digest(stories: tuple[Story, ...] | None = None, **values: Any) -> Digest:
    base = Digest(
        reader=a_reader(),
        reading=a_reading(),
        stories=four() if stories is None else stories,
        key="2026-03-13T06:30:00Z",
        at=AT,
        data=({"nct_id": "NCT99000001"},),
    )
    return replace(base, **values)


def a_welcome(count: int = 41, **values: Any) -> Welcome:
    statuses = ("Recruiting", "Not yet recruiting", "Active, not recruiting", "Recruiting", "Completed", None)
    names = (
        "Norvelumab ± tisotinib, solid tumours",
        "AZ-2936, HPV head and neck",
        "Infiltration of the erector spinae fascia, chronic low back pain",
    )
    base = Welcome(
        reader=a_reader(),
        reading=a_reading(watched=count, read=count, unchanged=0, reverified=0, data_since=None),
        trials=tuple(
            WelcomedTrial(nct_id=f"NCT99{n:06}", short_name=names[n % 3], status=statuses[n % 6])
            for n in range(1, count + 1)
        ),
        key="welcome",
        at=AT,
    )
    return replace(base, **values)


def a_heartbeat(**values: Any) -> Heartbeat:
    base = Heartbeat(
        reader=a_reader(), reading=a_reading(unchanged=41), period="this week", key="2026-03-13T06:30:00Z", at=AT
    )
    return replace(base, **values)


def a_notice(**values: Any) -> Notice:
    base = Notice(
        reader=a_reader(name="ops"),
        part="ClinicalTrials.gov",
        title="Failing: ClinicalTrials.gov",
        what="ClinicalTrials.gov answers 403 (refused) to every request.",
        since=datetime(2026, 3, 13, 5, 10, tzinfo=UTC),
        meaning="Nothing is lost, but no trial is read until the registry answers. Recipients get no news of their "
        "trials meanwhile and are not told about this.",
        advice="Run `watcher doctor` on the machine: it tries each way to the registry and says which passes. The "
        "usual causes are a changed firewall rule, a proxy, or an address range of a data centre.",
        more="Run `watcher status` where the watcher runs.",
        key="registry:told:2026-03-13",
        at=AT,
    )
    return replace(base, **values)


def a_recovery() -> Notice:
    return a_notice(
        is_over=True,
        title="ClinicalTrials.gov answers again, after failing",
        what="ClinicalTrials.gov answers again. What it was: it answered 403 (refused) to every request.",
        meaning="Changes that were made meanwhile are reported now, to each recipient at their usual time.",
        advice="",
        more="",
    )


def a_sample() -> Sample:
    return Sample(reader=a_reader(), key="2026-03-13T06:30:00Z", at=AT)


@cache
def templates(overrides: Path | None = None) -> Templates:
    return Templates(builtin_templates(), overrides, clock=lambda: 0.0)
