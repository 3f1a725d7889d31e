"""The form of an NCT id, decided in one place."""

from __future__ import annotations

import re

NCT_ID = re.compile(r"NCT(?!0{8})\d{8}", re.ASCII)


def is_nct_id(text: str) -> bool:
    r"""Return True if a text is an NCT id: `NCT` and eight digits, not all zero.

    The registry also accepts lower case and short ids. We do not: one malformed id spoils a whole batch, and two
    spellings of one trial would be two trials here.

    Source: https://clinicaltrials.gov/api/oas/v2, pattern `^[Nn][Cc][Tt]0*[1-9]\d{0,7}$` of `nctId`.
    """
    return NCT_ID.fullmatch(text) is not None
