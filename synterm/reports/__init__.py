"""Reports of a run: for a terminal and as JSON."""
