"""Runs the flow: poll, tick, upkeep, on a clock.

Passes values between rooms that do not know each other. Imports nothing here.
"""
