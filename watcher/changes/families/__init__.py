"""The families of changes: for each its fields of the record, how its changes are detected, and their words."""
