"""Turns finished values into text, HTML and Slack markup; escapes foreign text for each medium.

The only room that knows jinja2. Decides nothing about who is told what, and sends nothing.
This file imports nothing: `rendering.message` is used by rooms that must not load jinja2.
"""
