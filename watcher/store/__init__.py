"""Remembers versions, what each reader was told, and the messages on their way. The only room that knows SQL.

Does not compare, compose or send. Imports nothing here.
"""
