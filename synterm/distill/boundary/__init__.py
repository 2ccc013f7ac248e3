"""Boundaries: along which noise, length, wording or temperature a verdict flips, and where."""
