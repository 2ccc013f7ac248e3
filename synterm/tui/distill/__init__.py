"""What the Distill screen shows of failures, and what it does to the project."""
