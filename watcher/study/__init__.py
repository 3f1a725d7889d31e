"""What one record says: its values read safely, its main facts typed, the short name of its trial.

Reads only; knows no second record and no change.
"""
