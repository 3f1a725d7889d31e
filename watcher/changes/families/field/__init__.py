"""Fields without a kind of their own, told from the catalogue alone: detection and words."""
