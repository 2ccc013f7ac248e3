"""What GitHub shows of a run: annotations, the summary of a step, its outputs, and a comment on a pull request."""
