"""Generators that attack: what a hostile user, or a hostile document, would send."""
