"""The operator's configuration: the TOML file as typed models, and the watchlist files it names.

The only room that knows pydantic. Does not edit the operator's TOML, ever. This file imports nothing.
"""
