"""Attacking an app on purpose: with fixed tricks, or with a model that looks for new ones."""
