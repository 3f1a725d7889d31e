"""Watches clinical trials on ClinicalTrials.gov and tells each person, once and in plain words, what changed.

Holds the version and nothing else; the rooms of the house are described in each package's docstring.
"""

__version__ = "0.2.0"
