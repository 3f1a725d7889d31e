"""Results: fields, what was posted or edited in them, when they are due, and words."""
