"""Panes and their parts. They take core models and post messages."""
