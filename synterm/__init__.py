"""The synthetic data loop in a terminal."""

__version__ = "0.1.0"
