"""Searches: what an operator pastes or writes, as parameters of the registry's API v2.

Pure: no network, no files, no clock. Does not ask the registry; this file imports nothing.
"""
