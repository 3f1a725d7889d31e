"""What changed between two records of one trial, and what it means.

Pure: no I/O, no clock, no randomness, no logging. History, dates and the run's other comparisons come in as values.

The flow is `normalise → pairing → compare → meaning → wording → story`; `fields` is the catalogue that all of
them read. `model` holds the values that cross rooms. Import what you need from the modules; this file imports
nothing, so that a run with no news loads none of it.
"""
