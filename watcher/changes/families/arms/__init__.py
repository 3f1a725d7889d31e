"""Arms and interventions: fields, which is which, what changed in them, and words."""
