"""Generators: one per file. Each makes new cases of a case that is there, or of nothing but a description."""
