"""Decides who is told what and when: routing, slots, compose.

Does not store and does not send. Imports nothing here.
"""
