"""Answers that a person judges."""
