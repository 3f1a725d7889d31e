"""Client for ClinicalTrials.gov; nothing else talks to the registry.

Does not interpret or store records.
"""
