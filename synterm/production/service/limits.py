"""How much the service takes on."""

from __future__ import annotations

from dataclasses import dataclass

MOST_ITEMS = 1000
"""Outputs in one batch."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process takes on at most."""

    body_bytes: int = 1_000_000
    """In a request's body."""
    patience_s: float = 10.0
    """Seconds: within which a request must have arrived, from its first byte on, and its answer been taken."""
    idle_s: float = 75.0
    """Seconds: for which a connection stays open without a request. More than load balancers wait (60)."""
    at_once: int = 64
    """Requests that are judged at a time; there is no queue."""
    connections: int = 1000
    drain_s: float = 10.0
    """Seconds: for requests that are judged to come to their end when the service is to stop."""
