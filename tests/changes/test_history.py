"""Earlier versions are read only where they can be spoken of."""

import pytest
from hypothesis import given

from tests.changes.builders import a_record, field, put
from tests.changes.mutation import mutated
from watcher.changes.compare import compare_records
from watcher.changes.history import history_of, needs_history
from watcher.changes.meaning.evidence import History

STATUS = field("statusModule", "overallStatus")
PRIMARY = (*field("statusModule", "primaryCompletionDateStruct"), "date")
COMPLETION = (*field("statusModule", "completionDateStruct"), "date")
COUNT = (*field("designModule", "enrollmentInfo"), "count")
SEEN = "2024-05-06"


@pytest.mark.parametrize(
    ("path", "value"), [(STATUS, "SUSPENDED"), (PRIMARY, "2031-01"), (COMPLETION, "2032-01"), (COUNT, 7)]
)
def test_tracked_value_that_differs_asks_for_earlier_versions(path, value):
    assert needs_history(a_record(), put(a_record(), path, value))
    assert needs_history(put(a_record(), path, value), a_record())


@given(mutated())
def test_earlier_versions_say_nothing_where_no_tracked_value_differs(new):
    old = a_record()
    earlier = [put(put(old, STATUS, "SUSPENDED"), PRIMARY, "2020-01"), put(old, COUNT, 3), old]
    told = compare_records(old, new, history=history_of(earlier, first_seen_on=SEEN))
    untold = compare_records(old, new, history=History(first_seen_on=SEEN))
    assert needs_history(old, new) or told == untold
