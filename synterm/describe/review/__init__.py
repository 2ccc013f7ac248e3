"""Going through what waits for review."""
