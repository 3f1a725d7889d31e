"""Outcomes: fields, which is which, what changed in them, and words."""
