"""Verdicts between any two runs, versions or models on the same cases.

`names.resolve` finds what a person named, `report.compare` holds one against the other, `outcome` says what follows.
"""
