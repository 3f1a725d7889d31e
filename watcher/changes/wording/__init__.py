"""Changes in words for people: one module per family of kinds, plain text, escaped by nobody yet."""
