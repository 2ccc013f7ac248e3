"""What all ways of looking for chunks give."""

from __future__ import annotations

Ranking = tuple[tuple[int, float], ...]
"""Numbers of chunks with their scores, the best first; of equal ones the lower number."""
