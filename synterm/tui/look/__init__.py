"""Colours: themes, and what wears them."""
