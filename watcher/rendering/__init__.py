"""Renders views as text, HTML and Slack blocks; escapes foreign text for each medium.

Only this package uses jinja2. Import nothing here: packages that must not load jinja2 use `rendering.message`.
"""
