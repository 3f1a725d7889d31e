"""What the watcher costs: a poll, a comparison, a thousand mails, a day of doing nothing.

Each is measured beside the least any program could do and beside the obvious way to do it, in one run on one machine.
Prints, asserts nothing: `python -m benchmarks`, or one part of it with `poll`, `compare`, `smtp` or `rest`.
"""
