"""Delivers finished messages to providers: one module per channel, one contract, one error.

Does not render, decide or retry.
"""
