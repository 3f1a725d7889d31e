"""Eligibility: fields, how the text is cut into criteria, which is which, what changed in them, and words."""
