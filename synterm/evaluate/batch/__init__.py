"""Batches: what a run has to ask, handed to providers together, for less money, and collected within a day."""
