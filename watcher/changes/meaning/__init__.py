"""What edits mean: kinds, levels with the rule that decided, origin. One module per family of the taxonomy."""
