"""Reports of a run: for a terminal, as JSON and JUnit XML, and for GitHub."""
