"""Triage: of which type each failure is, and what to do about it."""
