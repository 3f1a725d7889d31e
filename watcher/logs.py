"""Structured logging: set-up and redaction.

To be filled by the issue at hand; holds no state.
"""
