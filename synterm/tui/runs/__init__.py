"""Recorded runs in words and figures."""
