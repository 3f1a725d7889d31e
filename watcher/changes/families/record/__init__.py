"""The record as a whole: new, merged, gone, verified anew, rewritten by the registry; fields, detection and words."""
