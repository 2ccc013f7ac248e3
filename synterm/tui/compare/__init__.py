"""Variants side by side, in words and figures."""
