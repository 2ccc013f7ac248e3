"""Plots, drawn in terminal cells."""
