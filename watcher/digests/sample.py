"""An invented story for `send-test`: shows what a digest looks like, and says that it is a test."""

from __future__ import annotations

from watcher.changes.model import Mark, MarkKind, Phrase, Severity, Story, Verb

BANNER = "This is a test. The trial below is invented; nothing happened."


def sample_story() -> Story:
    """Return the story of a trial that does not exist (the registry issues no ids above NCT99)."""
    return Story(
        nct_id="NCT99000000",
        short_name="Invented tablet, invented condition",
        title="An Invented Trial That Shows What a Message of the Trial Watcher Looks Like",
        context=("Phase 2", "Nobody"),
        severity=Severity.CRITICAL,
        tag="Suspended",
        headline="Suspended with 12 of 60 planned participants (20 %)",
        when="never posted",
        lines=(
            Phrase(
                kind="status.stopped",
                severity=Severity.CRITICAL,
                verb=Verb.CHANGED,
                label="Status",
                was="Recruiting",
                now="Suspended",
                quote="This is what a sponsor's own reason looks like.",
                sentence="The status changed from Recruiting to Suspended.",
            ),
            Phrase(
                kind="eligibility.criterion.changed",
                severity=Severity.MAJOR,
                verb=Verb.CHANGED,
                label="Inclusion criterion",
                heading="Inclusion",
                marks=(
                    Mark(MarkKind.SAME, "Adults of at least "),
                    Mark(MarkKind.REMOVED, "18"),
                    Mark(MarkKind.ADDED, "21"),
                    Mark(MarkKind.SAME, " years"),
                ),
                sentence="One inclusion criterion was reworded.",
            ),
        ),
        minor=(),
    )
