"""Asks ClinicalTrials.gov. The only room that talks to the registry: transport, client, page.

Does not decide what a record means, does not store anything. Imports nothing here.
"""
