"""Trying inputs out that are no cases of the project, as all of distilling does it."""

from synterm.evaluate.probing import Probe, Prober, variation

__all__ = ["Probe", "Prober", "variation"]
