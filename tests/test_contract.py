"""The delivery contract in the README is word for word what the tests prove."""

import inspect
import re
from pathlib import Path

from tests.pipeline import test_contract as proofs

README = (Path(__file__).parent.parent / "README.md").read_text()


def sentences():
    """Give the sentences of the contract, each in one line."""
    section = README.partition("## What delivery means\n")[2].partition("\n## ")[0]
    return [" ".join(sentence.split()) for sentence in re.findall(r"\S[^.]*\.", section)]


def test_every_sentence_of_the_contract_is_quoted_by_the_test_that_proves_it():
    """In their order: neither changes without the other."""
    tests = [test for name, test in inspect.getmembers(proofs, inspect.isfunction) if name.startswith("test_")]
    tests.sort(key=lambda test: test.__code__.co_firstlineno)
    assert sentences() == [" ".join((test.__doc__ or "").split()) for test in tests]
    assert len(tests) == 4
