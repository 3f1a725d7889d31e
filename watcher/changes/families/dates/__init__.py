"""Dates of a study: start, primary completion and completion."""
