"""Whole screens: each only wires its panes."""
