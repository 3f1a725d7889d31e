"""One page that stands alone: what changed between two records of one trial, for `compare --html`.

Tells the comparison as a timeline does; knows no store and writes no file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from watcher.changes.model import Comparison, Record
from watcher.changes.story import context_of
from watcher.changes.wording import values
from watcher.pages.page_model import Step
from watcher.pages.trial_timeline import chapter_of
from watcher.rendering.escape import plain
from watcher.study.names import short_name as short_name_of
from watcher.study.record_model import Identification, module_of


def compared_page(
    comparison: Comparison,
    record: Record,
    *,
    story: str,
    at: datetime,
    render: Callable[[str, Mapping[str, object]], str],
) -> str:
    """Make the page.

    Args:
        comparison: What changed.
        record: The newer record.
        story: The one line that carries the most important fact, as `compare --json` gives it.
        at: Aware time of making; it is not shown.
        render: Renders a template by name.

    Returns:
        HTML with its styles inside, for light and dark, screen and print. Nothing is left out: long texts, long lists
        of criteria and noise are folded.
    """
    step = Step(
        nct_id=comparison.nct_id,
        seq=0,
        seen_at=at,
        data_version=comparison.newer.data_version,
        posted=comparison.newer.last_update_posted,
        is_baseline=False,
        comparison=comparison,
        record=record,
    )
    context = {
        "chapter": chapter_of(step, short_name_of(record), is_whole=True),
        "headline": plain(story),
        "title": plain(values.plain(module_of(record, Identification).brief_title)),
        "context": tuple(plain(piece) for piece in context_of(record)),
        "span": _span(comparison),
    }
    return render("pages/compare.html.j2", context)


def _span(comparison: Comparison) -> str:
    older, newer = comparison.older.data_version, comparison.newer.data_version
    if older is None or newer is None:
        return ""
    return f"Registry data of {values.date(older)} compared with that of {values.date(newer)}."
