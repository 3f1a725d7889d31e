"""Carries finished messages to their providers; one module a channel, one contract, one error.

Does not render, does not decide, does not retry. Imports nothing here.
"""
